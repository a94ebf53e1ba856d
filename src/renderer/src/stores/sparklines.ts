// The mean score of each run over its checks, for the run list. The open run's comes from its own record; the others
// are asked for once each, one after the other, and again when a run has ended.

import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import { meanScoreCurve } from '../run/mean-score-curve'
import { emptyRun, foldEvents } from '../run/run-record'
import { workbench } from '../workbench'
import { useRun } from './run'
import { useRuns } from './runs'

/** A run's events are read for its curve: a thousand runs are asked for in minutes, not at once. */
const PAUSE_MS = 200

export const useSparklines = defineStore('sparklines', () => {
  const runs = useRuns()
  const run = useRun()
  /** By run: one that arrives redraws its own row, not a list of a thousand. */
  const kept = shallowReactive(new Map<string, readonly number[]>())
  const asked = new Set<string>()
  let busy = false

  const open = computed<readonly number[]>(() => (void run.chartVersion, meanScoreCurve(run.record)))

  async function askNext(): Promise<void> {
    if (busy || document.hidden) return
    const next = runs.list.find((row) => row.problem === null && row.id !== runs.selectedId && !asked.has(`${row.id} ${row.state}`))
    if (!next) return
    busy = true
    asked.add(`${next.id} ${next.state}`)
    try {
      const history = await workbench.request('run:open', { id: next.id, maxSteps: 1 })
      const record = emptyRun(history.config.kind === 'pretrain' ? ['pretraining'] : history.config.tasks)
      foldEvents(record, history.events)
      kept.set(next.id, meanScoreCurve(record))
    } catch {
      // A run that cannot be read says so in its row; it has no curve.
    }
    busy = false
    window.setTimeout(() => void askNext(), PAUSE_MS)
  }
  watch(() => runs.list, () => void askNext(), { immediate: true })

  function of(id: string): readonly number[] {
    return id === run.id ? open.value : (kept.get(id) ?? [])
  }
  return { of }
})
