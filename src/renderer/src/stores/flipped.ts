// The test examples on which two runs differ: whose runs they are, seed and task, which way, which one is shown.
// Read next: ../dialogs/FlippedDialog.vue, ../../../contract/run-difference.ts.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { FlippedSample, FlippedSamples, RunDifference } from '../../../contract/run-difference'
import type { TaskId } from '../../../contract/task-catalog'
import { workbench } from '../workbench'
import { useApp } from './app'

/** Two runs that were measured on the same task. */
export interface ComparedPair {
  readonly task: TaskId
  /** `seed 1`; empty where there is nothing to choose. */
  readonly label: string
  readonly a: string
  readonly b: string
}

export interface Compared {
  /** What the two sides are: a study's settings, or names of runs. */
  readonly labelA: string
  readonly labelB: string
  readonly pairs: readonly ComparedPair[]
}

export type Direction = 'gained' | 'lost'

export const useFlipped = defineStore('flipped', () => {
  const compared = shallowRef<Compared>({ labelA: '', labelB: '', pairs: [] })
  const task = ref<TaskId | null>(null)
  const label = ref('')
  const direction = ref<Direction>('gained')
  const place = ref(0)
  const boxes = ref(true)
  const found = shallowRef<FlippedSamples | null>(null)
  const difference = shallowRef<RunDifference | null>(null)
  const problem = ref('')
  let turn = 0

  const tasks = computed(() => [...new Set(compared.value.pairs.map((pair) => pair.task))])
  const ofTask = computed(() => compared.value.pairs.filter((pair) => pair.task === task.value))
  const pair = computed(() => ofTask.value.find((row) => row.label === label.value) ?? ofTask.value[0] ?? null)
  const list = computed<readonly FlippedSample[]>(() => found.value?.[direction.value] ?? [])
  const chosen = computed(() => list.value[place.value] ?? null)

  /** `wanted`: the task to begin with. */
  function open(what: Compared, wanted: TaskId | null = null): void {
    compared.value = what
    task.value = what.pairs.find((row) => row.task === wanted)?.task ?? what.pairs[0]?.task ?? null
    label.value = ''
    direction.value = 'gained'
    useApp().dialog = 'flipped'
    void load()
  }

  async function load(): Promise<void> {
    const asked = ++turn
    const of = pair.value
    found.value = null
    difference.value = null
    problem.value = ''
    place.value = 0
    if (!of) return
    const { a, b } = of
    try {
      const [flipped, whole] = await Promise.all([workbench.request('runs:flipped', { a, b, task: of.task }), workbench.request('runs:compare', { a, b })])
      if (asked !== turn) return
      found.value = flipped
      difference.value = whole
      if (flipped[direction.value].length === 0) direction.value = flipped.gained.length > 0 ? 'gained' : 'lost'
    } catch (error) {
      if (asked === turn) problem.value = error instanceof Error ? error.message : String(error)
    }
  }

  function chooseTask(next: TaskId): void {
    task.value = next
    void load()
  }
  function choosePair(next: string): void {
    label.value = next
    void load()
  }
  function chooseDirection(next: Direction): void {
    direction.value = next
    place.value = 0
  }
  function step(by: number): void {
    place.value = Math.min(Math.max(0, list.value.length - 1), Math.max(0, place.value + by))
  }

  return { compared, task, label, direction, place, boxes, found, difference, problem, tasks, ofTask, pair, list, chosen, open, load, chooseTask, choosePair, chooseDirection, step }
})
