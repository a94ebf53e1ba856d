// The option idleHeads=drift of the compiled engine: idle updates behind every training step, and which steps have run, so
// that a parameter that never had a gradient is not decayed (spec 4.1). Read next: ../compile/idle-update.ts.

import type { Graph } from '../compile/graph'
import { STEPPED, addIdleUpdates } from '../compile/idle-update'
import type { SessionFeed } from '../compile/session'
import { FED_SETTINGS, type RecordedStep } from '../compile/step-graph'
import type { UpdateRules } from '../compile/update'
import type { Variables } from '../compile/variables'
import type { NamedArray } from './step-engine'

export interface IdleDrift {
  /** 1 for each training step that has run before. */
  readonly stepped: Float32Array
  ran(step: RecordedStep): void
  /** Moments that were loaded tell which steps an interrupted run has made: a step whose head has moments has run. */
  wrote(arrays: readonly NamedArray[]): void
}

/** Puts idle updates behind the training steps: the same steps in their new form. */
export function addIdleDrift(graph: Graph, variables: Variables, trained: readonly RecordedStep[], rules: UpdateRules): RecordedStep[] {
  return addIdleUpdates(graph, variables, trained, FED_SETTINGS, rules)
}

/** `made`: what `addIdleDrift` returned. */
export function idleDrift(made: readonly RecordedStep[]): IdleDrift {
  const stepped = new Float32Array(made.length)
  return {
    stepped,
    ran: (step) => stepped.fill(1, made.indexOf(step), made.indexOf(step) + 1),
    wrote(arrays) {
      const moved = new Set(arrays.filter(({ name, data }) => name.startsWith('v/') && data.some((value) => value !== 0)).map(({ name }) => name.slice(2)))
      made.forEach(({ updates }, place) => {
        if (updates.some((name) => !name.startsWith('bert.') && moved.has(name))) stepped[place] = 1
      })
    }
  }
}

/** What a training step is fed for it. */
export function driftFeed(drift: IdleDrift | undefined): SessionFeed[] {
  return drift ? [{ name: STEPPED, shape: [drift.stepped.length], data: drift.stepped.slice() }] : []
}
