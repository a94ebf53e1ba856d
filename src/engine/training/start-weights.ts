// The ways to start, in this order: a run's own last checkpoint (checkpoint.ts), a given checkpoint, the shipped
// pre-trained trunk, random weights. Names are the reference's, so weights of any origin are matched by name and shape.
// Read next: train-run.ts.

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { matchWeights, shapeText } from '../checkpoint/match-weights'
import { referenceNames } from '../checkpoint/name-rules'
import { countOf } from '../count-of'
import { type StoredWeights, openWeights } from '../checkpoint/weights-file'
import type { StepEngine } from '../execution/step-engine'
import { resourcePath } from '../resources'
import { CHECKPOINT_FILES, lastCheckpoint, openCheckpoint } from './checkpoint'
import { bestCheckpoint } from './kept-weights'

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

/**
 * The weights of a path that a user gave: a file (safetensors, torch.save), a checkpoint folder, or a run folder (its best
 * checkpoint where it keeps one, else its last).
 */
export function weightsFile(path: string): string {
  if (!existsSync(path)) throw new WorkbenchError(`Checkpoint ${path} does not exist; allowed: a run folder, a checkpoint folder, or a file of weights (.safetensors, .pt, .bin).`)
  if (statSync(path).isFile()) return path
  const inFolder = join(path, CHECKPOINT_FILES.model)
  if (existsSync(inFolder)) return inFolder
  const best = bestCheckpoint(path)
  if (best !== undefined) return join(openCheckpoint(best).folder, CHECKPOINT_FILES.model)
  const { checkpoint, problems } = lastCheckpoint(path)
  if (checkpoint) return join(checkpoint.folder, CHECKPOINT_FILES.model)
  throw new WorkbenchError(`${path} has no checkpoint${problems.length > 0 ? ` that can be read: ${problems.join(' ')}` : ''}.`)
}

/** Numbers handed to the engine at a time: a large file is never in memory beside the model as a whole. */
const PORTION = 16 * 1024 * 1024

/**
 * Puts the arrays of a file of any origin (safetensors, torch.save) into the engine where name and shape agree; names are
 * brought under the reference's first (name-rules.ts).
 */
export async function loadWeights(engine: StepEngine, path: string): Promise<MatchReport> {
  const file = openWeights(path)
  try {
    const own = new Map(engine.list('weights').map(({ name, shape }) => [name, shape]))
    const { matched, missing, unused, shapeDiffers } = matchWeights(referenceNames(file.arrays).arrays, own)
    for (const portion of portions(matched)) await engine.write(portion.map(({ name, shape, read }) => ({ name, shape, data: read() })))
    return {
      matched: matched.length, missing, unused,
      shapeDiffers: shapeDiffers.map((row) => `${row.name} ${shapeText(row.file)} in the file, ${shapeText(row.model)} in the model`)
    }
  } finally {
    file.close()
  }
}

function portions(arrays: readonly StoredWeights[]): StoredWeights[][] {
  const list: StoredWeights[][] = []
  let room = 0
  for (const array of arrays) {
    room -= countOf(array.shape)
    const last = list[list.length - 1]
    if (last === undefined || room < 0) {
      list.push([array])
      room = PORTION - countOf(array.shape)
    } else last.push(array)
  }
  return list
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
