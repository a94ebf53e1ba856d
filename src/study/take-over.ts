// A run that finished runs decided to be what another finished run already is takes over its folder instead of training the
// same again: a search that chose what was trained elsewhere, or that was widened and chose as before. Equal content is
// equal bits, so nothing but the name differs. Read next: start-run.ts (what writes the content), run-study.ts (when).

import { appendFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { RunConfig } from '../contract/run-config'
import { RUN_FILES, eventLine, parseEventLines } from '../contract/run-format'
import type { PlannedRun } from '../contract/study'
import { dataIdentity } from './data-identity'
import type { Digests } from './run-digest'
import { CONTENT_FILE, type RunContentNote, decidedRun, writeRunNotes } from './start-run'
import { type StudyPlaces, runFolder, runIds } from './study-places'

/** What belongs to a process, not to a run's results. */
const NOT_TAKEN: readonly string[] = [RUN_FILES.lock, RUN_FILES.control]

/** Finds finished runs by what they were decided to be. One for as long as a study is carried out: decisions never change. */
export class TakeOvers {
  /** Content ids: of folders, and of planned runs. */
  private readonly contents = new Map<string, string>()
  private readonly decided = new Map<string, string>()
  private readonly identity = dataIdentity()

  constructor(private readonly places: StudyPlaces, private readonly digests: Digests) {}

  /** Gives a run that has no folder yet that of a finished run with equal content; false if there is none. */
  takeOver(run: PlannedRun): boolean {
    const from = this.equalTo(run)
    if (from !== undefined) this.copy(run, from)
    return from !== undefined
  }

  /** The id of a finished run with equal content; undefined if there is none or the run has a folder of its own. */
  equalTo(run: PlannedRun): string | undefined {
    if (run.work !== 'train' || existsSync(runFolder(this.places, run.id))) return undefined
    const content = this.contentOf(run)
    return runIds(this.places).find((id) => this.contentIn(id) === content && this.digests.of(id)?.state === 'done')
  }

  /** Of runs that may start those without an equal one among them or at work: the others wait to take its results over. */
  once(ready: readonly PlannedRun[], atWork: readonly PlannedRun[]): PlannedRun[] {
    const taken = new Set(atWork.map((run) => this.contentOf(run)))
    return ready.filter((run) => {
      const content = this.contentOf(run)
      return !taken.has(content) && taken.add(content)
    })
  }

  /** Killed or failed half-way it leaves no run. */
  private copy(run: PlannedRun, from: string): void {
    const halfway = join(this.places.studies, `.taking-${run.id}`)
    rmSync(halfway, { recursive: true, force: true })
    try {
      cpSync(runFolder(this.places, from), halfway, { recursive: true, preserveTimestamps: true, filter: (path) => !NOT_TAKEN.includes(basename(path)) })
      // Its configuration is what was trained with, which the start of a run may have added to; the name is the run's own.
      const trained = JSON.parse(readFileSync(join(halfway, RUN_FILES.config), 'utf8')) as RunConfig
      writeRunNotes(halfway, { config: { ...trained, name: run.config.name }, content: this.contentOf(run) }, from)
      noteOrigin(join(halfway, RUN_FILES.events), from)
      renameSync(halfway, runFolder(this.places, run.id))
    } catch (error) {
      rmSync(halfway, { recursive: true, force: true })
      const why = error instanceof Error ? error.message : String(error)
      throw new WorkbenchError(`Run '${run.name}' equals the finished run ${from}, whose folder could not be copied to ${runFolder(this.places, run.id)}: ${why}. Nothing is lost; put that right (is the disk full?) and start the study again.`, 'work')
    }
  }

  /** Of a run that has its folder, or whose needs are done. */
  private contentOf(run: PlannedRun): string {
    if (run.work !== 'train') return run.id
    if (existsSync(runFolder(this.places, run.id))) return this.contentIn(run.id)
    const known = this.decided.get(run.id)
    if (known !== undefined) return known
    const { content } = decidedRun(this.places, run, this.digests, this.identity)
    this.decided.set(run.id, content)
    return content
  }

  /** A run without a note is of its own name: nothing was decided for it, or it is none of a study. */
  private contentIn(id: string): string {
    const known = this.contents.get(id)
    if (known !== undefined) return known
    const content = noteOf(runFolder(this.places, id))?.content ?? id
    this.contents.set(id, content)
    return content
  }
}

function noteOf(folder: string): RunContentNote | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, CONTENT_FILE), 'utf8')) as RunContentNote
  } catch {
    return undefined
  }
}

function noteOrigin(events: string, from: string): void {
  const last = parseEventLines(readFileSync(events, 'utf8')).events.pop()
  if (!last) return
  const { iteration, sequence, time } = last
  appendFileSync(events, eventLine({ kind: 'note', iteration, sequence: sequence + 1, time, text: `Taken over from run ${from}: settings, data and start are the same, so nothing was trained again.` }))
}
