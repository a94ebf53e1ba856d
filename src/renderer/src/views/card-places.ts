// Where the cards stand: five columns, three rows, the four groups; the mean card takes the free cell. Runs with few tasks have
// theirs in one row. Pure.

import { GROUPS, TASKS, type GroupId, type TaskId } from '../../../contract/task-catalog'

export interface CardPlace {
  readonly id: TaskId
  /** Counted from 1; `row` 1 to 3. */
  readonly row: number
  readonly column: number
}

export interface GroupPlace {
  readonly id: GroupId
  readonly label: string
  readonly row: number
  readonly column: number
  readonly span: number
}

const ROW_OF: Readonly<Record<GroupId, number>> = { questions: 1, retrieval: 1, expressions: 2, verification: 3 }
const FIRST_COLUMN: Readonly<Record<GroupId, number>> = { questions: 1, retrieval: 4, expressions: 1, verification: 1 }

export const CARD_PLACES: readonly CardPlace[] = TASKS.map((task) => ({
  id: task.id, row: ROW_OF[task.group],
  column: FIRST_COLUMN[task.group] + TASKS.filter((other) => other.group === task.group).findIndex((other) => other.id === task.id)
}))

export const GROUP_PLACES: readonly GroupPlace[] = GROUPS.map((group) => ({
  id: group.id, label: group.label, row: ROW_OF[group.id], column: FIRST_COLUMN[group.id],
  span: TASKS.filter((task) => task.group === group.id).length
}))

/** Up to so many cards stand in one row, without places for the tasks that are not in the run. */
const FEW = 5

/** The cards of a run's tasks: in one row, or at the places that each task always has. */
export function placesOf(tasks: ReadonlySet<string>): readonly CardPlace[] {
  const own = CARD_PLACES.filter(({ id }) => tasks.has(id))
  return own.length > FEW ? own : own.map(({ id }, index) => ({ id, row: 1, column: index + 1 }))
}

export function isFew(tasks: ReadonlySet<string>): boolean {
  return tasks.size <= FEW
}

/** The card one arrow key away; the same card at an edge. */
export function neighbour(id: TaskId, key: string, places: readonly CardPlace[] = CARD_PLACES): TaskId {
  const from = places.find((place) => place.id === id)
  const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  const move = moves[key]
  if (!from || !move) return id
  const row = places.filter((place) => place.row === from.row + move[0])
  const wanted = from.column + move[1]
  const exact = row.find((place) => place.column === wanted)
  const last = move[0] !== 0 ? row[row.length - 1] : undefined
  return (exact ?? last)?.id ?? id
}
