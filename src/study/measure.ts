// Measures: what a study reads off finished models or off the data by a command of its own (overlap of data sets, grounding
// consistency). Runs as a process; its result is a file that is complete or absent. Read next: executors/local.ts.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { PlannedRun } from '../contract/study'
import { nodeProgram } from '../host/launch-worker'
import { writeFileAtomic } from '../host/workspace'
import { GROUNDING_TASKS } from './definitions/grounding'
import { Digests } from './run-digest'
import { bestCandidate } from './start-run'
import { takeStudyLock } from './study-lock'
import { RESULT_FILES, type StudyPlaces, runFolder, workFolder } from './study-places'

/** Runs the command line and returns its standard output; throws with its message if it fails. */
export type CallCommand = (words: readonly string[]) => string

export function callCommandLine(cliProgram: string): CallCommand {
  return (words) => {
    const { status, stdout, stderr } = spawnSync(nodeProgram(), [cliProgram, ...words], { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
    if (status !== 0) throw new WorkbenchError(`twelve-in-one ${words.slice(0, 2).join(' ')}: ${stderr.trim() || `exit status ${String(status)}`}`, 'work')
    return stdout
  }
}

/** Carries out a measure in this process; its folder then has a result or a failure. */
export function runMeasure(places: StudyPlaces, run: PlannedRun, call: CallCommand): void {
  const folder = workFolder(places, run)
  mkdirSync(folder, { recursive: true })
  const lock = takeStudyLock(folder)
  if (!lock) throw new WorkbenchError(`${folder} is being measured by another process.`)
  try {
    rmSync(join(folder, RESULT_FILES.failure), { force: true })
    writeFileAtomic(join(folder, RESULT_FILES.result), `${JSON.stringify(measured(places, run, call))}\n`)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    writeFileAtomic(join(folder, RESULT_FILES.failure), JSON.stringify({ message, time: Date.now() }))
    throw error
  } finally {
    lock.release()
  }
}

function measured(places: StudyPlaces, run: PlannedRun, call: CallCommand): unknown {
  if (run.work === 'overlap') return measuredOverlap(run, call)
  return JSON.parse(call(['grounding', '--model', ...modelsOf(places, run), '--json'])) as unknown
}

/** The data's own report; a mini-world that is not there is made first. */
function measuredOverlap({ config }: PlannedRun, call: CallCommand): unknown {
  const { data, world, worldSeed } = config
  if (!existsSync(data) && world !== 'none') call(['data', 'make', '--out', data, '--size', world, '--seed', String(worldSeed), '--parts', 'twelve'])
  return JSON.parse(call(['data', 'overlap', '--root', data, '--json'])) as unknown
}

/** `task=folder` of each task's model; a multi-task model's folder comes more than once. */
function modelsOf(places: StudyPlaces, { inputs, name }: PlannedRun): string[] {
  const digests = new Digests(places)
  return inputs.filter(({ task }) => GROUNDING_TASKS.includes(task)).map(({ task, run, oneOf }) => {
    const id = run ?? (oneOf ? bestCandidate(oneOf, digests)?.run : undefined)
    if (id === undefined) throw new WorkbenchError(`'${name}' measures the best of some runs of ${task}, but they are not all settled.`)
    return `${task}=${runFolder(places, id)}`
  })
}
