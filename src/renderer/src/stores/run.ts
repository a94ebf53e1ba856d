// The one open run: its configuration and its folded events. The record is a plain object that changes in place;
// `version` counts its changes (at most one an animation frame), `chartVersion` at most two a second for the charts.
// Read next: ../use-run-events.ts (who fills it), ../run/run-record.ts (what is in it).

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { PRESETS } from '../../../contract/run-presets'
import type { RunConfig } from '../../../contract/run-config'
import type { RunEvent } from '../../../contract/run-events'
import type { RunHistory } from '../../../contract/workbench-api'
import { type CurveId, type RunRecord, emptyRun, foldEvents } from '../run/run-record'
import { type MeanStanding, type TaskStanding, meanStanding, taskStanding } from '../run/task-standing'

export const CHART_INTERVAL_MS = 500

export const useRun = defineStore('run', () => {
  const id = ref<string | null>(null)
  const config = shallowRef<RunConfig | null>(null)
  const record = shallowRef<RunRecord>(emptyRun([]))
  const version = ref(0)
  const chartVersion = ref(0)
  const loading = ref(false)
  const problem = ref('')
  /** The task that inspector, board and samples speak of. */
  const taskId = ref<CurveId | null>(null)

  let chartTimer = 0
  let lastChart = Number.NEGATIVE_INFINITY

  function changed(): void {
    version.value += 1
    if (chartTimer !== 0) return
    const wait = Math.max(0, lastChart + CHART_INTERVAL_MS - performance.now())
    chartTimer = window.setTimeout(() => {
      chartTimer = 0
      lastChart = performance.now()
      chartVersion.value += 1
    }, wait)
  }

  const curves = computed<readonly CurveId[]>(() => (config.value === null ? [] : config.value.kind === 'pretrain' ? ['pretraining'] : config.value.tasks))

  function reset(nextId: string | null): void {
    id.value = nextId
    config.value = null
    record.value = emptyRun([])
    problem.value = ''
    loading.value = nextId !== null
    changed()
  }

  function open(history: RunHistory): void {
    config.value = history.config
    const fresh = emptyRun(history.config.kind === 'pretrain' ? ['pretraining'] : history.config.tasks)
    foldEvents(fresh, history.events)
    fresh.sequence = Math.max(fresh.sequence, history.sequence)
    record.value = fresh
    loading.value = false
    problem.value = ''
    if (taskId.value === null || !fresh.tasks.has(taskId.value)) taskId.value = [...fresh.tasks.keys()][0] ?? null
    changed()
  }

  function fold(events: readonly RunEvent[]): void {
    foldEvents(record.value, events)
    changed()
  }

  const standings = computed<ReadonlyMap<CurveId, TaskStanding | null>>(() => {
    void version.value
    return new Map([...record.value.tasks.values()].map((task) => [task.id, taskStanding(task.checks)]))
  })
  const mean = computed<MeanStanding | null>(() => meanStanding([...standings.value.values()]))
  const iteration = computed(() => (void version.value, record.value.iteration))
  const iterations = computed(() => config.value?.iterations ?? 0)
  const presetLabel = computed(() => PRESETS.find((preset) => preset.id === config.value?.preset)?.label ?? config.value?.preset ?? '')

  return {
    id, config, record, version, chartVersion, loading, problem, taskId, curves, standings, mean, iteration, iterations, presetLabel,
    reset, open, fold
  }
})
