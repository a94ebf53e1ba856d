// What the threads that draw initial weights are told, what they give, and the counters that they share.
// Read next: weight-drawer.ts (a thread), drawn-weights.ts (who asks).

export interface DrawingJob {
  readonly name: string
  readonly count: number
  readonly std: number
}

export interface DrawingOrder {
  readonly seed: number
  readonly jobs: readonly DrawingJob[]
  /** Int32 [next job, numbers that were begun and are not taken over yet]. */
  readonly shared: SharedArrayBuffer
  /** No array is begun while so many numbers wait. */
  readonly mostWaiting: number
}

export interface DrawnJob {
  readonly job: number
  readonly data: Float32Array
}

/** Places in `shared`. */
export const NEXT = 0
export const WAITING = 1
