// What the training thread and the thread that makes batches say to each other. Typed arrays change hands without being
// copied. Read next: batch-maker.ts (answers), data-source.ts (asks).

import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { CourseTask, Validation } from '../training/course'
import type { BatchPlace, CheckedSplit, CourseFacts } from '../training/course-data'

export type DataOrder =
  /** `first`: what will be asked for first. */
  | { readonly kind: 'open'; readonly config: RunConfig; readonly first: readonly BatchPlace[] }
  /** Told for every batch, also where it has arrived already. */
  | { readonly kind: 'batch'; readonly place: BatchPlace }
  | { readonly kind: 'score'; readonly place: BatchPlace; readonly batch: unknown; readonly result: unknown }
  | { readonly kind: 'finish'; readonly task: CourseTask; readonly split: CheckedSplit; readonly iteration: number }

export type DataReply =
  | { readonly kind: 'opened'; readonly facts: CourseFacts }
  /** Asked for or made ahead. */
  | { readonly kind: 'batch'; readonly place: BatchPlace; readonly batch: unknown }
  | { readonly kind: 'finished'; readonly validation: Validation }
  /** Answers the order that waits: the batch, else the opening or the check. */
  | { readonly kind: 'failed'; readonly place: BatchPlace | null; readonly error: SentError }

/** An error as plain values: a thread's own errors arrive without their class. */
export interface SentError {
  readonly message: string
  readonly stack: string | undefined
  /** Of a WorkbenchError. */
  readonly fault: WorkbenchError['fault'] | null
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, fault: null }
  return { message: error.message, stack: error.stack, fault: error instanceof WorkbenchError ? error.fault : null }
}

export function arrivedError({ message, stack, fault }: SentError): Error {
  const error = fault === null ? new Error(message) : new WorkbenchError(message, fault)
  if (stack !== undefined) error.stack = stack
  return error
}

/** The buffers of all typed arrays in a plain object, to be handed over. An array that shares its buffer is copied instead. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength ? [value.buffer] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : []
}
