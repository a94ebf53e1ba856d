// Words for samples: what the text of a task's example is, and how right an answer is. Pure.

import { type TaskId, taskById } from '../../../contract/task-catalog'

const KINDS = { answers: 'Question', alternatives: 'Caption', regions: 'Expression', choices: 'Question', classes: 'Statement' } as const

export function textKind(task: TaskId): string {
  return task === 'guesswhat' ? 'Dialogue' : KINDS[taskById(task).objective]
}

/** score: 0–1; soft targets and overlaps lie between. */
export function scoreWord(score: number): string {
  return score >= 0.995 ? 'right' : score <= 0.005 ? 'wrong' : `${(100 * score).toFixed(0)} % right`
}
