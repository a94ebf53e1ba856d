// The runs of the workspace and what the window asks of them. States come from two sides, the host's list and the
// open run's own events; whichever changed last is shown. Read next: run.ts (the one open run).

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ConfigDifference } from '../../../contract/run-config'
import type { RunCommand } from '../../../contract/run-commands'
import type { RunState } from '../../../contract/run-events'
import type { RunSummary } from '../../../contract/workbench-api'
import { type Pending, isLive } from '../run/run-state'
import { workbench } from '../workbench'
import { useNotes } from './notes'

const SETTLED: Readonly<Record<Exclude<Pending, null>, readonly RunState[]>> = {
  pausing: ['paused', 'created', 'stopped', 'done', 'failed', 'interrupted'],
  resuming: ['running', 'preparing', 'queued', 'done', 'failed', 'stopped', 'interrupted'],
  stopping: ['stopped', 'created', 'done', 'failed', 'interrupted'],
  starting: ['queued', 'preparing', 'running', 'paused', 'done', 'failed'],
  saving: []
}

export const useRuns = defineStore('runs', () => {
  const list = shallowRef<readonly RunSummary[]>([])
  const loaded = ref(false)
  const selectedId = ref<string | null>(null)
  const states = ref<Readonly<Record<string, RunState>>>({})
  const pending = ref<Readonly<Record<string, Pending>>>({})
  /** What a run refused, shown beside its buttons until the next try. */
  const refusals = ref<Readonly<Record<string, string>>>({})

  const selected = computed(() => list.value.find((run) => run.id === selectedId.value) ?? null)
  const liveRuns = computed(() => list.value.filter((run) => isLive(stateOf(run))))

  function stateOf(run: RunSummary): RunState {
    return states.value[run.id] ?? run.state
  }

  /** States said by the host or by a run itself; a request that one answers is over. */
  function noteStates(said: readonly Pick<RunSummary, 'id' | 'state'>[]): void {
    const changed = said.filter(({ id, state }) => states.value[id] !== state)
    // All at once: a workspace may have a thousand runs.
    if (changed.length > 0) states.value = { ...states.value, ...Object.fromEntries(changed.map(({ id, state }) => [id, state])) }
    for (const { id, state } of said) {
      const waiting = pending.value[id]
      if (waiting && SETTLED[waiting].includes(state)) setPending(id, null)
    }
  }

  const noteState = (id: string, state: RunState): void => noteStates([{ id, state }])

  function setPending(id: string, value: Pending): void {
    pending.value = { ...pending.value, [id]: value }
  }

  function receive(next: readonly RunSummary[]): void {
    const before = new Map(list.value.map((run) => [run.id, run.state]))
    noteStates(next.filter((run) => before.get(run.id) !== run.state))
    list.value = next
    loaded.value = true
    if (selectedId.value !== null && !next.some((run) => run.id === selectedId.value)) selectedId.value = null
    if (selectedId.value === null) selectedId.value = (next.find((run) => isLive(run.state)) ?? next.find((run) => run.problem === null))?.id ?? null
  }

  async function load(): Promise<void> {
    try {
      receive(await workbench.request('runs:list', {}))
    } catch (error) {
      useNotes().fail(error)
    }
  }

  async function ask(id: string, waiting: Pending, request: () => Promise<unknown>): Promise<boolean> {
    refusals.value = { ...refusals.value, [id]: '' }
    setPending(id, waiting)
    try {
      await request()
      return true
    } catch (error) {
      refusals.value = { ...refusals.value, [id]: error instanceof Error ? error.message : String(error) }
      setPending(id, null)
      return false
    }
  }

  const command = (id: string, name: RunCommand, waiting: Pending): Promise<boolean> =>
    ask(id, waiting, () => workbench.request('run:command', { id, command: name }))
  const start = (id: string): Promise<boolean> => ask(id, 'starting', () => workbench.request('run:start', { id }))
  const pause = (id: string): Promise<boolean> => command(id, 'pause', 'pausing')
  const resume = (id: string): Promise<boolean> => command(id, 'resume', 'resuming')
  const stop = (id: string): Promise<boolean> => command(id, 'stop', 'stopping')
  const saveCheckpoint = (id: string): Promise<boolean> => command(id, 'checkpoint', 'saving')

  /** Creates a run and starts it; the message of a refusal is thrown to the form. */
  async function create(preset: string, difference: ConfigDifference, startIt: boolean): Promise<string> {
    const { id } = await workbench.request('run:create', { preset, difference })
    await load()
    selectedId.value = id
    if (startIt) await start(id)
    return id
  }

  async function startDemo(): Promise<boolean> {
    try {
      const { id } = await workbench.request('demo:start', {})
      await load()
      selectedId.value = id
      return true
    } catch (error) {
      useNotes().fail(error)
      return false
    }
  }

  async function rename(id: string, name: string): Promise<void> {
    await workbench.request('run:rename', { id, name }).then(load, useNotes().fail)
  }

  async function remove(run: RunSummary): Promise<void> {
    const notes = useNotes()
    try {
      await workbench.request('run:delete', { id: run.id })
      await load()
      notes.say(`Run ${run.name} deleted`, {
        label: 'Undo',
        run: () => void workbench.request('run:restore', { id: run.id }).then(load, notes.fail)
      })
    } catch (error) {
      notes.fail(error)
    }
  }

  return {
    list, loaded, selectedId, selected, liveRuns, states, pending, refusals, stateOf, noteState, setPending, receive, load,
    start, pause, resume, stop, saveCheckpoint, create, startDemo, rename, remove
  }
})
