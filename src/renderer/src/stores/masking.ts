// The masking inspector of the open pre-training run: which pairs, by which seed, objective and rule. Pages are read when
// they are needed. Read next: ../views/MaskingView.vue.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { MaskingPage, MaskingSplit } from '../../../contract/masking-sample'
import { workbench } from '../workbench'
import { useRun } from './run'

export type ShownRule = 'paper' | 'code' | 'both'

/** Pairs read at a time. */
export const PAGE = 24

export const useMasking = defineStore('masking', () => {
  const run = useRun()
  const split = ref<MaskingSplit>('val')
  const seed = ref(1)
  const objective = ref<0 | 1 | 2>(1)
  const rule = ref<ShownRule>('both')
  const boxes = ref(true)
  const page = shallowRef<MaskingPage | null>(null)
  const place = ref(0)
  const loading = ref(false)
  const problem = ref('')
  let wanted = ''

  const chosen = computed(() => page.value?.samples[place.value] ?? null)
  const from = computed(() => page.value?.from ?? 0)
  const total = computed(() => page.value?.total ?? 0)

  /** Another run brings its own seed, objective and rule. */
  watch(() => run.config, (config) => {
    if (config?.kind !== 'pretrain') return
    seed.value = config.seed
    objective.value = config.objective
    void load(0, 0)
  }, { immediate: true })
  watch([split, seed, objective], () => void load(from.value, place.value))

  async function load(first: number, at: number): Promise<void> {
    const id = run.id
    if (id === null || run.config?.kind !== 'pretrain') return
    const request = { id, split: split.value, seed: seed.value, objective: objective.value, from: first, count: PAGE }
    const key = JSON.stringify(request)
    if (key === wanted) return
    wanted = key
    loading.value = true
    problem.value = ''
    try {
      const read = await workbench.request('masking:read', request)
      if (wanted !== key) return
      // A smaller split may end before the place that was shown.
      if (read.samples.length === 0 && first > 0) {
        void load(0, 0)
        return
      }
      page.value = read
      place.value = Math.min(at, Math.max(0, read.samples.length - 1))
    } catch (error) {
      if (wanted !== key) return
      page.value = null
      problem.value = error instanceof Error ? error.message : String(error)
    }
    loading.value = false
  }

  function retry(): void {
    wanted = ''
    void load(from.value, place.value)
  }

  function step(by: number): void {
    const next = place.value + by
    const samples = page.value?.samples ?? []
    if (next >= 0 && next < samples.length) place.value = next
    else if (next < 0 && from.value > 0) void load(Math.max(0, from.value - PAGE), PAGE - 1)
    else if (next >= samples.length && from.value + samples.length < total.value) void load(from.value + PAGE, 0)
  }

  return { split, seed, objective, rule, boxes, page, place, loading, problem, chosen, from, total, load, retry, step }
})
