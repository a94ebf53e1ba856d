// The mean score of each run over its checks, for the run list. The open run's comes from its own record; the others
// are asked for once each, one after the other, and again when a run has ended.

import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { meanScoreCurve } from '../run/mean-score-curve'
import { emptyRun, foldEvents } from '../run/run-record'
import { workbench } from '../workbench'
import { useRun } from './run'
import { useRuns } from './runs'

const MOST_ASKED = 40

export const useSparklines = defineStore('sparklines', () => {
  const runs = useRuns()
  const run = useRun()
  const kept = ref<Readonly<Record<string, readonly number[]>>>({})
  const asked = new Set<string>()
  let busy = false

  const open = computed<readonly number[]>(() => (void run.chartVersion, meanScoreCurve(run.record)))

  async function askNext(): Promise<void> {
    if (busy || document.hidden) return
    const next = runs.list.find((row) => row.problem === null && row.id !== runs.selectedId && !asked.has(`${row.id} ${row.state}`))
    if (!next || asked.size >= MOST_ASKED * 3) return
    busy = true
    asked.add(`${next.id} ${next.state}`)
    try {
      const history = await workbench.request('run:open', { id: next.id, maxSteps: 1 })
      const record = emptyRun(history.config.kind === 'pretrain' ? ['pretraining'] : history.config.tasks)
      foldEvents(record, history.events)
      kept.value = { ...kept.value, [next.id]: meanScoreCurve(record) }
    } catch {
      // A run that cannot be read says so in its row; it has no curve.
    }
    busy = false
    window.setTimeout(() => void askNext(), 200)
  }
  watch(() => runs.list, () => void askNext())

  function of(id: string): readonly number[] {
    return id === run.id ? open.value : (kept.value[id] ?? [])
  }
  return { of }
})
