// Starts, commands and watches the processes that train. One process per run, detached: it outlives a window that
// crashed or an app that was told to keep training, and every later app finds it again through the run folder.
// Commands go through the folder's control file, so a run started in a terminal obeys as well.

import { cpus, totalmem } from 'node:os'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { WorkbenchError, check } from '../contract/check'
import { type RunConfig, resolveConfig } from '../contract/run-config'
import { type RunCommand, parseControlFile } from '../contract/run-commands'
import { RUN_FILES } from '../contract/run-format'
import { presetConfig } from '../contract/run-presets'
import type { RunState } from '../contract/run-events'
import type { RunSummary } from '../contract/workbench-api'
import { ownerOf } from './process-liveness'
import type { RunLibrary } from './run-library'
import { type Computer, hasPlace, readSideBySide, threadSettings } from './side-by-side'
import { type Workspace, writeFileAtomic } from './workspace'

/** Starts the worker on a run folder and returns its process id; Electron and Node do it differently. */
export type LaunchWorker = (runFolder: string, environment: Readonly<Record<string, string>>) => number

const RESUMABLE: readonly RunState[] = ['created', 'paused', 'stopped', 'failed', 'interrupted']

export class RunManager {
  private queue: string[] = []
  /** Runs whose process was started a moment ago and has not written its lock yet. */
  private readonly starting = new Map<string, number>()

  constructor(
    private readonly workspace: Workspace,
    private readonly library: RunLibrary,
    private readonly launch: LaunchWorker,
    private readonly computer: Computer = { cores: cpus().length, memoryBytes: totalmem() }
  ) {}

  /** Makes a run folder from a preset and differences; nothing is started. Returns the run's id. */
  create(preset: string, difference: Readonly<Record<string, unknown>>): string {
    const config = resolveConfig(presetConfig(preset), difference)
    const id = this.freeId(config.name)
    const data = isAbsolute(config.data) ? config.data : resolve(this.workspace.root, config.data)
    const folder = join(this.workspace.runs, id)
    mkdirSync(folder, { recursive: true })
    this.writeConfig(folder, { ...config, name: id, data, start: this.startOf(config.start) })
    return id
  }

  /** Where a run starts from: a word, a path, or the id of another run of the workspace, whose last checkpoint is then taken. */
  private startOf(start: string): string {
    if (start === 'pretrained' || start === 'random' || isAbsolute(start)) return start
    const folder = join(this.workspace.runs, start)
    if (!existsSync(join(folder, RUN_FILES.config))) return resolve(this.workspace.root, start)
    check(existsSync(join(folder, RUN_FILES.checkpoints)), () => `Run '${start}' has no checkpoint yet, so no run can start from it.`)
    return folder
  }

  rename(id: string, name: string): void {
    const config = resolveConfig(this.library.configOf(id), { name })
    this.writeConfig(this.library.folderOf(id), config)
  }

  /** Starts or resumes a run: at once if there is a place, else it waits in the queue. */
  start(id: string): void {
    const { state, problem } = this.library.summaryOf(id)
    if (problem !== null) throw new WorkbenchError(problem)
    check(RESUMABLE.includes(state), () => `Run '${id}' is ${state}; only a run that is not live can be started.`)
    if (!this.queue.includes(id)) this.queue.push(id)
    this.fillPlaces()
  }

  /** Tells a live run to pause, resume, stop, checkpoint or validate; refused if nothing trains it. */
  command(id: string, command: RunCommand): void {
    if (this.queue.includes(id) && (command === 'stop' || command === 'pause')) {
      this.queue = this.queue.filter((other) => other !== id)
      this.library.queued = this.queue
      return
    }
    const folder = this.library.folderOf(id)
    const alive = ownerOf(folder).kind === 'alive' || this.starting.has(id)
    if (!alive && command === 'resume') return this.start(id)
    check(alive, () => `Run '${id}' has no live process, so it cannot ${command}. Resume starts it from its last checkpoint.`)
    const path = join(folder, RUN_FILES.control)
    const before = existsSync(path) ? parseControlFile(readFileSync(path, 'utf8')) : undefined
    writeFileAtomic(path, JSON.stringify({ number: (before?.number ?? 0) + 1, command }))
  }

  /** Asks a live run's process to write a checkpoint and to end; its state stays `paused`. */
  close(id: string): void {
    const owner = ownerOf(this.library.folderOf(id))
    if (owner.kind === 'alive' && owner.local) process.kill(owner.processId, 'SIGTERM')
  }

  /** Moves a run that is not live to the trash; `restore` brings it back. */
  delete(id: string): void {
    check(ownerOf(this.library.folderOf(id)).kind !== 'alive', () => `Run '${id}' is live; stop it before it is deleted.`)
    mkdirSync(this.workspace.trash, { recursive: true })
    const target = join(this.workspace.trash, id)
    check(!existsSync(target), () => `The trash already has a run '${id}' (${target}); remove that one first.`)
    renameSync(this.library.folderOf(id), target)
  }

  restore(id: string): void {
    const source = join(this.workspace.trash, id)
    check(/^[\w.+-]+$/.test(id) && existsSync(source), () => `Run '${id}' is not in the trash (${this.workspace.trash}).`)
    renameSync(source, join(this.workspace.runs, this.freeId(id)))
  }

  live(): RunSummary[] {
    return this.library.summaries().filter((run) => run.state === 'preparing' || run.state === 'running' || run.state === 'paused' && this.isAlive(run.id))
  }

  /** Called after each poll: forgets started processes that are seen now, and fills free places from the queue. */
  fillPlaces(): void {
    for (const [id, since] of this.starting) {
      if (this.isAlive(id) || Date.now() - since > 10_000) this.starting.delete(id)
    }
    const busy = this.busy()
    const models = busy.map((id) => this.modelOf(id))
    const setting = readSideBySide(this.workspace)
    const next: string[] = []
    for (const id of this.queue) {
      if (!hasPlace(setting, this.computer, models, this.modelOf(id))) break
      models.push(this.modelOf(id))
      next.push(id)
    }
    // Those that start now know of each other, and share the cores with those that train already.
    const threads = threadSettings(models.length, this.computer)
    for (const id of next) {
      this.queue.shift()
      this.starting.set(id, Date.now())
      this.launch(this.library.folderOf(id), { TF_CPP_MIN_LOG_LEVEL: '2', ...threads })
    }
    this.library.queued = this.queue
  }

  /** Runs that compute now or were started a moment ago. */
  private busy(): string[] {
    const training = this.library.summaries().filter((run) => this.isAlive(run.id) && run.state !== 'paused').map((run) => run.id)
    return [...new Set([...training, ...this.starting.keys()])]
  }

  private modelOf(id: string): RunConfig['model'] {
    return this.library.summaryOf(id).problem === null ? this.library.configOf(id).model : 'mini'
  }

  private isAlive(id: string): boolean {
    return ownerOf(this.library.folderOf(id)).kind === 'alive'
  }

  private writeConfig(folder: string, config: RunConfig): void {
    writeFileAtomic(join(folder, RUN_FILES.config), `${JSON.stringify(config, null, 2)}\n`)
  }

  private freeId(name: string): string {
    const base = name.trim().replace(/[^\w.+-]+/g, '-').replace(/^[.-]+/, '') || 'run'
    const taken = new Set(existsSync(this.workspace.runs) ? readdirSync(this.workspace.runs) : [])
    if (!taken.has(base)) return base
    let number = 2
    while (taken.has(`${base}-${number}`)) number += 1
    return `${base}-${number}`
  }
}
