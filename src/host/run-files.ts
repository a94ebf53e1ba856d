// Files of a run that the window shows: sample predictions and pictures. Paths are checked: nothing outside the run's
// own folder and its data folder is ever read.

import { readFileSync, readdirSync, realpathSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { WorkbenchError, check } from '../contract/check'
import { RUN_FILES } from '../contract/run-format'
import type { SamplePrediction } from '../contract/sample-prediction'
import { type TaskId, isTaskId } from '../contract/task-catalog'
import type { RunLibrary } from './run-library'

const PICTURE_TYPES: Readonly<Record<string, string>> = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg' }

/** The latest sample predictions of a task; empty before its first validation. */
export function readSamples(library: RunLibrary, id: string, task: TaskId): SamplePrediction[] {
  check(isTaskId(task), () => `Task '${String(task)}' is unknown.`)
  const folder = join(library.folderOf(id), RUN_FILES.predictions, task)
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => /^step-\d+\.json$/.test(name))
  } catch {
    return []
  }
  const step = (name: string): number => Number(name.slice(5, -5))
  const latest = names.sort((a, b) => step(b) - step(a))[0]
  if (latest === undefined) return []
  try {
    return JSON.parse(readFileSync(join(folder, latest), 'utf8')) as SamplePrediction[]
  } catch (error) {
    throw new WorkbenchError(`The predictions ${join(folder, latest)} cannot be read: ${(error as Error).message}. The next validation writes new ones.`)
  }
}

/** A picture of a run's data folder: its bytes and type. Refuses paths that lead out of the data folder. */
export function readPicture(library: RunLibrary, id: string, file: string): { readonly bytes: Buffer; readonly type: string } {
  const root = resolve(library.configOf(id).data)
  const path = resolve(root, file)
  const type = PICTURE_TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()]
  check(type !== undefined, () => `'${file}' is not a PNG or JPEG picture.`)
  try {
    const roots = [root, resolve(root, '..')].map((folder) => realpathSync(folder) + sep)
    // Published pictures may lie beside the data set's own folder (samples/coco and samples/images).
    const allowed = file.startsWith('../images/') ? roots : roots.slice(0, 1)
    const real = realpathSync(path)
    check(allowed.some((folder) => real.startsWith(folder)), () => `'${file}' is outside the data folder ${root}.`)
    return { bytes: readFileSync(real), type }
  } catch (error) {
    if (error instanceof WorkbenchError) throw error
    throw new WorkbenchError(`The picture '${file}' cannot be read from ${root}: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
}
