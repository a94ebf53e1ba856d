// Window ↔ host: every request and every push, declared once. Electron's IPC and the browser's WebSocket are two
// thin carriers of the same messages; main/ipc.ts and serve check them where they arrive.

import type { ComparisonRequests } from './comparison-api'
import type { ConfigDifference, RunConfig } from './run-config'
import type { RunCommand } from './run-commands'
import type { RunEvent, RunState } from './run-events'
import type { SettingDifference } from './run-difference'
import type { RunParent } from './run-parent'
import type { MeasuredSteps } from './run-time'
import type { MaskingPage, MaskingRequest } from './masking-sample'
import type { SamplePrediction } from './sample-prediction'
import type { StudyRequests } from './study-api'
import type { TaskId } from './task-catalog'

export interface RunSummary {
  /** The folder's name inside the workspace. */
  readonly id: string
  readonly name: string
  readonly state: RunState
  readonly reason: string
  readonly preset: string
  readonly seed: number
  readonly tasks: readonly TaskId[]
  readonly iteration: number
  readonly iterations: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Seconds left at the present pace; null while unknown. */
  readonly secondsLeft: number | null
  readonly device: string
  readonly stepsPerSecond: number
  readonly lastCheckpoint: number | null
  /** The run it started from. */
  readonly parent: RunParent | null
  /** What was changed from that run's settings; empty if it is not in the workspace. */
  readonly changed: readonly SettingDifference[]
  /** Progress of preparing (making data, compiling), if that is what it does. */
  readonly preparing: { readonly what: string; readonly done: number; readonly total: number } | null
  /** Resident memory of the run's process in bytes; 0 if it has none. */
  readonly memoryBytes: number
  /** An unreadable folder is listed with its problem and nothing else. */
  readonly problem: string | null
}

/** Runs that train at the same time: a number, or what cores and memory allow. */
export type SideBySide = number | 'auto'

export interface AppInfo {
  readonly version: string
  readonly workspace: string
  readonly shell: 'electron' | 'browser'
  readonly versions: Readonly<Record<string, string>>
  readonly cores: number
  readonly memoryBytes: number
  readonly freeDiskBytes: number
  /** What the engine would run on (from `doctor`), null while it is being found out. */
  readonly backend: { readonly name: string; readonly device: string; readonly library: string } | null
  readonly problems: readonly string[]
  /** `places`: what the setting comes to here, for runs of the mini model. */
  readonly sideBySide: { readonly setting: SideBySide; readonly places: number }
}

/** Requests: name → [arguments, result]. */
export interface WorkbenchRequests extends StudyRequests, ComparisonRequests {
  'app:info': [Record<string, never>, AppInfo]
  /** How many runs train at the same time in this workspace; takes effect at the next start. */
  'app:sideBySide': [{ readonly setting: SideBySide }, AppInfo]
  'runs:list': [Record<string, never>, readonly RunSummary[]]
  /** Everything a fresh window needs of a run: config and all events so far (thinned steps beyond `maxSteps` per task). */
  'run:open': [{ readonly id: string; readonly maxSteps?: number }, RunHistory]
  /** Live events of this run are pushed from now on; returns at once. */
  'run:follow': [{ readonly id: string | null }, null]
  'run:create': [{ readonly preset: string; readonly difference: ConfigDifference }, { readonly id: string }]
  /** What steps of runs with the same model and batch took; null if there are none. */
  'run:measured': [{ readonly preset: string; readonly difference: ConfigDifference }, MeasuredSteps | null]
  'run:start': [{ readonly id: string }, null]
  'run:command': [{ readonly id: string; readonly command: RunCommand }, null]
  'run:rename': [{ readonly id: string; readonly name: string }, null]
  /** Moves the folder to the workspace's trash; `run:restore` undoes it. */
  'run:delete': [{ readonly id: string }, null]
  'run:restore': [{ readonly id: string }, null]
  'demo:start': [Record<string, never>, { readonly id: string }]
  'samples:read': [{ readonly id: string; readonly task: TaskId }, readonly SamplePrediction[]]
  /** What masked pre-training shows of pairs of the run's captions; for runs of the kind `pretrain`. */
  'masking:read': [MaskingRequest & { readonly id: string }, MaskingPage]
  /** Only Electron: what to do with live runs when the window closes. */
  'app:close': [{ readonly choice: 'pause' | 'keep' | 'stop' | 'cancel' }, null]
}

export interface RunHistory {
  readonly summary: RunSummary
  readonly config: RunConfig
  readonly events: readonly RunEvent[]
  /** The last event's sequence; pushed events go on from it. */
  readonly sequence: number
}

/** Pushes: name → payload. */
export interface WorkbenchPushes {
  'runs:changed': readonly RunSummary[]
  'run:events': { readonly id: string; readonly events: readonly RunEvent[] }
  /** The window was asked to close while runs are live. */
  'app:closing': { readonly live: readonly RunSummary[] }
  'app:info': AppInfo
}

export type RequestName = keyof WorkbenchRequests
export type PushName = keyof WorkbenchPushes

/** What preload exposes as `window.workbench`, and what the browser client implements over a WebSocket. */
export interface WorkbenchBridge {
  /** Rejects with an Error whose message is meant for the user. */
  request<N extends RequestName>(name: N, argument: WorkbenchRequests[N][0]): Promise<WorkbenchRequests[N][1]>
  on<N extends PushName>(name: N, listener: (payload: WorkbenchPushes[N]) => void): () => void
  /** Address of a picture of a run's data folder, loadable by <img>. */
  pictureUrl(runId: string, file: string): string
}
