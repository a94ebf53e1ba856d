// Where a run's time goes: the phases of a step, and what is not a step. A run writes them in `phases` events
// (run-events.ts), each for the stretch since the one before, so sums stay right over a resume. Pure.

import type { PhasesEvent, TaskPhase, TaskTimes } from './run-events'

/** Sums over `phases` events, in milliseconds. */
export interface PhaseTotals {
  /** Time since the loop began, gaps between processes left out. */
  readonly wall: number
  readonly paused: number
  readonly checkpoint: number
  readonly tasks: Readonly<Record<string, TaskTimes>>
}

export const NO_PHASES: PhaseTotals = { wall: 0, paused: 0, checkpoint: 0, tasks: {} }

/** The totals with one more event. */
export function addPhases(totals: PhaseTotals, event: Pick<PhasesEvent, 'milliseconds' | 'paused' | 'checkpoint' | 'tasks'>): PhaseTotals {
  const tasks: Record<string, TaskTimes> = { ...totals.tasks }
  for (const [task, times] of Object.entries(event.tasks)) tasks[task] = addTimes(tasks[task] ?? {}, times)
  return { wall: totals.wall + event.milliseconds, paused: totals.paused + event.paused, checkpoint: totals.checkpoint + event.checkpoint, tasks }
}

function addTimes(a: TaskTimes, b: TaskTimes): TaskTimes {
  const sum: Record<string, number> = { ...a }
  for (const [phase, value] of Object.entries(b)) sum[phase] = (sum[phase] ?? 0) + value
  return sum
}

/** Milliseconds of a phase over all tasks. */
export function phaseSum(totals: PhaseTotals, phase: TaskPhase): number {
  return Object.values(totals.tasks).reduce((sum, times) => sum + (times[phase] ?? 0), 0)
}

/** What a person asks of the time, in the order of the bar; shares of the time that the run was not paused. */
export interface TimeShare {
  readonly name: 'step' | 'data' | 'score' | 'events' | 'validation' | 'checkpoint' | 'other'
  readonly milliseconds: number
  /** 0–1 */
  readonly share: number
}

/** Uploading, computing and reading are the step; `other` is what no phase names (commands, messages, waiting). */
export function timeShares(totals: PhaseTotals): TimeShare[] {
  const sum = (...phases: TaskPhase[]): number => phases.reduce((all, phase) => all + phaseSum(totals, phase), 0)
  const awake = Math.max(0, totals.wall - totals.paused)
  const named = [
    { name: 'step', milliseconds: sum('upload', 'run', 'read') },
    { name: 'data', milliseconds: sum('data') },
    { name: 'score', milliseconds: sum('score') },
    { name: 'events', milliseconds: sum('events') },
    { name: 'validation', milliseconds: sum('validation', 'samples') },
    { name: 'checkpoint', milliseconds: totals.checkpoint }
  ] as const
  const known = named.reduce((all, { milliseconds }) => all + milliseconds, 0)
  const all = [...named, { name: 'other', milliseconds: Math.max(0, awake - known) } as const]
  const whole = Math.max(awake, known)
  return all.map((part) => ({ ...part, share: whole > 0 ? part.milliseconds / whole : 0 }))
}

/**
 * Share of the training time in which the step itself is busy: checks, checkpoints and pauses left out of the whole.
 * Undefined before the first step.
 */
export function stepBusyShare(totals: PhaseTotals): number | undefined {
  const shares = new Map(timeShares(totals).map(({ name, milliseconds }) => [name, milliseconds]))
  const of = (name: TimeShare['name']): number => shares.get(name) ?? 0
  const training = of('step') + of('data') + of('score') + of('events') + of('other')
  return training > 0 ? of('step') / training : undefined
}
