// The example that `predict` asks about: one of the data by its id, or made from a picture's id and a text.
// Read next: predict-run.ts.

import { WorkbenchError } from '../../contract/check'
import { type TaskId, taskById } from '../../contract/task-catalog'
import type { Example, PictureRef, PixelBox, RegionExample } from '../data/example'
import { pictureIndex, pictureKey } from '../data/picture-index'
import { picturesOfExample } from '../data/picture-identity'
import type { TaskData } from '../data/task-data'

export interface Asked {
  readonly task: TaskId
  /** Picture id; two with a comma for NLVR2. */
  readonly image?: string
  /** Id of an example, as published. */
  readonly sample?: string
  readonly text?: string
}

/** `known`: the example is as it stands in the data, so its answer can be compared. */
export function exampleAsked(data: TaskData, root: string, asked: Asked): { example: Example; known: boolean } {
  const { task, sample, text } = asked
  const examples = ['val', 'test', 'train'].flatMap((split) => (split === 'test' ? data.test(task) : split === 'val' ? data.val(task) : data.train(task))?.split.examples ?? [])
  if (sample !== undefined) {
    const example = examples.find(({ id }) => id === sample)
    if (!example) throw new WorkbenchError(`${task} has no example '${sample}' in its data; its ids look like ${examples.slice(0, 3).map(({ id }) => id).join(', ')}.`)
    return text === undefined ? { example, known: true } : { example: withText(example, text), known: false }
  }
  return { example: made(task, text ?? '', picturesAsked(data, root, asked, examples), examples), known: false }
}

function withText(example: Example, text: string): Example {
  switch (example.kind) {
    case 'question': return { ...example, question: text }
    case 'caption': return { ...example, caption: text }
    case 'region': return { ...example, text }
    case 'statement': return { ...example, statement: text }
  }
}

function picturesAsked(data: TaskData, root: string, { task, image }: Asked, examples: readonly Example[]): PictureRef[] {
  const known = new Map(examples.flatMap(picturesOfExample).map((picture) => [picture.id, picture]))
  const some = (): string => [...known.keys()].slice(0, 3).join(', ')
  const pair = taskById(task).head === 'pair'
  const ids = image === undefined ? [] : image.split(',').map((id) => id.trim())
  if (ids.length > 0 && ids.length !== (pair ? 2 : 1)) {
    throw new WorkbenchError(`${task} is asked about ${pair ? 'two pictures: --image LEFT,RIGHT' : 'one picture'}; given: '${image}'. Its pictures have ids like ${some()}.`)
  }
  const pool = [...known.values()][0]?.pool ?? ''
  return ids.map((asked) => {
    // The name of a picture's file is as good as its id.
    const id = known.has(asked) ? asked : pictureKey(asked)
    const picture = known.get(id) ?? { pool, id, file: pictureIndex(root).find(pool, id) }
    if (!data.context(task).regions.has(picture)) throw new WorkbenchError(`${task} has no picture '${asked}': neither its region features nor its file are in ${root}. Its pictures have ids like ${some()}.`)
    return picture
  })
}

const NOWHERE: PixelBox = [0, 0, 0, 0]

function made(task: TaskId, text: string, pictures: readonly PictureRef[], examples: readonly Example[]): Example {
  const base = { dataset: task, id: 'asked' } as const
  const picture = pictures[0] ?? { pool: '', id: '', file: '' }
  switch (taskById(task).objective) {
    case 'answers': return { kind: 'question', ...base, picture, question: text, answers: {} }
    case 'alternatives': return { kind: 'caption', ...base, picture, caption: text }
    case 'classes': return { kind: 'statement', ...base, pictures, statement: text, label: null }
    case 'regions': return { kind: 'region', ...base, picture, text, answer: NOWHERE, candidates: [], annotated: [] }
    case 'choices': {
      const boxes = examples.find((example): example is RegionExample => example.kind === 'region' && example.picture.id === picture.id)?.annotated
      if (!boxes) throw new WorkbenchError(`${task} chooses among annotated boxes, and no example of its data annotates picture '${picture.id}'. Ask about an example with --sample ID.`)
      return { kind: 'region', ...base, picture, text, answer: NOWHERE, candidates: boxes, annotated: boxes }
    }
  }
}
