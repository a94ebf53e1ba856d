// Everything the window can ask for, without knowing how it asks: Electron's IPC (main/ipc.ts) and the WebSocket
// (serve/main.ts) both hand requests to `handle` and carry away what `onPush` says. No Electron, no TensorFlow here.

import { join } from 'node:path'
import * as v from 'valibot'
import { WorkbenchError, check } from '../contract/check'
import { resolveConfig } from '../contract/run-config'
import { presetConfig } from '../contract/run-presets'
import type { PushName, RequestName, WorkbenchPushes, WorkbenchRequests } from '../contract/workbench-api'
import { AppInfoSource } from './app-info'
import { comparisonDesk } from './comparison-desk'
import type { Demo } from './demo'
import { FoldCache } from './fold-cache'
import { readMasking } from './masking-desk'
import { measuredSteps } from './measured-steps'
import { readPicture, readSamples } from './run-files'
import { RunLibrary } from './run-library'
import { type LaunchWorker, RunManager } from './run-manager'
import { REQUEST_SCHEMAS } from './request-schemas'
import { studyDesk } from './study-desk'
import { type Workspace } from './workspace'

const POLL_MS = 200
/** The list changes with every step; the window hears of it this often, and at once when a run changes its state. */
const LIST_MS = 1000

export interface HostOptions {
  readonly workspace: Workspace
  readonly launch: LaunchWorker
  readonly shell: 'electron' | 'browser'
  readonly version: string
  /** Command and arguments that run the command line, for `doctor`. */
  readonly cli: readonly string[]
  readonly demo: Demo
  readonly onPush: <N extends PushName>(name: N, payload: WorkbenchPushes[N]) => void
  /** What closing means, where there is a window to close. */
  readonly onClose?: (choice: WorkbenchRequests['app:close'][0]['choice']) => void
}

type Handlers = { readonly [N in RequestName]: (argument: WorkbenchRequests[N][0]) => WorkbenchRequests[N][1] | Promise<WorkbenchRequests[N][1]> }

export class WorkbenchHost {
  readonly library: RunLibrary
  readonly manager: RunManager
  private readonly info: AppInfoSource
  private followed: string | null = null
  private listText = ''
  private listTime = 0
  private readonly timer: NodeJS.Timeout

  constructor(private readonly options: HostOptions) {
    this.library = new RunLibrary(options.workspace.runs, new FoldCache(join(options.workspace.root, '.run-folds.json')))
    this.manager = new RunManager(options.workspace, this.library, options.launch)
    this.info = new AppInfoSource(options, (info) => options.onPush('app:info', info))
    this.library.poll()
    this.timer = setInterval(() => this.poll(), POLL_MS)
  }

  /** Answers one request; rejects with a message for the user. */
  async handle(name: string, argument: unknown): Promise<unknown> {
    check(isRequestName(name), () => `The request '${name}' is unknown.`)
    const parsed = v.safeParse(REQUEST_SCHEMAS[name], argument)
    if (!parsed.success) {
      const where = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'argument'}: ${issue.message}`).join('; ')
      throw new WorkbenchError(`The request '${name}' is malformed: ${where}`)
    }
    const handler = this.handlers[name] as (argument: unknown) => unknown
    const result = await handler(parsed.output)
    this.poll()
    return result
  }

  picture(id: string, file: string): { readonly bytes: Buffer; readonly type: string } {
    return readPicture(this.library, id, file)
  }

  dispose(): void {
    clearInterval(this.timer)
    this.info.dispose()
  }

  private readonly handlers: Handlers = {
    'app:info': () => this.info.current(),
    'app:sideBySide': ({ setting }) => this.info.setSideBySide(setting),
    'runs:list': () => this.library.summaries(),
    'run:open': ({ id, maxSteps }) => this.library.history(id, maxSteps),
    'run:follow': ({ id }) => { this.followed = id; return null },
    'run:create': ({ preset, difference }) => this.created(this.manager.create(preset, difference)),
    'run:measured': ({ preset, difference }) => measuredSteps(this.library.known(), resolveConfig(presetConfig(preset), difference)),
    'run:start': ({ id }) => { this.manager.start(id); return null },
    'run:command': ({ id, command }) => { this.manager.command(id, command); return null },
    'run:rename': ({ id, name }) => { this.manager.rename(id, name); return null },
    'run:delete': ({ id }) => { this.manager.delete(id); return null },
    'run:restore': ({ id }) => { this.manager.restore(id); return null },
    'demo:start': () => this.startDemo(),
    'samples:read': ({ id, task }) => readSamples(this.library, id, task),
    'masking:read': ({ id, ...request }) => readMasking(this.options.cli, this.library.folderOf(id), request),
    ...comparisonDesk((id) => this.library.folderOf(id)),
    ...studyDesk(this.options.workspace.root, this.options.cli),
    'app:close': ({ choice }) => { this.options.onClose?.(choice); return null }
  }

  private startDemo(): { id: string } {
    const { id } = this.created(this.manager.create(this.options.demo.preset, this.options.demo.difference))
    this.manager.start(id)
    return { id }
  }

  /** A new folder is in the list before anyone asks about it. */
  private created(id: string): { id: string } {
    this.library.poll()
    return { id }
  }

  private poll(): void {
    let urgent = false
    for (const news of this.library.poll()) {
      if (news.id === this.followed) this.options.onPush('run:events', news)
      urgent ||= news.events.some((event) => event.kind === 'state' || event.kind === 'progress')
    }
    this.manager.fillPlaces()
    const now = Date.now()
    if (!urgent && now - this.listTime < LIST_MS) return
    this.listTime = now
    const list = this.library.summaries()
    const text = JSON.stringify(list)
    if (text !== this.listText) this.options.onPush('runs:changed', list)
    this.listText = text
  }
}

function isRequestName(name: string): name is RequestName {
  return Object.prototype.hasOwnProperty.call(REQUEST_SCHEMAS, name)
}
