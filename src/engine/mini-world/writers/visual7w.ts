// Visual7W pointing: dataset_v7w_pointing.json with its questions by picture and its boxes (data formats 7).
// Read next: ../language/pointing.ts.

import { basename } from 'node:path'
import { randomStream } from '../../random'
import { picturesOf } from '../language/facts'
import { drawQuestions, type Levelling } from '../language/levelled'
import { whichQuestion, type WhichQuestion } from '../language/pointing'
import type { Picture, SceneObject, Split } from '../scene'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

const SPLITS: readonly Split[] = ['train', 'val', 'test']

const LEVELLING: Levelling<WhichQuestion> = { makers: [[1, whichQuestion]], key: ({ answer }) => answer.category }

/** Writes visual7w/. Boxes have ids of their own, one for every object that a question shows. */
export function writeVisual7w(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number): void {
  const boxes: Record<string, unknown>[] = []
  const boxIds = new Map<string, number>()
  let question = 1
  const boxOf = (picture: Picture, object: SceneObject): number => {
    const key = `${picture.scene.id}/${object.id}`
    const known = boxIds.get(key)
    if (known !== undefined) return known
    const id = 1001 + boxIds.size
    const [x, y, x2, y2] = object.box
    boxIds.set(key, id)
    boxes.push({ box_id: id, name: object.category, height: y2 - y, width: x2 - x, y, x })
    return id
  }
  const images = SPLITS.flatMap((split) => {
    const stream = randomStream(seed, 'visual7w', split)
    const drawn = drawQuestions(picturesOf(pictures, 'vg', split), counts[split], LEVELLING, stream)
    const byPicture = new Map<Picture, Record<string, unknown>[]>()
    for (const { picture, question: which } of drawn) {
      // Ids in the order of the scene, so that the answer's place among the sorted candidates tells nothing.
      for (const object of [which.answer, ...which.others].sort((a, b) => a.id - b.id)) boxOf(picture, object)
      const pair = {
        qa_id: question++, question: which.text, answer: boxOf(picture, which.answer),
        multiple_choices: which.others.map((object) => boxOf(picture, object)), type: 'which'
      }
      byPicture.set(picture, [...(byPicture.get(picture) ?? []), pair])
    }
    return [...byPicture].map(([picture, qa_pairs]) => ({ image_id: picture.scene.id, filename: `v7w_${basename(picture.file)}`, split, qa_pairs }))
  })
  out.json('visual7w/dataset_v7w_pointing.json', { dataset: 'visual7w', images, boxes })
}
