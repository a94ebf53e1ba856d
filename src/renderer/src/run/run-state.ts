// The states of a run as the window says them: word, sign and colour, and what the buttons of the header do in each.
// Fixed words (visual language, section 10). Read next: ../components/RunControls.vue.

import type { RunSummary } from '../../../contract/workbench-api'
import type { RunState } from '../../../contract/run-events'

/** What was asked of the run and has not happened yet. */
export type Pending = 'pausing' | 'resuming' | 'stopping' | 'starting' | 'saving' | null

export type Sign = 'dot' | 'pause' | 'warning' | 'cross' | 'tick' | 'ring' | 'square'

export interface StateLook {
  readonly word: string
  readonly sign: Sign
  /** Name of the colour token. */
  readonly colour: string
}

const LOOKS: Readonly<Record<RunState, StateLook>> = {
  created: { word: 'Ready', sign: 'ring', colour: 'var(--state-queued)' },
  queued: { word: 'Queued', sign: 'ring', colour: 'var(--state-queued)' },
  preparing: { word: 'Preparing', sign: 'ring', colour: 'var(--accent-text)' },
  running: { word: 'Running', sign: 'dot', colour: 'var(--state-running)' },
  paused: { word: 'Paused', sign: 'pause', colour: 'var(--state-paused)' },
  stopped: { word: 'Stopped', sign: 'square', colour: 'var(--state-done)' },
  done: { word: 'Done', sign: 'tick', colour: 'var(--state-done)' },
  failed: { word: 'Failed', sign: 'cross', colour: 'var(--state-failed)' },
  interrupted: { word: 'Interrupted', sign: 'warning', colour: 'var(--state-interrupted)' }
}

const PENDING_WORDS = { pausing: 'Pausing…', resuming: 'Resuming…', stopping: 'Stopping…', starting: 'Starting…' } as const

export function stateLook(state: RunState, pending: Pending = null): StateLook {
  const look = LOOKS[state]
  return pending === null || pending === 'saving' ? look : { ...look, word: PENDING_WORDS[pending] }
}

export function isLive(state: RunState): boolean {
  return state === 'preparing' || state === 'running' || state === 'paused'
}

export interface ControlPlan {
  readonly main: { readonly label: 'Start' | 'Pause' | 'Resume'; readonly does: 'start' | 'pause' | 'resume'; readonly enabled: boolean; readonly filled: boolean }
  readonly canStop: boolean
  readonly canSave: boolean
}

/** The header's buttons: the same three places in every state, switched off rather than hidden. */
export function controlPlan(state: RunState | null, pending: Pending): ControlPlan {
  const busy = pending !== null && pending !== 'saving'
  const plan = (label: ControlPlan['main']['label'], does: ControlPlan['main']['does'], enabled: boolean, filled: boolean): ControlPlan => {
    const live = state !== null && isLive(state)
    return {
      main: { label, does, enabled: enabled && !busy, filled },
      canStop: (live || state === 'queued') && pending !== 'stopping' && pending !== 'starting',
      canSave: (state === 'running' || state === 'paused') && !busy && pending !== 'saving'
    }
  }
  switch (state) {
    case null: return plan('Start', 'start', false, false)
    case 'created': return plan('Start', 'start', true, true)
    case 'queued': return plan('Start', 'start', false, false)
    case 'preparing':
    case 'running': return plan('Pause', 'pause', true, false)
    case 'paused': return plan('Resume', 'resume', true, true)
    case 'stopped':
    case 'failed': return plan('Resume', 'start', true, false)
    case 'interrupted': return plan('Resume', 'start', true, true)
    case 'done': return plan('Start', 'start', false, false)
  }
}

/** The right-hand word of a row in the run list: time left, or why it does not go on. */
export function listNote(run: RunSummary, shortDuration: (seconds: number) => string): string {
  if (run.problem !== null) return 'unreadable'
  if (run.state === 'running' && run.secondsLeft !== null) return `${shortDuration(run.secondsLeft)} left`
  if (run.state === 'interrupted') return 'resume'
  if (run.state === 'preparing' && run.preparing && run.preparing.total > 0) {
    return `${Math.floor((run.preparing.done / run.preparing.total) * 100)} %`
  }
  return stateLook(run.state).word.toLowerCase()
}
