// How alike the learned task tokens are: cosines between the rows of the token table that the tasks use. Pure; the host and
// the command line read the table from a checkpoint (host/task-token-table.ts).

import { type TaskId, TASKS, type Task, taskById } from './task-catalog'

/** Row of the token table that a task's examples get: its own number, or the lowest number among the tasks of its head. */
export function tokenRowOf(task: Task, taskToken: 'dataset' | 'head'): number {
  if (taskToken === 'dataset') return task.number
  return Math.min(...TASKS.filter((other) => other.head === task.head).map((other) => other.number))
}

export interface TokenSimilarity {
  readonly tasks: readonly TaskId[]
  /** [tasks, tasks] cosines, 1 on the diagonal; tasks that share a row have 1 as well. */
  readonly cosines: readonly (readonly number[])[]
  /** Length of each token: about the initial one means it was hardly trained. */
  readonly norms: readonly number[]
}

/** The tokens of a run's tasks at one of its checkpoints. */
export interface TokenMap extends TokenSimilarity {
  readonly iteration: number
  /** `head`: tasks of one head share a token. */
  readonly taskToken: 'dataset' | 'head'
}

/** table: [rows, width], row by row. */
export function tokenSimilarity(table: Float32Array, width: number, tasks: readonly TaskId[], taskToken: 'dataset' | 'head'): TokenSimilarity {
  const rows = tasks.map((task) => {
    const row = tokenRowOf(taskById(task), taskToken)
    return table.subarray(row * width, (row + 1) * width)
  })
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
  const norms = rows.map((row) => Math.sqrt(dot(row, row)))
  const cosine = (i: number, j: number): number => {
    const a = rows[i] ?? new Float32Array()
    const b = rows[j] ?? new Float32Array()
    return a === b || a.byteOffset === b.byteOffset ? 1 : dot(a, b) / Math.max(1e-20, (norms[i] ?? 0) * (norms[j] ?? 0))
  }
  return { tasks, cosines: tasks.map((_, i) => tasks.map((__, j) => Number(cosine(i, j).toFixed(5)))), norms: norms.map((norm) => Number(norm.toPrecision(5))) }
}

export interface TokenGroups {
  /** Mean cosine of two tasks of one group, and of two groups; null where there is no such pair. */
  readonly sameGroup: number | null
  readonly otherGroups: number | null
}

/** Whether tasks of one group have tokens that are more alike. Pairs that share a token (a head's) are left out. */
export function tokenGroups({ tasks, cosines, taskToken }: TokenMap): TokenGroups {
  const pairs = tasks.flatMap((a, i) => tasks.slice(i + 1).map((b, j) => ({ a: taskById(a), b: taskById(b), cosine: cosines[i]?.[i + 1 + j] ?? 0 })))
    .filter(({ a, b }) => tokenRowOf(a, taskToken) !== tokenRowOf(b, taskToken))
  const meanOf = (same: boolean): number | null => {
    const found = pairs.filter(({ a, b }) => (a.group === b.group) === same)
    return found.length === 0 ? null : found.reduce((sum, { cosine }) => sum + cosine, 0) / found.length
  }
  return { sameGroup: meanOf(true), otherGroups: meanOf(false) }
}
