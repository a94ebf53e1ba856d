// The option `keepBest`: the weights of the round whose checks were best, by the mean of the tasks' latest validation scores.
// They lie in checkpoints/best; the test at the end, `evaluate` and runs that start from this one use them. Training goes on
// with its own weights, so that a resume stays exact. Read next: training-loop.ts, start-weights.ts.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunConfig } from '../../contract/run-config'
import { RUN_FILES } from '../../contract/run-format'
import { openCheckpointWriter } from '../checkpoint/checkpoint-writer'
import { safetensorsHeader } from '../checkpoint/safetensors'
import type { NamedArray, StepEngine } from '../execution/step-engine'
import { CHECKPOINT_FILES, openCheckpoint, readArrays } from './checkpoint'
import type { LoopState } from './loop-state'

const BEST = 'best'

/** The kept weights of a run folder; undefined where it keeps none. */
export function bestCheckpoint(runFolder: string): string | undefined {
  const folder = join(runFolder, RUN_FILES.checkpoints, BEST)
  return existsSync(join(folder, CHECKPOINT_FILES.state)) ? folder : undefined
}

type Weights = Pick<StepEngine, 'read' | 'write'>

export class KeptWeights {
  /** The training's own weights while the kept ones are in the engine. */
  private aside: readonly NamedArray[] | undefined

  constructor(private readonly runFolder: string, private readonly config: RunConfig, private readonly engine: Weights) {}

  /** At the end of a round's checks: keeps the weights if every task was checked before and the mean is above the best so far. */
  async keep(state: LoopState, tasks: readonly string[], sequence: number): Promise<void> {
    const scores = tasks.map((task) => state.latest?.[task])
    if (state.checkedIn !== state.round || scores.some((score) => score === undefined)) return
    const score = scores.reduce((sum: number, each) => sum + (each ?? 0), 0) / scores.length
    if (state.kept && score <= state.kept.score) return
    state.kept = { iteration: state.round + 1, score }
    this.write(await this.engine.read('weights'), state, sequence)
  }

  /** Runs `work` with the kept weights in the engine, where there are any. */
  async during<T>({ kept, round }: LoopState, work: () => Promise<T>): Promise<T> {
    const folder = bestCheckpoint(this.runFolder)
    if (!kept || folder === undefined || kept.iteration === round + 1) return work()
    // Throws where the files are damaged: a test with other weights than it says would be worse.
    openCheckpoint(folder)
    this.aside = await this.engine.read('weights')
    await this.engine.write(readArrays(join(folder, CHECKPOINT_FILES.model)))
    try {
      return await work()
    } finally {
      await this.engine.write(this.aside)
      this.aside = undefined
    }
  }

  /** Runs `work`, which saves the training, with the training's own weights, also in the middle of `during`. */
  async withOwn<T>(work: () => Promise<T>): Promise<T> {
    if (!this.aside) return work()
    const kept = await this.engine.read('weights')
    await this.engine.write(this.aside)
    try {
      return await work()
    } finally {
      await this.engine.write(kept)
    }
  }

  private write(weights: readonly NamedArray[], loop: LoopState, sequence: number): void {
    const header = safetensorsHeader(CHECKPOINT_FILES.model, weights)
    const sizeBytes = header.length + weights.reduce((sum, { data }) => sum + data.byteLength, 0)
    const writer = openCheckpointWriter({
      parent: join(this.runFolder, RUN_FILES.checkpoints), name: BEST, files: [{ name: CHECKPOINT_FILES.model, header, sizeBytes }], stateName: CHECKPOINT_FILES.state
    })
    try {
      for (const { data } of weights) writer.piece(0, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      writer.finish({ format: 1, iteration: loop.round + 1, sequence, loop, config: this.config }, this.config.keepCheckpoints)
    } catch (error) {
      writer.abandon()
      throw error
    }
  }
}
