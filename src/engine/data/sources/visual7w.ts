// Visual7W pointing as published: dataset_v7w_pointing.json with questions, box ids and boxes (data formats 7).
// Four candidates a question; all candidate boxes of a picture, by box id, are its annotated regions (spec 3.2).

import type { Example, PixelBox } from '../example'
import { Fields, RecordProblem } from '../published-file'
import type { FolderFiles, Source } from '../reading'

const EXPECTED = 'Visual7W pointing questions: images with qa_pairs, and boxes'
const NAMES = /(^|\/)(dataset_v7w_pointing|dataset)\.json$/
const fileOf = (files: FolderFiles): string | undefined => files.matching(NAMES).sort((a, b) => b.length - a.length)[0]

export const visual7w: Source = {
  dataset: 'visual7w',
  folder: 'visual7w',
  expects: 'dataset_v7w_pointing.json',
  splits: (files) => (fileOf(files) === undefined ? [] : ['train', 'val', 'test']),
  read(reading, split) {
    const name = fileOf(reading) ?? ''
    const file = Fields.of(reading.json(name, EXPECTED))
    const boxes = new Map<number, PixelBox>()
    reading.each(name, file.list('boxes'), (box) => {
      const [x, y] = [box.number('x'), box.number('y')]
      boxes.set(box.number('box_id'), [x, y, x + box.number('width'), y + box.number('height')])
    }, (index) => `box ${index + 1}`)
    const examples: Example[] = []
    reading.each(name, file.list('images'), (image) => {
      if (image.text('split') !== split) return
      const pairs = image.list('qa_pairs').map((pair) => Fields.of(pair))
      const annotated = boxesOf(boxes, pairs.flatMap(candidatesOf))
      const picture = reading.picture('vg', image.id('image_id'), image.has('filename') ? image.text('filename') : undefined)
      for (const pair of pairs) examples.push(questionOf(pair, boxes, annotated, picture))
    }, (index) => `image ${index + 1}`)
    return examples
  }
}

function candidatesOf(pair: Fields): number[] {
  const ids = [pair.number('answer'), ...pair.list('multiple_choices').map(Number)]
  if (ids.some((id) => !Number.isInteger(id))) throw new RecordProblem("'multiple_choices' holds something that is not a box id")
  return ids
}

function boxesOf(boxes: ReadonlyMap<number, PixelBox>, ids: readonly number[]): PixelBox[] {
  return [...new Set(ids)].sort((a, b) => a - b).map((id) => {
    const box = boxes.get(id)
    if (!box) throw new RecordProblem(`box ${id} of a question is not among the file's boxes`)
    return box
  })
}

function questionOf(pair: Fields, boxes: ReadonlyMap<number, PixelBox>, annotated: readonly PixelBox[], picture: { pool: string; id: string; file: string }): Example {
  const [answer] = boxesOf(boxes, [pair.number('answer')])
  if (!answer) throw new RecordProblem("'answer' names no box")
  return {
    kind: 'region', dataset: 'visual7w', id: pair.id('qa_id'), text: pair.words('question'), picture, answer,
    candidates: boxesOf(boxes, candidatesOf(pair)), annotated
  }
}
