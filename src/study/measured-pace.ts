// How long steps, checks and preparations take in this workspace, by its finished runs: the faster ones, since other work
// on the machine slows a run down and nothing speeds one up. Read next: study-cost.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunConfig } from '../contract/run-config'
import { RUN_FILES } from '../contract/run-format'
import type { StudyPlan } from '../contract/study'
import type { Digests } from './run-digest'
import { type StudyPlaces, runFolder, runIds } from './study-places'

/** Milliseconds measured for a model size and batch. */
export interface Pace {
  readonly runs: number
  readonly preparingMs: number
  /** By task; `any`: over all. */
  readonly stepMs: Readonly<Record<string, number>>
  readonly checkMs: Readonly<Record<string, number>>
}

/** By what paceKey gives. */
export type MeasuredPace = ReadonlyMap<string, Pace>

export const paceKey = ({ model, batchRows, kind }: Pick<RunConfig, 'model' | 'batchRows' | 'kind'>): string => `${model} ${batchRows} ${kind}`

/** From the plan's own finished runs. */
export function measuredPace(plan: StudyPlan, digests: Digests): MeasuredPace {
  return paceOf(plan.runs.filter(({ work }) => work === 'train').map(({ id, config }) => ({ id, config })), digests)
}

/** From every finished run of the workspace. */
export function workspacePace(places: StudyPlaces, digests: Digests): MeasuredPace {
  const ids = runIds(places)
  const runs = ids.flatMap((id) => {
    try {
      return [{ id, config: JSON.parse(readFileSync(join(runFolder(places, id), RUN_FILES.config), 'utf8')) as RunConfig }]
    } catch {
      return []
    }
  })
  return paceOf(runs, digests)
}

/** One entry a run: its mean. */
interface Means {
  readonly preparing: number[]
  readonly steps: Record<string, number[]>
  readonly checks: Record<string, number[]>
}

function paceOf(runs: readonly { readonly id: string; readonly config: RunConfig }[], digests: Digests): MeasuredPace {
  const sizes = new Map<string, Means>()
  for (const { id, config } of runs) {
    const digest = digests.of(id)
    if (digest?.state !== 'done') continue
    const means = sizes.get(paceKey(config)) ?? { preparing: [], steps: {}, checks: {} }
    sizes.set(paceKey(config), means)
    means.preparing.push(digest.preparingMs)
    for (const [task, { steps, stepMs, checks, checkMs }] of Object.entries(digest.tasks)) {
      for (const name of [task, 'any']) {
        if (steps > 0) (means.steps[name] ??= []).push(stepMs / steps)
        if (checks > 0) (means.checks[name] ??= []).push(checkMs / checks)
      }
    }
  }
  const faster = (of: Readonly<Record<string, readonly number[]>>): Record<string, number> => Object.fromEntries(Object.entries(of).map(([name, means]) => [name, lowerQuartile(means)]))
  return new Map([...sizes].map(([size, { preparing, steps, checks }]) => [size, { runs: preparing.length, preparingMs: lowerQuartile(preparing), stepMs: faster(steps), checkMs: faster(checks) }]))
}

/** Of up to four numbers the least. */
function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length / 4) - 1] ?? 0
}
