// What a file of weights holds: arrays, number types, parameters by part of the model, checksums. Reads no numbers unless
// asked for their checksums. Read next: ../../contract/model-parts.ts.

import { createHash } from 'node:crypto'
import { type CountedPart, MODEL_PARTS, modelPartOf, totalOf } from '../../contract/model-parts'
import { shapeText } from './match-weights'
import { DECODER, referenceNames } from './name-rules'
import { countOf } from '../count-of'
import { type StoredWeights, type WeightsFile, withWeights } from './weights-file'

export interface InspectedArray {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Of its numbers as little-endian float32, row-major; with `checksums` only. */
  readonly sha256?: string
}

export interface InspectReport {
  readonly file: string
  readonly format: WeightsFile['format']
  readonly sizeBytes: number
  readonly sha256: string
  readonly wrapper: string | null
  readonly beside: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly arrays: readonly InspectedArray[]
  /** Of all arrays. */
  readonly numbers: number
  /** Those of the model, the decoder that is tied to the word table not counted again. */
  readonly parameters: number
  /** Parts that the file has something of. */
  readonly parts: readonly CountedPart[]
  /** Arrays that are no parameter of the reference's model. */
  readonly foreign: readonly string[]
  /** Number types and how many arrays have them. */
  readonly dtypes: Readonly<Record<string, number>>
}

/** `sha256`: the checksum of the whole file, reckoned by the caller. */
export function inspectWeights(path: string, sha256: string, checksums = false): InspectReport {
  return withWeights(path, (file) => {
    const named = referenceNames(file.arrays).arrays
    const parts = partsOf(named)
    const dtypes: Record<string, number> = {}
    for (const { type } of file.arrays) dtypes[type] = (dtypes[type] ?? 0) + 1
    return {
      file: path, format: file.format, sizeBytes: file.sizeBytes, sha256, wrapper: file.wrapper, beside: file.beside, metadata: file.metadata,
      arrays: file.arrays.map((array) => ({ name: array.name, dtype: array.type, shape: array.shape, ...(checksums && { sha256: sumOf(array) }) })),
      numbers: file.arrays.reduce((sum, { shape }) => sum + countOf(shape), 0), parameters: totalOf(parts), parts,
      foreign: named.filter(({ name }) => modelPartOf(name) === undefined && name !== DECODER).map(({ name }) => name), dtypes
    }
  })
}

function partsOf(arrays: readonly StoredWeights[]): CountedPart[] {
  const counts = new Map<string, number>()
  for (const { name, shape } of arrays) {
    const id = modelPartOf(name)
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + countOf(shape))
  }
  return MODEL_PARTS.filter(({ id }) => counts.has(id)).map((part) => ({ ...part, parameters: counts.get(part.id) ?? 0 }))
}

function sumOf(array: StoredWeights): string {
  const data = array.read()
  return createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex')
}

/** For people: parts first, arrays below. */
export function inspectText(report: InspectReport, table: (headings: string[], rows: (string | number)[][]) => string): string {
  const { parts, arrays, foreign, wrapper, dtypes } = report
  const withSums = arrays.some(({ sha256 }) => sha256 !== undefined)
  return [
    table(['array', 'type', 'shape', ...(withSums ? ['sha256'] : [])], arrays.map(({ name, dtype, shape, sha256 }) => [name, dtype, shapeText(shape), ...(withSums ? [sha256 ?? ''] : [])])),
    '',
    ...(parts.length > 0 ? [partsTable(parts, table), ''] : []),
    ...(foreign.length > 0 ? [`not of the reference's model: ${foreign.slice(0, 5).join(', ')}${foreign.length > 5 ? ` and ${foreign.length - 5} more` : ''}`] : []),
    `${arrays.length} arrays (${Object.entries(dtypes).map(([type, count]) => `${count} ${type}`).join(', ')}), ${thousands(report.numbers)} numbers`,
    `${report.file}: ${report.format}${wrapper === null ? '' : `, weights under '${wrapper}'`}, ${thousands(report.sizeBytes)} bytes, sha256 ${report.sha256}`
  ].join('\n')
}

/** Parameters by part, the trunk's first. */
export function partsTable(parts: readonly CountedPart[], table: (headings: string[], rows: (string | number)[][]) => string): string {
  const row = (label: string, count: number): string[] => [label, thousands(count).padStart(11)]
  const heads = parts.filter(({ ofTrunk }) => !ofTrunk)
  return table(['part', ' parameters'], [
    ...parts.filter(({ ofTrunk }) => ofTrunk).map(({ label, parameters }) => row(label, parameters)), row('= trunk', totalOf(parts, 'trunk')),
    ...heads.map(({ label, parameters }) => row(label, parameters)), row('= all', totalOf(parts))
  ])
}

function thousands(count: number): string {
  return count.toLocaleString('en-US')
}
