// When a step does not fit into the device's memory: the engine is made anew with half the rows in one pass and goes on
// with the same weights and moments. Read next: micro-batch.ts.

import { WorkbenchError } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import type { EngineOptions } from './engine-options'
import type { StepEngine } from './step-engine'

const SIGNS = /\bOOM\b|out of memory|RESOURCE_?EXHAUSTED|failed to allocate|bad_alloc|allocation failed/i

/** Whether an error says that memory ran out, in the words of TensorFlow, CUDA, C++ or JavaScript. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && SIGNS.test(error.message)
}

/**
 * A step in parts changes no weight before its last part is done. A whole step may have updated some parameters when
 * memory ran out; on a GPU that is found out before training, since the first run is made with a whole batch.
 *
 * An engine whose steps answer a lack of memory with smaller parts: `microBatch` is halved, `note` is told, and the step is
 * made again. Throws a WorkbenchError if a single row does not fit.
 */
export async function withSmallerParts(
  options: EngineOptions, make: (options: EngineOptions) => Promise<StepEngine>, note: (text: string) => void
): Promise<StepEngine> {
  let current = options
  let engine: StepEngine

  const halve = (rows: number, error: unknown): void => {
    const before = Math.min(current.microBatch ?? rows, rows)
    if (before <= 1) throw new WorkbenchError(`Not even one row of a step fits into memory: ${messageOf(error)} Take a smaller model, or another device with --set device=N.`, 'work')
    const microBatch = Math.floor(before / 2)
    note(`A step of ${before} rows did not fit into memory. Batches are now computed in parts of at most ${microBatch} rows (microBatch=${microBatch}), with the same update.`)
    current = { ...current, microBatch }
  }
  const makeFitting = async (weights: EngineOptions['weights'] = options.weights ?? 'random'): Promise<StepEngine> => {
    for (;;) {
      try {
        return await make({ ...current, weights })
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        halve(largestRows(current), error)
      }
    }
  }
  const fitting = async <T>(rows: number, step: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await step()
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        halve(rows, error)
        const arrays = await engine.read('all')
        engine.dispose()
        engine = await makeFitting('loaded')
        await engine.write(arrays)
      }
    }
  }
  engine = await makeFitting()
  return {
    get kind() { return engine.kind },
    get times() { return engine.times },
    get tensors() { return engine.tensors },
    train: (batch, settings) => fitting(batch.rows, () => engine.train(batch, settings)),
    trainPretraining: (batch, settings) => fitting(batch.rows, () => engine.trainPretraining(batch, settings)),
    predict: (batch) => engine.predict(batch),
    predictPretraining: (batch) => engine.predictPretraining(batch),
    list: (what) => engine.list(what),
    readEach: (what, visit) => engine.readEach(what, visit),
    read: (what) => engine.read(what),
    write: (arrays) => engine.write(arrays),
    dispose: () => engine.dispose()
  }
}

function largestRows({ shapes, pretraining, microBatch }: EngineOptions): number {
  const rows = Math.max(1, pretraining?.rows ?? 0, ...shapes.map(({ task, examples }) => examples * taskById(task).rowsPerExample))
  return Math.min(microBatch ?? rows, rows)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error)
}
