// The window itself: which view is open, which drawer and dialog, what this computer is.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AppInfo, RunSummary, SideBySide } from '../../../contract/workbench-api'
import type { RunConfig } from '../../../contract/run-config'
import { workbench } from '../workbench'
import { useNotes } from './notes'

export const VIEWS = ['home', 'runs', 'live', 'studies', 'samples', 'settings'] as const
export type View = (typeof VIEWS)[number]
export type Dialog = 'none' | 'newRun' | 'help' | 'palette' | 'closing' | 'flipped' | 'tokens'

export const NARROW_WIDTH = 1100

export const useApp = defineStore('app', () => {
  const view = ref<View>('home')
  const dialog = ref<Dialog>('none')
  const listDrawer = ref(false)
  const inspectorDrawer = ref(false)
  const inspectorShown = ref(true)
  const info = shallowRef<AppInfo | null>(null)
  const width = ref(window.innerWidth)
  const connectionLost = ref(false)
  /** Runs that are live while the window was asked to close. */
  const closing = shallowRef<readonly RunSummary[]>([])
  /** Settings that the new-run form opens with; null: the preset's own. */
  const newRunFrom = shallowRef<RunConfig | null>(null)
  /** `demo at iteration 40` where that form starts from a checkpoint; null otherwise. */
  const newRunFork = ref<string | null>(null)
  const isNarrow = computed(() => width.value < NARROW_WIDTH)

  window.addEventListener('resize', () => { width.value = window.innerWidth })
  window.addEventListener('workbench:lost', () => { connectionLost.value = true })
  window.addEventListener('workbench:reconnected', () => { connectionLost.value = false })

  async function loadInfo(): Promise<void> {
    workbench.on('app:info', (payload) => { info.value = payload })
    workbench.on('app:closing', (payload) => {
      closing.value = payload.live
      dialog.value = 'closing'
    })
    try {
      info.value = await workbench.request('app:info', {})
    } catch (error) {
      useNotes().fail(error)
    }
  }

  async function setSideBySide(setting: SideBySide): Promise<void> {
    try {
      info.value = await workbench.request('app:sideBySide', { setting })
    } catch (error) {
      useNotes().fail(error)
    }
  }

  function show(next: View): void {
    if (next === 'runs' && isNarrow.value) {
      listDrawer.value = !listDrawer.value
      return
    }
    view.value = next
    listDrawer.value = false
    inspectorDrawer.value = false
  }

  function openNewRun(from: RunConfig | null = null): void {
    newRunFrom.value = from
    newRunFork.value = null
    dialog.value = 'newRun'
  }

  /** "What if" from a checkpoint: the run's settings and weights; optimizer and schedule begin anew. As `train --fork`. */
  function openFork(id: string, config: RunConfig, iteration: number): void {
    openNewRun({ ...config, name: `${config.name}-from-${iteration}`, start: `runs/${id}/checkpoints/step-${iteration}` })
    newRunFork.value = `${config.name} at iteration ${iteration}`
  }

  async function answerClosing(choice: 'pause' | 'keep' | 'stop' | 'cancel'): Promise<void> {
    dialog.value = 'none'
    if (choice === 'pause' || choice === 'stop') useNotes().say('The window closes when the checkpoint is written')
    try {
      await workbench.request('app:close', { choice })
    } catch (error) {
      useNotes().fail(error)
    }
  }

  return {
    view, dialog, listDrawer, inspectorDrawer, inspectorShown, info, width, isNarrow, connectionLost, closing, newRunFrom, newRunFork,
    loadInfo, setSideBySide, show, openNewRun, openFork, answerClosing
  }
})
