// What the command palette offers: the actions of the window and every run by name.

import { type ComputedRef, computed } from 'vue'
import { controlPlan } from './run/run-state'
import { useApp } from './stores/app'
import { useChartView } from './stores/chart-view'
import { useRun } from './stores/run'
import { useRuns } from './stores/runs'
import { useSettings } from './stores/settings'
import { useDemo } from './use-demo'
import { useRunControls } from './use-run-controls'
import { curveLabel } from './charts/task-look'

export interface Command {
  readonly title: string
  readonly hint: string
  run(): void
}

export function useCommands(): ComputedRef<readonly Command[]> {
  const app = useApp()
  const runs = useRuns()
  const run = useRun()
  const view = useChartView()
  const settings = useSettings()
  const controls = useRunControls()
  const demo = useDemo()

  const ofRun = computed<readonly Command[]>(() => {
    const { selected } = runs
    if (!selected) return []
    const plan = controlPlan(runs.stateOf(selected), runs.pending[selected.id] ?? null)
    return [
      ...(plan.main.enabled ? [{ title: `${plan.main.label} ${selected.name}`, hint: 'Space', run: () => controls.toggle() }] : []),
      ...(plan.canStop ? [{ title: `Stop ${selected.name}`, hint: '', run: () => controls.stop() }] : []),
      ...(plan.canSave ? [{ title: 'Save a checkpoint', hint: '', run: () => controls.save() }] : [])
    ]
  })
  const fixed: readonly Command[] = [
    { title: 'Train the demo', hint: '', run: () => void demo.start() },
    { title: 'New run…', hint: 'Ctrl N', run: () => app.openNewRun() },
    { title: 'Home', hint: 'Ctrl 1', run: () => app.show('home') },
    { title: 'All runs', hint: 'Ctrl 2', run: () => app.show('runs') },
    { title: 'Live', hint: 'Ctrl 3', run: () => app.show('live') },
    { title: 'Studies', hint: 'Ctrl 4', run: () => app.show('studies') },
    { title: 'Samples', hint: 'Ctrl 5', run: () => app.show('samples') },
    { title: 'Settings', hint: 'Ctrl ,', run: () => app.show('settings') },
    { title: 'Show cards', hint: '', run: () => { view.mode = 'cards'; app.show('live') } },
    { title: 'Show one chart', hint: '', run: () => { view.mode = 'chart'; app.show('live') } },
    { title: 'Show the table', hint: '', run: () => { view.mode = 'table'; app.show('live') } },
    { title: 'Show all iterations', hint: '0', run: () => { view.zoom = null } },
    { title: 'Dark theme', hint: '', run: () => { settings.theme = 'dark' } },
    { title: 'Light theme', hint: '', run: () => { settings.theme = 'light' } },
    { title: 'Theme of the system', hint: '', run: () => { settings.theme = 'system' } },
    { title: 'High contrast on or off', hint: '', run: () => { settings.contrast = settings.isHighContrast ? 'normal' : 'more' } },
    { title: 'Task tokens of the open run…', hint: '', run: () => { app.dialog = 'tokens' } },
    { title: 'Keys', hint: '?', run: () => { app.dialog = 'help' } }
  ]
  return computed(() => [
    ...ofRun.value, ...fixed,
    ...run.curves.map((id) => ({ title: `Task ${curveLabel(id)}`, hint: 'task', run: () => { run.taskId = id } })),
    ...runs.list.map((row) => ({ title: `Open ${row.name || row.id}`, hint: 'run', run: () => { runs.selectedId = row.id; app.show('live') } }))
  ])
}
