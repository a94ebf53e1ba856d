// Visual Genome: question_answers.json, image_data.json, objects.json (data formats 3). It has no published
// split: the reference takes the last questions by id for validation, so ids run in the order train, val, test.
// Read next: ../language/region-questions.ts.

import { normalAnswer } from '../../data/answer-text'
import { randomStream } from '../../random'
import { drawQuestions, type Levelling } from '../language/levelled'
import { picturesOf } from '../language/facts'
import { REGION_QUESTIONS, publishedAnswer, type RegionQuestion } from '../language/region-questions'
import type { Picture, SceneObject, Split } from '../scene'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

/** Answers that name an object count by its category: the long tail of "A red dog." stays a tail. */
const LEVELLING: Levelling<RegionQuestion> = {
  makers: REGION_QUESTIONS,
  key: ({ kind, answer, answerObjects }) => `${kind}/${answerObjects[0]?.category ?? normalAnswer(answer)}`
}

const SPLITS: readonly Split[] = ['train', 'val', 'test']

function region(object: SceneObject): Record<string, unknown> {
  const [x1, y1, x2, y2] = object.box
  const synset = `${object.category}.n.01`
  return { object_id: object.id, x: x1, y: y1, w: x2 - x1, h: y2 - y1, names: [object.category], synsets: [synset] }
}

/** Writes visual_genome/; returns the answers of train and val for the shared labels. */
export function writeVisualGenome(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number): string[] {
  const all = pictures.filter((picture) => picture.pool === 'vg')
  const perPicture = new Map<number, Record<string, unknown>[]>(all.map((picture) => [picture.scene.id, []]))
  const answers: string[] = []
  let id = 986_000
  for (const split of SPLITS) {
    const stream = randomStream(seed, 'visual genome', split)
    const asked = drawQuestions(picturesOf(pictures, 'vg', split), counts[split], LEVELLING, stream)
    asked.sort((a, b) => a.picture.scene.id - b.picture.scene.id)
    for (const { picture, question } of asked) {
      perPicture.get(picture.scene.id)?.push({
        a_objects: question.answerObjects.map(region), question: question.text, image_id: picture.scene.id, qa_id: id++,
        answer: publishedAnswer(question.answer), q_objects: question.questionObjects.map(region)
      })
      if (split !== 'test') answers.push(question.answer)
    }
  }
  out.json('visual_genome/question_answers.json', all.map(({ scene }) => ({ id: scene.id, qas: perPicture.get(scene.id) ?? [] })))
  out.json('visual_genome/image_data.json', all.map(({ scene, cocoId }) => ({
    width: scene.width, url: `https://mini-world.invalid/VG_100K/${scene.id}.jpg`, height: scene.height, image_id: scene.id, coco_id: cocoId, flickr_id: null
  })))
  out.json('visual_genome/objects.json', all.map(({ scene }) => ({ image_id: scene.id, objects: scene.objects.map(region) })))
  return answers
}
