// What the header's buttons, Space and the command palette do with the chosen run: one place, so that they agree.

import { controlPlan } from './run/run-state'
import { useRuns } from './stores/runs'

export interface RunControls {
  /** Start, Pause or Resume, whichever the first button says. */
  toggle(): void
  stop(): void
  save(): void
}

export function useRunControls(): RunControls {
  const runs = useRuns()
  return {
    toggle() {
      const run = runs.selected
      if (!run || run.problem !== null) return
      const { main } = controlPlan(runs.stateOf(run), runs.pending[run.id] ?? null)
      if (!main.enabled) return
      if (main.does === 'pause') void runs.pause(run.id)
      else if (main.does === 'resume') void runs.resume(run.id)
      else void runs.start(run.id)
    },
    stop() {
      const run = runs.selected
      if (run && controlPlan(runs.stateOf(run), runs.pending[run.id] ?? null).canStop) void runs.stop(run.id)
    },
    save() {
      const run = runs.selected
      if (run && controlPlan(runs.stateOf(run), runs.pending[run.id] ?? null).canSave) void runs.saveCheckpoint(run.id)
    }
  }
}
