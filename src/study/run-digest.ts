// What studies need of a run, read once from its events: scores, curves, stops, times, parameters. A finished run's digest
// is kept in studies/.digests, a cache: it names the size and time of the events that it was read from, and may be deleted.
// Read next: study-table-of.ts, study-status.ts.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent, RunState } from '../contract/run-events'
import { RUN_FILES, parseEventLines } from '../contract/run-format'
import { emptyFold, foldEvent } from '../host/run-fold'
import { type ExampleScores, readExampleScores } from './example-scores'
import { parameterCount } from './parameter-count'
import { type StudyPlaces, runFolder } from './study-places'

export interface TaskDigest {
  /** Of the final test; null before it. `scores`: one a test example. */
  test: { readonly score: number; readonly examples: number; readonly scores: ExampleScores | null } | null
  /** [iteration, score 0–1] */
  validation: [number, number][]
  /** All numbers of the last check. */
  metrics: Readonly<Record<string, number>>
  /** [iteration, mean training score] over equal stretches. */
  training: [number, number][]
  /** [iteration, state] at each change. */
  stopAndGo: [number, 'stop' | 'go'][]
  steps: number
  /** Milliseconds of all its steps, and of all its checks. */
  stepMs: number
  checkMs: number
  checks: number
}

export interface RunDigest {
  readonly format: 2
  readonly events: { readonly sizeBytes: number; readonly modifiedMs: number }
  /** As the run last wrote it. */
  readonly state: RunState
  readonly reason: string
  readonly iteration: number
  readonly iterations: number
  readonly device: string
  readonly updatedAt: number
  /** From the start of its process to its first step, the longest of its processes. */
  readonly preparingMs: number
  readonly parameters: number | null
  readonly tasks: Readonly<Record<string, TaskDigest>>
}

/** Points of a training curve. */
const STRETCHES = 40
const FINAL: readonly RunState[] = ['done', 'failed', 'stopped']

export class Digests {
  private readonly known = new Map<string, RunDigest>()

  constructor(private readonly places: StudyPlaces) {}

  /** The digest of a run's present events; undefined if it has none. */
  of(id: string): RunDigest | undefined {
    const stat = statSync(join(runFolder(this.places, id), RUN_FILES.events), { throwIfNoEntry: false })
    if (!stat) return undefined
    const fits = (digest: RunDigest | undefined): digest is RunDigest => digest?.format === 2 && digest.events.sizeBytes === stat.size && digest.events.modifiedMs === stat.mtimeMs
    const known = this.known.get(id)
    if (fits(known)) return known
    const kept = this.kept(id)
    const digest = fits(kept) ? kept : this.read(id, stat.size, stat.mtimeMs)
    this.known.set(id, digest)
    return digest
  }

  private kept(id: string): RunDigest | undefined {
    try {
      return JSON.parse(readFileSync(join(this.places.digests, `${id}.json`), 'utf8')) as RunDigest
    } catch {
      return undefined
    }
  }

  private read(id: string, sizeBytes: number, modifiedMs: number): RunDigest {
    const folder = runFolder(this.places, id)
    const digest = digestOf(folder, { sizeBytes, modifiedMs })
    if (FINAL.includes(digest.state)) this.keep(id, digest)
    return digest
  }

  private keep(id: string, digest: RunDigest): void {
    try {
      mkdirSync(this.places.digests, { recursive: true })
      writeFileSync(join(this.places.digests, `${id}.json`), JSON.stringify(digest))
    } catch {
      // A workspace that may only be read is read again each time.
    }
  }
}

export function digestOf(folder: string, events: RunDigest['events']): RunDigest {
  const { events: list } = parseEventLines(readFileSync(join(folder, RUN_FILES.events), 'utf8'))
  const fold = emptyFold()
  for (const event of list) foldEvent(fold, event)
  const tasks = taskDigests(list, fold.iterations)
  for (const [task, digest] of Object.entries(tasks)) {
    if (digest.test) digest.test = { ...digest.test, scores: readExampleScores(folder, task) }
  }
  return {
    format: 2, events, state: fold.state, reason: fold.reason, iteration: fold.iteration, iterations: fold.iterations, device: fold.device,
    updatedAt: fold.updatedAt, preparingMs: longestPreparation(list), tasks,
    parameters: existsSync(join(folder, RUN_FILES.checkpoints)) ? parameterCount(folder) : null
  }
}

function taskDigests(events: readonly RunEvent[], iterations: number): Record<string, TaskDigest> {
  const tasks: Record<string, TaskDigest> = {}
  const of = (task: string): TaskDigest => (tasks[task] ??= { test: null, validation: [], metrics: {}, training: [], stopAndGo: [], steps: 0, stepMs: 0, checkMs: 0, checks: 0 })
  const stretch = Math.max(1, Math.ceil(iterations / STRETCHES))
  const sums = new Map<string, { sum: number; count: number; point: [number, number] }>()
  for (const event of events) {
    if (event.kind === 'step') {
      const digest = of(event.task)
      digest.steps += 1
      digest.stepMs += event.milliseconds
      const name = `${event.task} ${Math.floor(event.iteration / stretch)}`
      const entry = sums.get(name) ?? { sum: 0, count: 0, point: [event.iteration, 0] }
      if (entry.count === 0) digest.training.push(entry.point)
      entry.sum += event.score
      entry.count += 1
      entry.point[0] = event.iteration
      entry.point[1] = entry.sum / entry.count
      sums.set(name, entry)
    } else if (event.kind === 'validation') {
      const digest = of(event.task)
      const score = event.metrics['score'] ?? Number.NaN
      digest.checkMs += event.milliseconds
      digest.checks += 1
      if (event.split === 'test') digest.test = { score, examples: event.examples, scores: null }
      else {
        digest.validation.push([event.iteration, score])
        digest.metrics = event.metrics
      }
    } else if (event.kind === 'stopAndGo' && event.changed) of(event.task).stopAndGo.push([event.iteration, event.state])
  }
  return tasks
}

function longestPreparation(events: readonly RunEvent[]): number {
  let longest = 0
  let since: number | null = null
  for (const event of events) {
    if (event.kind === 'state' && event.state === 'preparing') since = event.time
    if (event.kind !== 'step' || since === null) continue
    longest = Math.max(longest, event.time - since)
    since = null
  }
  return longest
}
