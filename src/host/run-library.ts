// All runs of a workspace as the window lists them. Each run folder is followed through its events file, whoever
// trains it: this app, an earlier one, a terminal or a cluster node. Read next: event-tail.ts, run-manager.ts.

import { type Dirent, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError, check } from '../contract/check'
import { type RunConfig, defaultConfig, resolveConfig } from '../contract/run-config'
import type { SettingDifference } from '../contract/run-difference'
import type { RunEvent, RunState } from '../contract/run-events'
import { RUN_FILES } from '../contract/run-format'
import { changedSettings, parentOf } from '../contract/run-parent'
import type { RunHistory, RunSummary } from '../contract/workbench-api'
import { EventTail } from './event-tail'
import type { FoldCache } from './fold-cache'
import type { KnownRun } from './measured-steps'
import { ownerOf, residentBytes } from './process-liveness'
import { type RunFold, emptyFold, foldEvent, secondsLeft, stepsPerSecond } from './run-fold'

const LIVE: readonly RunState[] = ['preparing', 'running', 'paused']
/** Runs that are not live are looked at this often: someone may resume one in a terminal. */
const QUIET_MS = 1000

interface FollowedRun {
  readonly id: string
  readonly folder: string
  readonly tail: EventTail
  fold: RunFold
  config: RunConfig | null
  createdAt: number
  problem: string | null
  memoryBytes: number
  readAt: number
  /** Kept as long as both configurations are what they were. */
  changed: { readonly from: RunConfig; readonly to: RunConfig; readonly settings: readonly SettingDifference[] } | null
}

/** What a poll found new in one run: only the events written since the last poll, also after a resume. */
export interface RunNews {
  readonly id: string
  readonly events: readonly RunEvent[]
}

export class RunLibrary {
  private readonly runs = new Map<string, FollowedRun>()
  /** Runs that wait for a free place; kept by the run manager. */
  queued: readonly string[] = []

  /** `kept`: what was kept of finished runs; without it all events are read. */
  constructor(private readonly runsFolder: string, private readonly kept?: FoldCache) {}

  /**
   * Looks for new and vanished folders and reads what was appended; cheap, called several times a second. What a finished
   * run had written before the library was opened is no news.
   */
  poll(): RunNews[] {
    this.findFolders()
    const news: RunNews[] = []
    const now = Date.now()
    for (const run of this.runs.values()) {
      if (!LIVE.includes(run.fold.state) && run.memoryBytes === 0 && now - run.readAt < QUIET_MS) continue
      run.readAt = now
      const events = this.readNew(run)
      if (events.length > 0) news.push({ id: run.id, events })
    }
    this.kept?.save(new Set(this.runs.keys()))
    return news
  }

  summaries(): RunSummary[] {
    return [...this.runs.values()].map((run) => this.summary(run)).sort((a, b) => b.createdAt - a.createdAt)
  }

  summaryOf(id: string): RunSummary {
    return this.summary(this.run(id))
  }

  folderOf(id: string): string {
    return this.run(id).folder
  }

  /** Runs that can be read, newest first. */
  known(): KnownRun[] {
    return [...this.runs.values()].sort((a, b) => b.createdAt - a.createdAt)
      .flatMap(({ id, folder, config, fold }) => (config ? [{ id, folder, config, device: fold.device }] : []))
  }

  configOf(id: string): RunConfig {
    const run = this.run(id)
    check(run.config, () => run.problem ?? `Run '${id}' has no configuration.`)
    return run.config
  }

  /** Everything a fresh window needs; steps beyond `maxSteps` per task are thinned by a stride, other events never. */
  history(id: string, maxSteps = 4000): RunHistory {
    const run = this.run(id)
    const events = new EventTail(join(run.folder, RUN_FILES.events)).read().events
    return {
      summary: this.summary(run),
      config: this.configOf(id),
      events: thinSteps(events, maxSteps),
      sequence: events[events.length - 1]?.sequence ?? 0
    }
  }

  private run(id: string): FollowedRun {
    const run = this.runs.get(id)
    check(run, () => `Run '${id}' is not in this workspace (${this.runsFolder}).`)
    return run
  }

