// Training batches a second of every task, without the step: order, tokens, regions, targets into typed arrays.
// TensorFlow is not loaded. Read next: ../data/batcher.ts.

import type { RunConfig } from '../../contract/run-config'
import { type Benchmark, type Side, askOnce, timed } from './benchmark'
import { openRunData } from './step-side'

interface BatchFigures {
  /** The first batches, which read from the disk what later ones find in memory. */
  readonly coldBatchMs: number
  readonly batchMs: number
  readonly batchesPerSecond: number
  readonly rowsPerSecond: number
}

const BATCHES = 40

function dataSide(): Side {
  return {
    async fill({ config, rounds }: { config: RunConfig; rounds: number }): Promise<{ openMs: number; peakBytes: number; tasks: Record<string, BatchFigures> }> {
      const { value: opened, ms: openMs } = await timed(() => openRunData(config))
      const figures: Record<string, BatchFigures> = {}
      for (const task of opened.tasks) {
        const batches = opened.data.train(task)
        const fill = (): Promise<{ value: number; ms: number }> => timed(() => {
          let rows = 0
          for (let number = 0; number < BATCHES; number++) rows += batches.batch(number).rows
          return rows
        })
        const cold = await fill()
        let least = Number.POSITIVE_INFINITY
        for (let i = 0; i < rounds; i++) least = Math.min(least, (await fill()).ms)
        figures[task] = {
          coldBatchMs: cold.ms / BATCHES, batchMs: least / BATCHES,
          batchesPerSecond: (BATCHES * 1000) / least, rowsPerSecond: (cold.value * 1000) / least
        }
      }
      return { openMs, peakBytes: process.resourceUsage().maxRSS * 1024, tasks: figures }
    }
  }
}

export const dataPipeline: Benchmark = {
  name: 'dataPipeline',
  about: 'training batches a second of every task, without the step',
  side: dataSide,
  run: (context) => askOnce(context, 'dataPipeline', 'fill')
}
