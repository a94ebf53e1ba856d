// What a run tells the outside: one JSON line each in events.jsonl, in this order of `sequence`, without gaps.
// The run folder is the truth; window, TensorBoard and tables are made from these lines.

import type { ModelPartId } from './model-parts'
import type { TaskId } from './task-catalog'

export const RUN_STATES = ['created', 'queued', 'preparing', 'running', 'paused', 'stopped', 'done', 'failed', 'interrupted'] as const
/**
 * `queued` and `interrupted` are never written by a run: the host says the one of a run that waits for a free
 * place, the other of a run whose process is gone.
 */
export type RunState = (typeof RUN_STATES)[number]

interface EventBase {
  /** From 1, without gaps, also over a resume. */
  readonly sequence: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** Rounds over the active tasks that are complete. */
  readonly iteration: number
}

export interface StateEvent extends EventBase {
  readonly kind: 'state'
  readonly state: RunState
  /** Why, in a sentence; for `running` after a resume: the checkpoint it goes on from. */
  readonly reason?: string
  /** On `running`: what it runs on, and how long the run is. */
  readonly device?: string
  readonly iterations?: number
  readonly processId?: number
  /** On `running`: the model's parameters by part, as it was made. */
  readonly parameters?: Readonly<Partial<Record<ModelPartId, number>>>
}

/** Progress of something that is not training: making the mini-world, compiling, loading. */
export interface ProgressEvent extends EventBase {
  readonly kind: 'progress'
  readonly what: string
  readonly done: number
  readonly total: number
}

export interface StepEvent extends EventBase {
  readonly kind: 'step'
  readonly task: TaskId | 'pretraining'
  /** Raw loss, not multiplied by the task's scale. */
  readonly loss: number
  /** Training score of the batch, 0–1. */
  readonly score: number
  readonly learningRate: number
  readonly gradientNorm: number
  readonly milliseconds: number
  /** Examples in the batch. */
  readonly examples: number
}

export interface ValidationEvent extends EventBase {
  readonly kind: 'validation'
  readonly task: TaskId | 'pretraining'
  readonly split: 'val' | 'test'
  /** Fractions 0–1 unless the name says otherwise; `score` is the task's primary metric, `loss` the mean loss. */
  readonly metrics: Readonly<Record<string, number>>
  readonly examples: number
  /** The best constant answer, and the best answer from the text alone (fractions). */
  readonly constantGuess: number
  readonly textOnlyGuess: number
  /** Spread of the fused vector over different inputs (mean standard deviation): near 0 is a collapsed trunk. */
  readonly spread: number
  readonly milliseconds: number
}

export interface StopAndGoEvent extends EventBase {
  readonly kind: 'stopAndGo'
  readonly task: TaskId
  readonly state: 'go' | 'stop'
  /** Whether this check changed the state. */
  readonly changed: boolean
  readonly reason: string
  readonly best: number
  readonly score: number
}

export interface CheckpointEvent extends EventBase {
  readonly kind: 'checkpoint'
  /** Relative to the run folder. */
  readonly folder: string
  readonly sizeBytes: number
  /** Until it was whole on the disk; its iteration is the one it was taken at. */
  readonly milliseconds: number
  /** How long training stood still for it. */
  readonly heldUpMs?: number
}

export interface SampleEvent extends EventBase {
  readonly kind: 'sample'
  readonly task: TaskId
  /** Relative to the run folder: a JSON array of SamplePrediction. */
  readonly file: string
  readonly count: number
  readonly right: number
}

export interface NoteEvent extends EventBase {
  readonly kind: 'note'
  readonly text: string
}

export interface FailureEvent extends EventBase {
  readonly kind: 'failure'
  readonly message: string
  readonly task?: TaskId
  /** What is safe, and what to do. */
  readonly remedy: string
  readonly lastCheckpoint?: string
}

/**
 * Of a training step: waiting for the batch, handing it over, computing, reading the results, scoring them, writing the event.
 * Beside the steps: checks, and the sample predictions written after them.
 */
export type TaskPhase = 'data' | 'upload' | 'run' | 'read' | 'score' | 'events' | 'validation' | 'samples'

/** Milliseconds of a task's phases, and its training steps. */
export type TaskTimes = { readonly [P in TaskPhase]?: number } & { readonly steps?: number }

/** Where the time went since the last such event of the process, or since its loop began (time-phases.ts); milliseconds. */
export interface PhasesEvent extends EventBase {
  readonly kind: 'phases'
  /** Wall time covered. */
  readonly milliseconds: number
  readonly paused: number
  /** Time that checkpoints held training up. */
  readonly checkpoint: number
  /** By task or `pretraining`. */
  readonly tasks: Readonly<Record<string, TaskTimes>>
  /** Of the process, at the moment of the report. */
  readonly memory?: ProcessMemory
}

/** Bytes, and tensors that are alive outside of JavaScript. */
export interface ProcessMemory {
  readonly resident: number
  /** JavaScript's objects on the training thread; those of the thread that holds the data are in `resident` alone. */
  readonly heap: number
  /** Arrays outside of that heap: batches; cached region features where the data are held on this thread. */
  readonly arrays: number
  readonly tensors: number
}

/** How the tasks' gradients of the shared parameters go together (engine/analysis/gradient-conflict.ts). */
export interface GradientConflictEvent extends EventBase {
  readonly kind: 'gradientConflict'
  /** In the order of a round; the rows and columns of `cosines`. */
  readonly tasks: readonly TaskId[]
  /** [tasks, tasks] from −1 (undo each other) to 1 (pull alike); null where a gradient is zero. Symmetric, 1 on the diagonal. */
  readonly cosines: readonly (readonly (number | null)[])[]
  /** Cosine between the two halves of each task's own batches: near 0, its direction is mostly noise. */
  readonly agreement: readonly (number | null)[]
  /** Batches of each task. */
  readonly batches: number
  /** Shared parameters, and how many of them were compared. */
  readonly parameters: number
  readonly compared: number
  readonly milliseconds: number
}

export type RunEvent =
  | StateEvent | ProgressEvent | StepEvent | ValidationEvent | StopAndGoEvent | CheckpointEvent | SampleEvent | NoteEvent | FailureEvent
  | PhasesEvent | GradientConflictEvent

/** An event before the run folder gives it its sequence number, time and iteration. */
export type NewRunEvent = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'sequence' | 'time' | 'iteration'> : never) : never
