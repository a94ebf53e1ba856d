// Events a second: appended by the training process, and read and folded as the window does it.
// Read next: ../training/event-log.ts, ../../host/event-tail.ts.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { RUN_FILES } from '../../contract/run-format'
import { TASK_IDS } from '../../contract/task-catalog'
import { openEventLog } from '../training/event-log'
import { type Benchmark, type Side, timed } from './benchmark'

const EVENTS = 200_000
/** The loop gives other work a turn after every step; lines are written in bundles. */
const A_TURN = 50

function eventsSide(): Side {
  return {
    async write({ file, count }: { file: string; count: number }): Promise<{ ms: number }> {
      const log = openEventLog(file, 0)
      const { ms } = await timed(async () => {
        for (let i = 0; i < count; i++) {
          const task = TASK_IDS[i % TASK_IDS.length] ?? 'vqa'
          log.append({ kind: 'step', task, loss: 1 / (i + 1), score: 0.5, gradientNorm: 1.25, examples: 32, learningRate: 3e-4, milliseconds: 50 }, Math.floor(i / TASK_IDS.length))
          if (i % A_TURN === A_TURN - 1) await new Promise((resolve) => setImmediate(resolve))
        }
        log.flush(true)
      })
      log.close()
      return { ms }
    }
  }
}

export const events: Benchmark = {
  name: 'events',
  about: 'events a second, appended by a run, and read and folded as the window does',
  side: eventsSide,
  async run({ ours, rounds, foldEvents }) {
    const folder = mkdtempSync(join(tmpdir(), 'twelve-in-one-bench-'))
    const child = await ours('events')
    try {
      const written: number[] = []
      const folded: number[] = []
      let bytes = 0
      for (let i = 0; i < (rounds ?? 3); i++) {
        const file = join(folder, `${i}-${RUN_FILES.events}`)
        written.push((await child.ask<{ ms: number }>('write', { file, count: EVENTS })).ms)
        const fold = await timed(() => foldEvents(file))
        if (fold.value !== EVENTS) throw new WorkbenchError(`Of ${EVENTS} events in ${file} ${fold.value} were read back.`, 'work')
        folded.push(fold.ms)
        bytes = statSync(file).size
        rmSync(file)
      }
      return { events: EVENTS, fileBytes: bytes, writtenPerSecond: (EVENTS * 1000) / Math.min(...written), foldedPerSecond: (EVENTS * 1000) / Math.min(...folded) }
    } finally {
      await child.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