  private findFolders(): void {
    let entries: Dirent[]
    try {
      entries = readdirSync(this.runsFolder, { withFileTypes: true })
    } catch {
      entries = []
    }
    const names = new Set(entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name))
    for (const id of this.runs.keys()) if (!names.has(id)) this.runs.delete(id)
    for (const id of names) if (!this.runs.has(id)) this.runs.set(id, this.openFolder(id))
    for (const run of this.runs.values()) if (run.problem !== null) this.readConfig(run)
  }

  private openFolder(id: string): FollowedRun {
    const folder = join(this.runsFolder, id)
    const run: FollowedRun = {
      id, folder, tail: new EventTail(join(folder, RUN_FILES.events)), fold: emptyFold(),
      config: null, createdAt: 0, problem: null, memoryBytes: 0, readAt: 0, changed: null
    }
    this.readConfig(run)
    const events = statSync(join(folder, RUN_FILES.events), { throwIfNoEntry: false })
    const fold = events && this.kept?.of(id, events)
    if (fold) {
      run.fold = fold
      run.tail.startAfter(events)
    }
    return run
  }

  private readConfig(run: FollowedRun): void {
    const path = join(run.folder, RUN_FILES.config)
    try {
      const parsed = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
      run.config = resolveConfig(defaultConfig(), parsed)
      run.createdAt = statSync(path).mtimeMs
      run.problem = null
    } catch (error) {
      const why = error instanceof WorkbenchError || error instanceof SyntaxError ? error.message : (error as NodeJS.ErrnoException).code ?? String(error)
      run.problem = `${RUN_FILES.config} cannot be read: ${why}. The folder is left as it is.`
      run.createdAt = safeMtime(run.folder)
    }
  }

  private readNew(run: FollowedRun): readonly RunEvent[] {
    const lastTime = run.fold.updatedAt
    const { events, restarted } = run.tail.read()
    if (restarted) run.fold = emptyFold()
    for (const event of events) foldEvent(run.fold, event)
    if (events.length > 0) this.keepFold(run)
    // After a resume the kept lines come again; only what was written since is news.
    return restarted ? events.filter((event) => event.time > lastTime) : events
  }

  private keepFold({ id, folder, fold, tail }: FollowedRun): void {
    if (!this.kept) return
    const events = statSync(join(folder, RUN_FILES.events), { throwIfNoEntry: false })
    if (events && events.size === tail.wholeBytes) this.kept.keep(id, events, fold)
  }

  private summary(run: FollowedRun): RunSummary {
    const { fold, config } = run
    const [state, reason] = this.honestState(run)
    return {
      id: run.id,
      name: config?.name ?? run.id,
      state,
      reason,
      preset: config?.preset ?? '',
      seed: config?.seed ?? 0,
      tasks: config?.tasks ?? [],
      iteration: fold.iteration,
      iterations: fold.iterations || config?.iterations || 0,
      createdAt: run.createdAt,
      updatedAt: fold.updatedAt || run.createdAt,
      secondsLeft: state === 'running' ? secondsLeft(fold) : null,
      device: fold.device,
      stepsPerSecond: state === 'running' ? stepsPerSecond(fold) : 0,
      lastCheckpoint: fold.lastCheckpoint,
      parent: config ? parentOf(config.start) : null,
      changed: this.changedFromParent(run),
      preparing: state === 'preparing' || state === 'running' ? fold.preparing : null,
      memoryBytes: run.memoryBytes,
      problem: run.problem
    }
  }

  private changedFromParent(run: FollowedRun): readonly SettingDifference[] {
    const { config } = run
    const parent = config && this.runs.get(parentOf(config.start)?.run ?? '')?.config
    if (!parent) return []
    if (run.changed?.from !== parent || run.changed.to !== config) run.changed = { from: parent, to: config, settings: changedSettings(parent, config, ['name', 'start']) }
    return run.changed.settings
  }

  /** The state as it is, not as the run last wrote it: a live state without a process is `interrupted`. */
  private honestState(run: FollowedRun): [RunState, string] {
    if (this.queued.includes(run.id)) return ['queued', 'Waits for a free place.']
    const { state, reason, lastCheckpoint } = run.fold
    const owner = ownerOf(run.folder)
    run.memoryBytes = owner.kind === 'alive' && owner.local ? residentBytes(owner.processId) : 0
    if (owner.kind === 'alive') return state === 'created' ? ['preparing', 'Starting.'] : [state, reason]
    if (!LIVE.includes(state)) return [state, reason]
    const from = lastCheckpoint === null ? 'It starts again from the beginning.' : `It goes on from checkpoint ${lastCheckpoint}.`
    if (state === 'paused' && owner.kind === 'none') return ['paused', `Paused and closed. ${from}`]
    return ['interrupted', `Its process ended without a word. ${from}`]
  }
}

function safeMtime(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0
  }
}

function thinSteps(events: readonly RunEvent[], maxSteps: number): readonly RunEvent[] {
  const counts = new Map<string, number>()
  for (const event of events) if (event.kind === 'step') counts.set(event.task, (counts.get(event.task) ?? 0) + 1)
  const seen = new Map<string, number>()
  return events.filter((event) => {
    if (event.kind !== 'step') return true
    const count = counts.get(event.task) ?? 0
    const index = seen.get(event.task) ?? 0
    seen.set(event.task, index + 1)
    const stride = Math.ceil(count / maxSteps)
    return index % stride === 0 || index === count - 1
  })
}
