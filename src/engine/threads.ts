// How many threads TensorFlow gives to one operation. TensorFlow reads it once, when its library is loaded, so it is
// decided before. Spec: none (engine). Read next: backend.ts, docs/benchmarks.md (section on the training step).

import { cpus } from 'node:os'

/** Widest text stream, and most cores, for which this was measured to be faster and to leave a training run's bits as they are. */
const NARROW = 256
const FEW_CORES = 2

/**
 * On a narrow model an operation is too short to be worth sharing among threads: with one thread each, the graph's
 * independent operations (two streams, gradients of weights and of inputs) run side by side instead, a third faster on
 * two cores. Call before the backend is loaded. Variables that are set already, by a user or for runs side by side, stay.
 */
export function chooseThreads(width: number, cores = cpus().length): void {
  if (width <= NARROW && cores <= FEW_CORES && process.env['TF_NUM_INTEROP_THREADS'] === undefined) process.env['TF_NUM_INTRAOP_THREADS'] ??= '1'
}
