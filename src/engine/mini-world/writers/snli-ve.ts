// SNLI-VE: JSON lines of a Flickr30k picture and a hypothesis (data formats 10). Hypotheses are drawn with
// all three labels or not at all: three pictures, one sentence, three labels. Read next: ../language/hypotheses.ts.

import { randomStream, type RandomStream } from '../../random'
import { fiveCaptions } from '../language/captions'
import { groupBy, leastUsed, newTally, type Tally } from '../language/drawing'
import { picturesOf } from '../language/facts'
import { LABELS, hypothesisAbout, type Hypothesis, type Label } from '../language/hypotheses'
import type { Picture, Split } from '../scene'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

const FILES: readonly (readonly [Split, string])[] = [['train', 'train'], ['val', 'dev'], ['test', 'test']]

interface Judged {
  readonly picture: Picture
  readonly text: string
  readonly label: Label
}

const kindsIn = (picture: Picture): string => String(new Set(picture.scene.objects.map((object) => object.category)).size)

/** A picture on which the hypothesis has the label; of a few, the least used one. */
function findPicture(pictures: readonly Picture[], hypothesis: Hypothesis, label: Label, used: Tally, stream: RandomStream): Picture | null {
  const found: Picture[] = []
  for (const picture of stream.shuffle(pictures)) {
    if (hypothesis.judge(picture.scene) === label) found.push(picture)
    if (found.length === 4) break
  }
  return leastUsed(found, used, ({ scene }) => String(scene.id))
}

/**
 * Three pictures with the three labels. All show equally many kinds of things, or else a picture full of things
 * would give away "not neutral" without a word read.
 */
function drawTriple(pictures: readonly Picture[], hypothesis: Hypothesis, used: Tally, stream: RandomStream): Judged[] | null {
  const triple: Judged[] = []
  for (const label of stream.shuffle(LABELS)) {
    const picture = findPicture(pictures, hypothesis, label, used, stream)
    if (!picture) return null
    triple.push({ picture, text: hypothesis.text, label })
  }
  return triple
}

function drawTriples(pictures: readonly Picture[], count: number, stream: RandomStream): Judged[] {
  const judged: Judged[] = []
  const used = newTally()
  const seen = new Set<string>()
  // A tiny world has too few pictures to choose among.
  const groupOf = pictures.length < 60 ? () => '' : kindsIn
  const alike = groupBy(pictures, groupOf)
  for (let attempt = 0; pictures.length > 2 && judged.length + 2 < count && attempt < count * 12; attempt++) {
    const prompt = stream.pick(pictures)
    const hypothesis = hypothesisAbout(prompt.scene, stream)
    const triple = hypothesis && drawTriple(alike.get(groupOf(prompt)) ?? [], hypothesis, used, stream)
    if (!triple || triple.some(({ picture, text }) => seen.has(`${picture.scene.id}/${text}`))) continue
    for (const { picture, text } of triple) {
      seen.add(`${picture.scene.id}/${text}`)
      used.add(String(picture.scene.id))
    }
    judged.push(...triple)
  }
  return judged
}

/** Writes snli_ve/. The premise is a caption of the picture, as in SNLI. */
export function writeSnliVe(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number): void {
  for (const [split, file] of FILES) {
    const judged = drawTriples(picturesOf(pictures, 'flickr30k', split), counts[split], randomStream(seed, 'snli-ve', split))
    const perPicture = new Map<number, number>()
    const lines = judged.map(({ picture, text, label }) => {
      const { id } = picture.scene
      const number = perPicture.get(id) ?? 0
      perPicture.set(id, number + 1)
      const [premise] = fiveCaptions(picture.scene, 'flickr', randomStream(seed, 'captions', 'flickr30k', id))
      const captionID = `${id}.jpg#0`
      return {
        annotator_labels: Array.from({ length: 5 }, () => label), captionID, gold_label: label, pairID: `${captionID}r${number}${label.charAt(0)}`,
        sentence1: premise, sentence2: text, Flickr30K_ID: String(id)
      }
    })
    out.lines(`snli_ve/snli_ve_${file}.jsonl`, lines)
  }
}
