// SNLI-VE: JSON lines of a Flickr30k picture and a hypothesis (shared/data/formats.md 10). Hypotheses are drawn with
// all three labels or not at all: three pictures, one sentence, three labels. Read next: ../language/hypotheses.ts.

import { randomStream, type RandomStream } from '../../random'
import { fiveCaptions } from '../language/captions'
import { leastUsed, newTally, type Tally } from '../language/drawing'
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

/** A picture on which the hypothesis has the label; of a few, the least used one. */
function findPicture(pictures: readonly Picture[], hypothesis: Hypothesis, label: Label, used: Tally, stream: RandomStream): Picture | null {
  const found: Picture[] = []
  for (let attempt = 0; found.length < 4 && attempt < 250; attempt++) {
    const picture = stream.pick(pictures)
    if (hypothesis.judge(picture.scene) === label) found.push(picture)
  }
  return leastUsed(found, used, ({ scene }) => String(scene.id))
}

function drawTriples(pictures: readonly Picture[], count: number, stream: RandomStream): Judged[] {
  const judged: Judged[] = []
  const used = newTally()
  const seen = new Set<string>()
  for (let attempt = 0; pictures.length > 2 && judged.length + 2 < count && attempt < count * 6; attempt++) {
    const hypothesis = hypothesisAbout(stream.pick(pictures).scene, stream)
    if (!hypothesis) continue
    const triple: Judged[] = []
    for (const label of stream.shuffle(LABELS)) {
      const picture = findPicture(pictures, hypothesis, label, used, stream)
      if (!picture || seen.has(`${picture.scene.id}/${hypothesis.text}`)) break
      triple.push({ picture, text: hypothesis.text, label })
    }
    if (triple.length < LABELS.length) continue
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
