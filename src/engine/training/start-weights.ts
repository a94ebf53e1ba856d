// The ways to start, in this order: a run's own last checkpoint (checkpoint.ts), a given checkpoint, the shipped
// pre-trained trunk, random weights. Names are the reference's, so weights of any origin are matched by name and shape.
// Read next: train-run.ts.

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { NamedArray, StepEngine } from '../execution/step-engine'
import { resourcePath } from '../resources'
import { CHECKPOINT_FILES, lastCheckpoint, readArrays } from './checkpoint'

/** What became of the arrays of a file. */
export interface MatchReport {
  readonly matched: number
  /** Weights of the model that the file does not have: they stay as they were initialised. */
  readonly missing: readonly string[]
  /** Arrays of the file that the model does not have. */
  readonly unused: readonly string[]
  readonly shapeDiffers: readonly string[]
}

/** The file with the starting weights, or undefined for random ones. A start that cannot be is refused. */
export function startFile(config: Pick<RunConfig, 'start' | 'model'>): string | undefined {
  if (config.start === 'random') return undefined
  return config.start === 'pretrained' ? shippedTrunk(config.model) : weightsFile(config.start)
}

/** The shipped trunk of a model size. */
function shippedTrunk(model: RunConfig['model']): string {
  try {
    return resourcePath('trunks', `${model}.safetensors`)
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    throw new WorkbenchError(`There is no pre-trained trunk for model '${model}' in this program. Use --set start=random, or --set start=PATH with a checkpoint of yours.`)
  }
}

/** The weights of a path that a user gave: a safetensors file, a checkpoint folder, or a run folder (its last checkpoint). */
export function weightsFile(path: string): string {
  if (!existsSync(path)) throw new WorkbenchError(`Checkpoint ${path} does not exist; allowed: a run folder, a checkpoint folder or a .safetensors file.`)
  if (statSync(path).isFile()) return path
  const inFolder = join(path, CHECKPOINT_FILES.model)
  if (existsSync(inFolder)) return inFolder
  const { checkpoint, problems } = lastCheckpoint(path)
  if (checkpoint) return join(checkpoint.folder, CHECKPOINT_FILES.model)
  throw new WorkbenchError(`${path} has no checkpoint${problems.length > 0 ? ` that can be read: ${problems.join(' ')}` : ''}.`)
}

/** Puts the arrays of a file into the engine where name and shape agree. */
export async function loadWeights(engine: StepEngine, file: string): Promise<MatchReport> {
  const own = new Map((await engine.read('weights')).map((array) => [array.name, array.shape]))
  const given = readArrays(file)
  const differs = ({ name, shape }: NamedArray): boolean => own.get(name)?.join() !== shape.join()
  const fitting = given.filter((array) => own.has(array.name) && !differs(array))
  await engine.write(fitting)
  const names = new Set(given.map((array) => array.name))
  return {
    matched: fitting.length,
    missing: [...own.keys()].filter((name) => !names.has(name)),
    unused: given.filter((array) => !own.has(array.name)).map((array) => array.name),
    shapeDiffers: given.filter((array) => own.has(array.name) && differs(array)).map(({ name, shape }) => `${name} [${shape.join(', ')}] in the file, [${own.get(name)?.join(', ')}] in the model`)
  }
}

/** A sentence for the run's notes. */
export function describeMatch(report: MatchReport): string {
  const some = (names: readonly string[]): string => (names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', '))
  const parts = [`${report.matched} arrays loaded`]
  if (report.missing.length > 0) parts.push(`${report.missing.length} start fresh (${some(report.missing)})`)
  if (report.unused.length > 0) parts.push(`${report.unused.length} not used (${some(report.unused)})`)
  if (report.shapeDiffers.length > 0) parts.push(`${report.shapeDiffers.length} of another shape left out (${some(report.shapeDiffers)})`)
  return parts.join('; ')
}
