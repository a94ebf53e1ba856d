// The studies of the workspace: the list, and of the chosen one its status, table and curves. All of it lies in folders that
// others change as well, so it is looked at again while the view is open. Read next: ../views/StudiesView.vue.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { StudyName, StudyRunStatus, StudyStatus } from '../../../contract/study'
import type { StudyChoice, StudyEntry, StudyForecast, StudyRequests } from '../../../contract/study-api'
import type { StudyCell, StudyCurve, StudyTable } from '../../../contract/study-table'
import { isTaskId } from '../../../contract/task-catalog'
import { workbench } from '../workbench'
import { useNotes } from './notes'

/** The chosen study is looked at this often, the list of all at every fifth look. */
const ASK_MS = 2000
const LIST_TICKS = 5

export interface ChosenCell {
  readonly setting: string
  readonly column: string
}

export const useStudies = defineStore('studies', () => {
  const list = shallowRef<readonly StudyEntry[]>([])
  const name = ref<StudyName>('multitask')
  const tableId = ref<string | undefined>(undefined)
  const status = shallowRef<StudyStatus | null>(null)
  const table = shallowRef<StudyTable | null>(null)
  const curves = shallowRef<readonly StudyCurve[]>([])
  const chosen = ref<ChosenCell | null>(null)
  const mode = ref<'score' | 'difference'>('score')
  const loaded = ref(false)
  /** The form of a new study is open although there is one. */
  const replanning = ref(false)
  const busy = ref(false)
  let timer: number | undefined
  let ticks = 0
  /** A look that takes longer than the next tick is not cut short by it. */
  let looking = false
  let asked = 0

  const entry = computed(() => list.value.find((row) => row.name === name.value) ?? null)
  const exists = computed(() => (entry.value?.status ?? null) !== null)
  const runsById = computed(() => new Map<string, StudyRunStatus>((status.value?.runs ?? []).map((run) => [run.id, run])))
  const cell = computed<StudyCell | null>(() => table.value?.rows.find((row) => row.setting === chosen.value?.setting)?.cells[chosen.value?.column ?? ''] ?? null)

  async function ask<N extends keyof StudyRequests>(request: N, argument: StudyRequests[N][0]): Promise<StudyRequests[N][1] | null> {
    try {
      return await workbench.request(request, argument)
    } catch (error) {
      useNotes().fail(error)
      return null
    }
  }

  /** Everything again: the view has opened, another study was chosen, something was asked of it. */
  async function refresh(): Promise<void> {
    const turn = ++asked
    const newList = await ask('studies:list', {})
    if (turn !== asked) return
    if (newList) list.value = newList
    if (exists.value) await refreshStatus(turn, true)
    else forget()
    if (turn === asked) loaded.value = true
  }

  /** The chosen study's status; its table and curves only if some run is further than before. */
  async function refreshStatus(turn: number, whole: boolean): Promise<void> {
    const of = name.value
    const newStatus = await ask('study:status', { name: of })
    if (turn !== asked) return
    const before = placesOf(status.value)
    status.value = newStatus
    if (newStatus) list.value = list.value.map((row) => (row.name === of ? { ...row, status: newStatus } : row))
    if (!whole && before === placesOf(newStatus)) return
    const newTable = await ask('study:table', { name: of, ...(tableId.value === undefined ? {} : { table: tableId.value }) })
    if (turn !== asked) return
    table.value = newTable
    if (newTable && !chosenFits(newTable)) chosen.value = firstCell(newTable)
    await refreshCurves(turn)
  }

  function forget(): void {
    status.value = null
    table.value = null
    curves.value = []
  }

  function tick(): void {
    ticks += 1
    if (document.hidden || busy.value || !loaded.value || looking) return
    looking = true
    const look = ticks % LIST_TICKS === 0 ? refresh() : exists.value ? refreshStatus(++asked, false) : Promise.resolve()
    void look.finally(() => { looking = false })
  }

  function chosenFits(of: StudyTable): boolean {
    return chosen.value !== null && of.columns.includes(chosen.value.column) && of.rows.some(({ setting, cells }) => setting === chosen.value?.setting && cells[chosen.value.column] !== undefined)
  }

  async function refreshCurves(turn: number): Promise<void> {
    const column = chosen.value?.column
    const task = column !== undefined && isTaskId(column) ? column : undefined
    const found = await ask('study:curves', { name: name.value, ...(task ? { task } : {}) })
    if (found && turn === asked) curves.value = found
  }

  function choose(next: StudyName): void {
    name.value = next
    tableId.value = undefined
    status.value = null
    table.value = null
    chosen.value = null
    replanning.value = false
    loaded.value = false
    void refresh()
  }

  function chooseTable(id: string): void {
    tableId.value = id
    void refresh()
  }

  function chooseCell(next: ChosenCell): void {
    chosen.value = next
    void refreshCurves(asked)
  }

  /** Asks while the view is open. */
  function open(): void {
    void refresh()
    timer = window.setInterval(tick, ASK_MS)
  }
  function close(): void {
    window.clearInterval(timer)
  }

  async function act<N extends keyof StudyRequests>(request: N, argument: StudyRequests[N][0]): Promise<boolean> {
    busy.value = true
    const answer = await workbench.request(request, argument).then(() => true, (error: unknown) => { useNotes().fail(error); return false })
    await refresh()
    busy.value = false
    return answer
  }
  const start = (wish: Omit<StudyRequests['study:start'][0], 'name'>): Promise<boolean> => act('study:start', { name: name.value, ...wish })
  const want = (wanted: 'pause' | 'cancel'): Promise<boolean> => act('study:want', { name: name.value, wanted })
  const setJobs = (jobs: number | null): Promise<boolean> => act('study:jobs', { name: name.value, jobs })
  /** Space: pause what runs, go on with what waits. */
  function toggle(): void {
    const state = status.value?.state
    if (busy.value || state === undefined || state === 'done') return
    void (state === 'running' ? want('pause') : start({ choice: null }))
  }
  const plan = (choice: StudyChoice): Promise<StudyForecast | null> => ask('study:plan', choice)

  return {
    list, name, tableId, status, table, curves, chosen, mode, loaded, replanning, busy, entry, exists, runsById, cell,
    refresh, toggle, choose, chooseTable, chooseCell, open, close, start, want, setJobs, plan
  }
})

/** The average, or else the first column, of the first measured row that is not the baseline. */
function firstCell(table: StudyTable): ChosenCell | null {
  const measured = (row: StudyTable['rows'][number]): string | undefined => ['average', ...table.columns].find((id) => (row.cells[id]?.mean ?? null) !== null)
  const others = table.rows.filter(({ setting }) => setting !== table.baseline)
  const row = others.find(measured) ?? others[0] ?? table.rows[0]
  const column = row && (measured(row) ?? table.columns.find((id) => row.cells[id]))
  return row && column ? { setting: row.setting, column } : null
}

/** What tables and curves depend on: changes when a run starts, goes on, ends or is another one. */
function placesOf(status: StudyStatus | null): string {
  return (status?.runs ?? []).map(({ id, state, iteration }) => `${id} ${state} ${iteration}`).join(',')
}
