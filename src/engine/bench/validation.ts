// The check of every task as a run makes it: the configured number of validation examples, metrics and guesses.
// Read next: ../training/evaluate.ts.

import type { RunConfig } from '../../contract/run-config'
import { loadBackend } from '../backend'
import { chooseThreads } from '../threads'
import { trunkWidth } from '../trunk/trunk-config'
import { type Benchmark, type Side, askOnce, timed } from './benchmark'
import { openRunData } from './step-side'

interface CheckFigures {
  readonly examples: number
  /** The first check also prepares the task's graph and its guesses. */
  readonly firstMs: number
  readonly minMs: number
  readonly cpuMs: number
  readonly examplesPerSecond: number
}

function validationSide(): Side {
  return {
    async check({ config, rounds }: { config: RunConfig; rounds: number }): Promise<Record<string, CheckFigures>> {
      chooseThreads(trunkWidth(config.model))
      const backend = await loadBackend(config.backend)
      const { data, options, tasks } = await openRunData(config)
      const { createEngine } = await import('../training/prepare-run')
      const { evaluateBatches } = await import('../training/evaluate')
      const engine = await createEngine(config, options, backend, () => undefined)
      const result: Record<string, CheckFigures> = {}
      for (const task of tasks) {
        const batches = data.val(task)
        const check = (): Promise<{ value: unknown; ms: number; cpuMs: number }> => timed(() => evaluateBatches(engine, data, batches, async () => true))
        const first = await check()
        const later: { ms: number; cpuMs: number }[] = []
        for (let i = 0; i < rounds; i++) later.push(await check())
        const minMs = Math.min(...later.map(({ ms }) => ms))
        const examples = batches.chosen.length
        result[task] = { examples, firstMs: first.ms, minMs, cpuMs: Math.min(...later.map(({ cpuMs }) => cpuMs)), examplesPerSecond: (examples * 1000) / minMs }
      }
      engine.dispose()
      return result
    }
  }
}

export const validation: Benchmark = {
  name: 'validation',
  about: 'the check of every task on the preset’s validation examples',
  side: validationSide,
  run: (context) => askOnce(context, 'validation', 'check')
}
