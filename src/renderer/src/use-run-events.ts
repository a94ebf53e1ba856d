// Keeps the open run's record in step with its events: asks for the history when a run is chosen, follows it, folds
// what arrives a few times a second (a changed state at once), and asks again if a number is missing. Called once, by App.vue.

import { onScopeDispose, watch } from 'vue'
import type { RunEvent } from '../../contract/run-events'
import { whole } from './numbers'
import { useNotes } from './stores/notes'
import { useRun } from './stores/run'
import { useRuns } from './stores/runs'
import { workbench } from './workbench'

/** Thinned on the way in: more points than any chart has pixels, few enough to open at once. */
const MAX_STEPS = 4000
/** Numbers that change with every step are drawn this often: training and window share the same cores. */
const FOLD_MS = 400

export function useRunEvents(): void {
  const run = useRun()
  const runs = useRuns()
  let queue: RunEvent[] = []
  let frame = 0
  let timer = 0
  let foldedAt = 0
  let opening = false

  async function open(id: string | null): Promise<void> {
    queue = []
    if (id !== run.id) run.reset(id)
    if (id === null) return void workbench.request('run:follow', { id: null }).catch(() => undefined)
    opening = true
    try {
      await workbench.request('run:follow', { id })
      const history = await workbench.request('run:open', { id, maxSteps: MAX_STEPS })
      if (run.id === id) {
        run.open(history)
        queue = queue.filter((event) => event.sequence > history.sequence)
      }
    } catch (error) {
      if (run.id === id) {
        run.loading = false
        run.problem = error instanceof Error ? error.message : String(error)
      }
    } finally {
      opening = false
      if (queue.length > 0) plan()
    }
  }

  function plan(): void {
    const wait = queue.some((event) => event.kind === 'state') ? 0 : foldedAt + FOLD_MS - performance.now()
    if (wait > 0) timer ||= window.setTimeout(draw, wait)
    else draw()
  }

  function draw(): void {
    window.clearTimeout(timer)
    timer = 0
    if (frame === 0) frame = window.requestAnimationFrame(flush)
  }

  function flush(): void {
    frame = 0
    foldedAt = performance.now()
    if (opening || queue.length === 0 || run.config === null) return
    const events = queue
    queue = []
    const first = events[0]
    if (first && first.sequence > run.record.sequence + 1) return void open(run.id)
    run.fold(events)
  }

  function receive(id: string, events: readonly RunEvent[]): void {
    if (id !== run.id) return
    for (const event of events) {
      queue.push(event)
      if (event.kind === 'state') runs.noteState(id, event.state)
      if (event.kind === 'checkpoint' && runs.pending[id] === 'saving') {
        runs.setPending(id, null)
        useNotes().say(`Checkpoint ${whole(event.iteration)} saved`)
      }
    }
    plan()
  }

  const off = workbench.on('run:events', ({ id, events }) => receive(id, events))
  const offRuns = workbench.on('runs:changed', (list) => runs.receive(list))
  const reconnected = (): void => {
    void runs.load()
    void open(run.id)
  }
  window.addEventListener('workbench:reconnected', reconnected)
  watch(() => runs.selectedId, (id) => void open(id), { immediate: true })
  onScopeDispose(() => {
    off()
    offRuns()
    window.removeEventListener('workbench:reconnected', reconnected)
    window.cancelAnimationFrame(frame)
    window.clearTimeout(timer)
  })
}
