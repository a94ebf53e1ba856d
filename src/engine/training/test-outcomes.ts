// What the final test keeps of each example: question, answer, what is right, the score. Studies compare runs by it, one
// example at a time. Read next: contract/test-outcomes.ts, task-course.ts.

import { at } from '../../contract/check'
import type { ExampleBoxes, TestOutcomes } from '../../contract/test-outcomes'
import type { TaskBatches } from '../data/batcher'
import type { TaskData } from '../data/task-data'
import { BEHAVIOURS } from '../tasks/all-tasks'
import type { Evaluation } from '../tasks/evaluation'

/** One entry a test example, in the order of evaluation. */
export function testOutcomes(data: TaskData, { split, stream }: TaskBatches, evaluation: Evaluation, iteration: number): TestOutcomes {
  const context = data.context(split.task)
  const rows = evaluation.outcomes().map(({ index, best, score }) => {
    const example = at(split.examples, index)
    const list = BEHAVIOURS[split.task].candidates({ context, split, example, index, stream: stream(index) })
    const answer = list.candidate(best)
    const [picture] = list.pictures
    const boxes: ExampleBoxes = { size: [picture?.width ?? 0, picture?.height ?? 0], answer: answer.box ?? null, expected: list.expectedBox ?? null }
    return { id: example.id, score, text: list.text, answer: answer.label, expected: list.expected, pictures: list.pictures.map(({ file }) => file), boxes }
  })
  const points = rows.some(({ boxes }) => boxes.answer !== null || boxes.expected !== null)
  return {
    task: split.task, split: 'test', iteration,
    ids: rows.map(({ id }) => id), scores: rows.map(({ score }) => score), texts: rows.map(({ text }) => text),
    answers: rows.map(({ answer }) => answer), expected: rows.map(({ expected }) => expected), pictures: rows.map(({ pictures }) => pictures),
    ...(points ? { boxes: rows.map(({ boxes }) => boxes) } : {})
  }
}
