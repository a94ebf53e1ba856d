// What a folder of the reference's numbers holds, and its comparison: a model with inputs and outputs, pre-training,
// Stop-and-Go traces, shapes of the full model, or several such folders. Read next: run-parity.ts and the parity-….ts
// beside it.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { type FolderReport, type ParityRow, folderReport } from './comparison'
import { pretrainingParity } from './parity-pretraining'
import { shapesParity } from './parity-shapes'
import { tracesParity } from './parity-traces'
import { type ParityReport, runParity } from './run-parity'

export interface ParityRequest {
  /** Where to write a model folder's outputs, or null. */
  readonly outFile: string | null
  /** A gradient file, or null for the folder's own grads/. */
  readonly gradsFile: string | null
}

/** The report of a folder with a model also has its older form. */
export type AnyReport = FolderReport & { readonly model?: ParityReport }

/** Compares a folder, or every folder in it that holds numbers. Throws a WorkbenchError if there is nothing to compare. */
export function parityOf(folder: string, request: ParityRequest): AnyReport[] {
  const own = reportOf(folder, request)
  if (own) return [own]
  const inner = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : []
  const reports = inner.map(({ name }) => name).sort().flatMap((name) => reportOf(join(folder, name), { ...request, outFile: null }) ?? [])
  if (reports.length > 0 && request.outFile === null) return reports
  if (reports.length > 0) throw new WorkbenchError(`${folder} holds several folders of numbers; --out needs one with a model, for example ${reports.find(({ kind }) => kind === 'model')?.folder ?? reports[0]?.folder}.`)
  throw new WorkbenchError(`${folder} holds no numbers to compare. Expected one of: config.json, model.safetensors and fixture.safetensors; config_vt0.json (pre-training); controller.json or loop_*.json (Stop-and-Go); state_dict_shapes.json; or folders with these.`)
}

function reportOf(folder: string, { outFile, gradsFile }: ParityRequest): AnyReport | null {
  const names = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : []
  if (names.includes('config_vt0.json')) return pretrainingParity(folder)
  if (names.includes('fixture.safetensors')) return modelReport(folder, outFile, gradsFile)
  if (names.includes('controller.json') || names.some((name) => /^loop_.*\.json$/.test(name))) return tracesParity(folder)
  if (names.includes('state_dict_shapes.json') || names.includes('parameter_counts.json')) return shapesParity(folder)
  return null
}

function modelReport(folder: string, outFile: string | null, gradsFile: string | null): AnyReport {
  const ownGrads = existsSync(join(folder, 'grads', 'grads.safetensors'))
  const model = runParity(folder, outFile, gradsFile ?? (ownGrads ? true : null))
  const inside = (prefix: RegExp): ParityRow[] => model.differences.filter(({ name }) => prefix.test(name)).map(({ name, largest, passed }) => ({ name, kind: 'absolute', difference: largest, limit: 1e-4, passed }))
  const sections = [
    { title: 'outputs', rows: inside(/^out\./) }, { title: 'hidden states', rows: inside(/^act\./) }, { title: 'attention maps', rows: inside(/^attn\./) },
    { title: 'losses and gradients', rows: model.gradients }, ...model.optimizer
  ].filter(({ rows }) => rows.length > 0)
  return { ...folderReport(folder, 'model', sections), passed: model.passed, model }
}
