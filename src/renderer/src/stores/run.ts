// The one open run: its configuration and its folded events. The record is a plain object that changes in place;
// `version` counts the changes that text shows, `chartVersion` those that charts draw (at most once a second).
// Read next: ../use-run-events.ts (who fills it), ../run/run-record.ts (what is in it).

import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef } from 'vue'
import { PRESETS } from '../../../contract/run-presets'
import type { RunConfig } from '../../../contract/run-config'
import type { RunEvent, ValidationEvent } from '../../../contract/run-events'
import type { RunHistory } from '../../../contract/workbench-api'
import { type CurveId, type RunRecord, emptyRun, foldEvents } from '../run/run-record'
import { type MeanStanding, type TaskStanding, meanStanding, taskStanding } from '../run/task-standing'

/** Charts are drawn at most this often, and less often where drawing is slow: it may take a hundredth of the time. */
export const CHART_INTERVAL_MS = 1000
const MOST_INTERVAL_MS = 3000
const DRAWING_SHARE = 0.01

export const useRun = defineStore('run', () => {
  const id = ref<string | null>(null)
  const config = shallowRef<RunConfig | null>(null)
  const record = shallowRef<RunRecord>(emptyRun([]))
  const version = ref(0)
  const chartVersion = ref(0)
  const iteration = ref(0)
  const loading = ref(false)
  const problem = ref('')
  /** The task that inspector, board and samples speak of. */
  const taskId = ref<CurveId | null>(null)

  let chartTimer = 0
  let lastChart = Number.NEGATIVE_INFINITY
  let interval = CHART_INTERVAL_MS

  /** Steps wait for the next drawing; what changes a state or a score shows at once. */
  function changed(atOnce: boolean): void {
    iteration.value = record.value.iteration
    if (atOnce) version.value += 1
    if (chartTimer !== 0) return
    chartTimer = window.setTimeout(() => void redraw(), Math.max(0, lastChart + interval - performance.now()))
  }

  async function redraw(): Promise<void> {
    chartTimer = 0
    lastChart = performance.now()
    version.value += 1
    chartVersion.value += 1
    await nextTick()
    interval = Math.min(MOST_INTERVAL_MS, Math.max(CHART_INTERVAL_MS, (performance.now() - lastChart) / DRAWING_SHARE))
  }

  const curves = computed<readonly CurveId[]>(() => (config.value === null ? [] : config.value.kind === 'pretrain' ? ['pretraining'] : config.value.tasks))

  function reset(nextId: string | null): void {
    id.value = nextId
    config.value = null
    record.value = emptyRun([])
    problem.value = ''
    loading.value = nextId !== null
    changed(true)
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
    changed(true)
  }

  function fold(events: readonly RunEvent[]): void {
    foldEvents(record.value, events)
    changed(events.some((event) => event.kind !== 'step'))
  }

  /** Lists of checks are replaced when they change, so that a standing is computed once for each. */
  const known = new WeakMap<readonly ValidationEvent[], TaskStanding | null>()
  function standingOf(checks: readonly ValidationEvent[]): TaskStanding | null {
    const before = known.get(checks)
    if (before !== undefined) return before
    const standing = taskStanding(checks)
    known.set(checks, standing)
    return standing
  }

  const standings = computed<ReadonlyMap<CurveId, TaskStanding | null>>(() => {
    void version.value
    return new Map([...record.value.tasks.values()].map((task) => [task.id, standingOf(task.checks)]))
  })
  const mean = computed<MeanStanding | null>(() => meanStanding([...standings.value.values()]))
  const iterations = computed(() => config.value?.iterations ?? 0)
  const presetLabel = computed(() => PRESETS.find((preset) => preset.id === config.value?.preset)?.label ?? config.value?.preset ?? '')

  return {
    id, config, record, version, chartVersion, loading, problem, taskId, curves, standings, mean, iteration, iterations, presetLabel,
    reset, open, fold
  }
})
