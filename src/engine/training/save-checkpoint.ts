// Saves a run's checkpoint while it trains: training stands still only until every array has been copied out; flushing,
// checksums and the rename happen on a thread. A checkpoint counts, and its event is written, when it is whole on the
// disk. Read next: ../checkpoint/checkpoint-thread.ts, checkpoint.ts (reading them).

import { performance } from 'node:perf_hooks'
import { join } from 'node:path'
import { RUN_FILES } from '../../contract/run-format'
import { type CheckpointThread, openCheckpointThread } from '../checkpoint/checkpoint-thread'
import { safetensorsHeader } from '../checkpoint/safetensors'
import { countOf } from '../count-of'
import type { NamedArray, StepEngine } from '../execution/step-engine'
import { CHECKPOINT_FILES, type CheckpointContent } from './checkpoint'

export type SaveResult =
  | { readonly saved: true; readonly folder: string; readonly sizeBytes: number; readonly milliseconds: number; readonly heldUpMs: number }
  | { readonly saved: false; readonly neededBytes: number }

type Readable = Pick<StepEngine, 'list' | 'readEach'>

const FILES = [CHECKPOINT_FILES.model, CHECKPOINT_FILES.optimizer] as const

/** Weights go into the first file, moments into the second. */
const fileOf = (name: string): 0 | 1 => (/^[mv]\//.test(name) ? 1 : 0)

export class CheckpointSaver {
  private pending: Promise<void> | undefined
  private failure: unknown

  /** `keep`: how many of the newest checkpoints stay. */
  constructor(private readonly runFolder: string, private readonly keep: number, private readonly thread: CheckpointThread = openCheckpointThread()) {}

  /**
   * Copies the engine's arrays; resolves when training may go on. `onEnd` is told once, when the checkpoint is whole or the
   * disk turned out to be full: nothing of it is left then, older ones stay. Throws what went wrong with the one before.
   */
  async save(engine: Readable, content: CheckpointContent, onEnd: (result: SaveResult) => void): Promise<void> {
    await this.settled()
    const began = performance.now()
    const arrays = engine.list('all')
    const neededBytes = bytesOf(arrays)
    const name = `step-${content.iteration}`
    try {
      const headers = FILES.map((file, place) => {
        const own = arrays.filter((array) => fileOf(array.name) === place)
        const header = safetensorsHeader(file, own)
        return { name: file, header, sizeBytes: header.length + bytesOf(own) }
      })
      const sink = this.thread.begin({ parent: join(this.runFolder, RUN_FILES.checkpoints), name, files: headers, stateName: CHECKPOINT_FILES.state })
      await engine.readEach('all', (array: NamedArray) => sink.piece(fileOf(array.name), array.data))
      const finished = sink.finish({ format: 1, ...content }, this.keep)
      const heldUpMs = performance.now() - began
      this.pending = finished.then(
        (sizeBytes) => onEnd({ saved: true, folder: `${RUN_FILES.checkpoints}/${name}`, sizeBytes, milliseconds: performance.now() - began, heldUpMs }),
        (error: unknown) => this.ended(error, neededBytes, onEnd)
      )
    } catch (error) {
      this.ended(error, neededBytes, onEnd)
    }
    this.check()
  }

  /** Waits for the checkpoint in the making; throws what went wrong with it. */
  async settled(): Promise<void> {
    await this.pending
    this.pending = undefined
    this.check()
  }

  /** Throws what went wrong since the last look. */
  check(): void {
    if (this.failure === undefined) return
    const failure = this.failure
    this.failure = undefined
    throw failure
  }

  close(): void {
    this.thread.close()
  }

  private ended(error: unknown, neededBytes: number, onEnd: (result: SaveResult) => void): void {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') onEnd({ saved: false, neededBytes })
    else this.failure = error
  }
}

/** Of float32 arrays. */
function bytesOf(arrays: readonly { readonly shape: readonly number[] }[]): number {
  return arrays.reduce((sum, { shape }) => sum + 4 * countOf(shape), 0)
}
