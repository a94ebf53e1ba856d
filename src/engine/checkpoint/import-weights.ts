// Brings the weights of a foreign file under the reference's names, matches them with a model, and writes what fits as
// safetensors, array by array: a run starts from that file (start=FILE). Spec 8.1, 8.2.
// Read next: name-rules.ts, target-model.ts, ../training/start-weights.ts.

import { mkdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { type ShapeDifference, type WeightsMatch, matchWeights, shapeText } from './match-weights'
import { type NamedFile, isOfBert, referenceNames } from './name-rules'
import { countOf } from '../count-of'
import { writeSafetensors } from './safetensors'
import { type Shapes, type TargetModel, guessedTarget } from './target-model'
import { type StoredWeights, type WeightsFile, withWeights } from './weights-file'

export interface ImportRequest {
  readonly from: string
  /** A .safetensors file, or a folder in which model.safetensors is written. */
  readonly to: string
  /** Only what a BERT gives to the text stream (spec 8.2). */
  readonly bert: boolean
  /** The model to match with; without it the file's own shapes tell. */
  target?(file: Shapes): TargetModel
}

export interface ImportReport {
  readonly from: string
  readonly format: WeightsFile['format']
  /** Key of a training script's dictionary, or null. */
  readonly wrapper: string | null
  readonly beside: readonly string[]
  /** What was done to names, in words. */
  readonly rules: readonly string[]
  /** The model that was matched. */
  readonly model: string
  readonly to: string
  readonly matched: { readonly arrays: number; readonly numbers: number; readonly names: readonly string[] }
  readonly missing: readonly string[]
  readonly unused: readonly string[]
  readonly shapeDiffers: readonly ShapeDifference[]
  readonly dropped: readonly string[]
  /** Arrays of other number types, by type: they are written as float32. */
  readonly converted: Readonly<Record<string, number>>
}

/** Throws a WorkbenchError if nothing fits, or with `bert` if part of the text stream is missing. */
export function importWeights(request: ImportRequest): ImportReport {
  return withWeights(request.from, (file) => {
    const named = referenceNames(file.arrays, request.bert)
    const shapes: Shapes = new Map(named.arrays.map(({ name, shape }) => [name, shape]))
    const target = request.target ? request.target(shapes) : guessedTarget(request.from, shapes)
    const match = matchWeights(named.arrays.filter(({ name }) => !request.bert || isOfBert(name)), target.shapes)
    const foreign = request.bert ? named.arrays.filter(({ name }) => !isOfBert(name)).map(({ name }) => name) : []
    refuseMisfit(request, match, target)
    const to = writeMatched(request, match)
    return reportOf(request, file, named, match, target, to, foreign)
  })
}

function refuseMisfit({ from, bert }: ImportRequest, { matched, missing, shapeDiffers }: WeightsMatch, target: TargetModel): void {
  if (matched.length === 0) {
    const first = shapeDiffers[0]
    throw new WorkbenchError(`Nothing in '${from}' fits ${target.from}${first ? `: ${first.name} is ${shapeText(first.file)} in the file, ${shapeText(first.model)} in the model` : ''}. Name the model with --preset, --config or --run.`)
  }
  const lacking = bert ? missing.filter((name) => isOfBert(name) && !name.startsWith('cls.') && !name.includes('task_embeddings')) : []
  if (lacking.length > 0) throw new WorkbenchError(`'${from}' lacks ${lacking.length} parameters of the text stream of ${target.from}: ${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? ' …' : ''}. Without --bert, what there is can be taken.`)
}

function writeMatched({ from, to }: ImportRequest, { matched }: WeightsMatch): string {
  const file = extname(to) === '.safetensors' ? to : join(to, 'model.safetensors')
  if (extname(to) !== '' && extname(to) !== '.safetensors') throw new WorkbenchError(`'${to}' ends with ${extname(to)}; an import writes a .safetensors file or a folder.`)
  mkdirSync(dirname(file), { recursive: true })
  writeSafetensors(file, matched.map(({ name, shape, read }) => ({ name, shape, data: read })), { format: 'pt', importedFrom: basename(from) })
  return file
}

function reportOf(
  { from }: ImportRequest, file: WeightsFile, named: NamedFile, { matched, missing, unused, shapeDiffers }: WeightsMatch, target: TargetModel, to: string, foreign: readonly string[]
): ImportReport {
  return {
    from, format: file.format, wrapper: file.wrapper, beside: file.beside, rules: named.rules, model: target.from, to,
    matched: { arrays: matched.length, numbers: matched.reduce((sum, { shape }) => sum + countOf(shape), 0), names: matched.map(({ name }) => name) },
    missing, unused: [...unused, ...foreign], shapeDiffers, dropped: named.dropped, converted: convertedTypes(matched)
  }
}

function convertedTypes(arrays: readonly StoredWeights[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type } of arrays) if (type !== 'float32') counts[type] = (counts[type] ?? 0) + 1
  return counts
}

const SHOWN = 8

/** The report for people: what matched in a line, what did not by name. */
export function importText(report: ImportReport): string {
  const list = (names: readonly string[]): string[] => [...names.slice(0, SHOWN).map((name) => `    ${name}`), ...(names.length > SHOWN ? [`    … and ${names.length - SHOWN} more (all with --json)`] : [])]
  const part = (title: string, names: readonly string[]): string[] => (names.length === 0 ? [`  ${title}: none`] : [`  ${title}: ${names.length}`, ...list(names)])
  const { matched, converted, wrapper, beside } = report
  return [
    `${report.from}: ${report.format}${wrapper === null ? '' : `, weights under '${wrapper}'`}${beside.length > 0 ? `; left aside: ${beside.join(', ')}` : ''}`,
    ...report.rules.map((rule) => `  ${rule}`),
    ...Object.entries(converted).map(([type, count]) => `  ${count} arrays of ${type} become float32`),
    `matched with ${report.model}`,
    `  matched: ${matched.arrays} arrays, ${matched.numbers.toLocaleString('en-US')} numbers`,
    ...part('missing, start fresh', report.missing),
    ...part('of another shape, left out', report.shapeDiffers.map(({ name, file, model }) => `${name}: ${shapeText(file)} in the file, ${shapeText(model)} in the model`)),
    ...part('not used', report.unused),
    ...part('left out by rule', report.dropped),
    `written: ${report.to}`
  ].join('\n')
}
