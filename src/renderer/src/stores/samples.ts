// The sample predictions of the open run's chosen task: read when the view opens and again after each validation that
// wrote new ones. Read next: ../views/SamplesView.vue.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { SamplePrediction } from '../../../contract/sample-prediction'
import { type TaskId, isTaskId } from '../../../contract/task-catalog'
import { workbench } from '../workbench'
import { useRun } from './run'

export type Verdict = 'all' | 'right' | 'wrong'

export const useSamples = defineStore('samples', () => {
  const run = useRun()
  const list = shallowRef<readonly SamplePrediction[]>([])
  const loading = ref(false)
  const problem = ref('')
  const verdict = ref<Verdict>('all')
  const search = ref('')
  const chosenId = ref<string | null>(null)
  const boxes = ref(true)
  let shownKey = ''

  const task = computed<TaskId | null>(() => (run.taskId !== null && isTaskId(run.taskId) ? run.taskId : null))
  /** Changes when the run wrote new samples of the task. */
  const sourceKey = computed(() => {
    void run.version
    const event = task.value === null ? null : (run.record.tasks.get(task.value)?.sample ?? null)
    return `${run.id} ${task.value} ${event?.sequence ?? 0}`
  })
  const filtered = computed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== '')
    return list.value.filter((sample) =>
      (verdict.value === 'all' || sample.right === (verdict.value === 'right')) &&
      words.every((word) => `${sample.text} ${sample.answer} ${sample.expected} ${sample.id}`.toLowerCase().includes(word)))
  })
  const chosenIndex = computed(() => filtered.value.findIndex((sample) => sample.id === chosenId.value))
  const chosen = computed(() => filtered.value[chosenIndex.value] ?? filtered.value[0] ?? null)
  const right = computed(() => list.value.filter((sample) => sample.right).length)

  async function load(): Promise<void> {
    const key = sourceKey.value
    const id = run.id
    const wanted = task.value
    if (id === null || wanted === null || key === shownKey) return
    const sameTask = shownKey.split(' ').slice(0, 2).join(' ') === key.split(' ').slice(0, 2).join(' ')
    shownKey = key
    loading.value = !sameTask
    if (!sameTask) list.value = []
    problem.value = ''
    try {
      const read = await workbench.request('samples:read', { id, task: wanted })
      if (shownKey === key) list.value = read
    } catch (error) {
      if (shownKey === key) problem.value = error instanceof Error ? error.message : String(error)
    }
    if (shownKey === key) loading.value = false
  }

  function retry(): void {
    shownKey = ''
    void load()
  }

  function step(by: number): void {
    const at = Math.max(0, chosenIndex.value)
    const next = filtered.value[Math.min(filtered.value.length - 1, Math.max(0, at + by))]
    if (next) chosenId.value = next.id
  }

  return { list, loading, problem, verdict, search, chosenId, boxes, task, sourceKey, filtered, chosenIndex, chosen, right, load, retry, step }
})
