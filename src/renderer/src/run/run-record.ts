// What the window knows of one open run: the events of its folder folded into curves and lists, one record per task.
// Plain data and functions, no Vue; the run store holds one of these and says when it changed.
// Read next: task-standing.ts (how good is a task), lanes.ts (the Stop-and-Go board).

import type {
  CheckpointEvent, FailureEvent, GradientConflictEvent, NoteEvent, PhasesEvent, ProgressEvent, RunEvent, SampleEvent, StateEvent, StepEvent, StopAndGoEvent, ValidationEvent
} from '../../../contract/run-events'
import { type CountedPart, MODEL_PARTS } from '../../../contract/model-parts'
import type { TaskId } from '../../../contract/task-catalog'
import { assertNever } from '../../../contract/check'
import { NO_PHASES, type PhaseTotals, addPhases } from '../../../contract/time-phases'
import { type MetricSeries, append, createSeries, truncateAtSequence } from '../series/metric-series'

/** A task of the run, or the one objective of pre-training. */
export type CurveId = TaskId | 'pretraining'

export interface TaskRecord {
  readonly id: CurveId
  /** Raw training loss, one point a step. */
  readonly loss: MetricSeries
  /** Validation score (fraction), one point a check. */
  readonly score: MetricSeries
  checks: ValidationEvent[]
  decisions: StopAndGoEvent[]
  lastStep: StepEvent | null
  sample: SampleEvent | null
}

export interface RunRecord {
  readonly tasks: ReadonlyMap<CurveId, TaskRecord>
  /** Iteration against time, one point each iteration: turns a time axis into iterations and back. */
  readonly clock: MetricSeries
  states: StateEvent[]
  checkpoints: CheckpointEvent[]
  notes: NoteEvent[]
  failures: FailureEvent[]
  progress: ProgressEvent | null
  /** Reports on where the time went; `timesOf` sums them. */
  phases: PhasesEvent[]
  conflicts: GradientConflictEvent[]
  iteration: number
  /** Number of the last event; the next one is one more, or smaller after a resume. */
  sequence: number
}

export function emptyRun(tasks: readonly CurveId[]): RunRecord {
  const record = (id: CurveId): TaskRecord => ({
    id, loss: createSeries(), score: createSeries(), checks: [], decisions: [], lastStep: null, sample: null
  })
  return {
    tasks: new Map(tasks.map((id) => [id, record(id)])),
    clock: createSeries(), states: [], checkpoints: [], notes: [], failures: [], progress: null, phases: [], conflicts: [], iteration: 0, sequence: 0
  }
}

/**
 * Folds events in their order. An event whose number was already seen means that the run went back to a
 * checkpoint: everything from that number on is forgotten first.
 */
export function foldEvents(run: RunRecord, events: readonly RunEvent[]): void {
  for (const event of events) {
    if (event.sequence <= run.sequence) forgetFrom(run, event.sequence)
    run.sequence = event.sequence
    foldEvent(run, event)
  }
}

function foldEvent(run: RunRecord, event: RunEvent): void {
  // A checkpoint's event comes when it is whole on the disk, and names the iteration it was taken at.
  if (event.kind !== 'checkpoint') run.iteration = event.iteration
  switch (event.kind) {
    case 'state':
      run.states.push(event)
      if (event.state !== 'preparing') run.progress = null
      return
    case 'progress':
      run.progress = event
      return
    case 'step': return foldStep(run, event)
    case 'validation': return foldCheck(run, event)
    case 'stopAndGo': return foldDecision(run, event)
    case 'checkpoint':
      run.checkpoints = [...run.checkpoints.filter((row) => row.iteration < event.iteration), event]
      return
    case 'sample': {
      const task = run.tasks.get(event.task)
      if (task) task.sample = event
      return
    }
    case 'note':
      run.notes.push(event)
      return
    case 'failure':
      run.failures.push(event)
      return
    case 'phases':
      run.phases.push(event)
      return
    case 'gradientConflict':
      run.conflicts.push(event)
      return
    default: assertNever(event)
  }
}

/** Parameters of the run's model by part, as its process last made it; empty before. */
export function partsOf(run: RunRecord): CountedPart[] {
  const counts = [...run.states].reverse().find(({ parameters }) => parameters !== undefined)?.parameters
  return counts === undefined ? [] : MODEL_PARTS.map((part) => ({ ...part, parameters: counts[part.id] ?? 0 }))
}

/** Where the run's time went so far. */
export function timesOf(run: RunRecord): PhaseTotals {
  return run.phases.reduce(addPhases, NO_PHASES)
}

function foldStep(run: RunRecord, event: StepEvent): void {
  const task = run.tasks.get(event.task)
  if (!task) return
  append(task.loss, event.iteration, event.time, event.sequence, event.loss)
  task.lastStep = event
  const clock = run.clock
  const last = clock.length > 0 ? (clock.iteration[clock.length - 1] ?? -1) : -1
  if (event.iteration !== last) append(clock, event.iteration, event.time, event.sequence, event.iteration)
}

function foldCheck(run: RunRecord, event: ValidationEvent): void {
  const task = run.tasks.get(event.task)
  if (!task || event.split !== 'val') return
  task.checks = [...task.checks.filter((row) => row.iteration < event.iteration), event]
  append(task.score, event.iteration, event.time, event.sequence, event.metrics['score'] ?? Number.NaN)
}

function foldDecision(run: RunRecord, event: StopAndGoEvent): void {
  const task = run.tasks.get(event.task)
  if (task) task.decisions = [...task.decisions.filter((row) => row.iteration < event.iteration), event]
}

/** Forgets every event from this number on. */
export function forgetFrom(run: RunRecord, sequence: number): void {
  const before = (event: { readonly sequence: number }): boolean => event.sequence < sequence
  for (const task of run.tasks.values()) {
    truncateAtSequence(task.loss, sequence)
    truncateAtSequence(task.score, sequence)
    task.checks = task.checks.filter(before)
    task.decisions = task.decisions.filter(before)
    if (task.lastStep && !before(task.lastStep)) task.lastStep = null
    if (task.sample && !before(task.sample)) task.sample = null
  }
  truncateAtSequence(run.clock, sequence)
  run.states = run.states.filter(before)
  run.checkpoints = run.checkpoints.filter(before)
  run.notes = run.notes.filter(before)
  run.failures = run.failures.filter(before)
  run.phases = run.phases.filter(before)
  run.conflicts = run.conflicts.filter(before)
  if (run.progress && !before(run.progress)) run.progress = null
  run.sequence = sequence - 1
}

export function lastState(run: RunRecord): StateEvent | null {
  return run.states[run.states.length - 1] ?? null
}

export function lastCheckpoint(run: RunRecord): CheckpointEvent | null {
  return run.checkpoints[run.checkpoints.length - 1] ?? null
}

/** The failure that ended the run, if it has not gone on since. */
export function lastFailure(run: RunRecord): FailureEvent | null {
  const failure = run.failures[run.failures.length - 1] ?? null
  const going = [...run.states].reverse().find((event) => event.state === 'running')
  return failure && (!going || going.sequence < failure.sequence) ? failure : null
}

/** When training began, in milliseconds since 1970: zero of the time axis. */
export function startTime(run: RunRecord): number {
  return run.clock.length > 0 ? (run.clock.time[0] ?? 0) : 0
}
