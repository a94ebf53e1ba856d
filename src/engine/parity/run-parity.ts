// The `parity` command: the model of a fixture folder on the inputs of its fixture, compared with the numbers of the
// released PyTorch implementation tensor by tensor. Read next: all-heads.ts; parity-losses.ts for gradients.

import { join } from 'node:path'
import { type Tensor, reshape, tidy } from '@tensorflow/tfjs-core'
import { check } from '../../contract/check'
import { type StoredTensor, type TensorToStore, asFloat32, readSafetensors, writeSafetensors } from '../checkpoint/safetensors'
import { forwardContext } from '../nn/forward-context'
import type { TrunkInputs } from '../trunk/embeddings'
import { allHeads } from './all-heads'
import type { ParityRow, ParitySection } from './comparison'
import { compareGradients } from './parity-losses'
import { type ParityModel, fixtureTensor, readParityModel } from './parity-model'
import { compareOptimizer, hasOptimizerScenarios } from './parity-optimizer'

/** How one tensor differs from the fixture's. */
export interface TensorDifference {
  readonly name: string
  /** Largest absolute difference where the fixture's number is within ±1000; passes up to 1e-4. */
  readonly largest: number
  /** The same elsewhere: padding regions have about −10000, where float32 steps by 0.001; passes up to 0.01. */
  readonly largestPadding: number
  readonly passed: boolean
}

export interface ParityReport {
  readonly differences: readonly TensorDifference[]
  /** Losses, train scores and gradients; empty without a gradient file. */
  readonly gradients: readonly ParityRow[]
  /** Parameters after optimizer steps, where the folder has scenarios. */
  readonly optimizer: readonly ParitySection[]
  /** The largest difference among the outputs outside padding. */
  readonly largest: number
  readonly passed: boolean
}

/**
 * Compares all `out.*`, `act.*` and `attn.*` tensors of the fixture and writes this model's `out.*` to `outFile`.
 * With `gradsFile` (or the folder's own grads/grads.safetensors, if `true`) losses and gradients are compared too, and
 * with `true` the folder's optimizer scenarios.
 */
export function runParity(fixtureDir: string, outFile: string | null, gradsFile: string | true | null = null): ParityReport {
  const file = join(fixtureDir, 'fixture.safetensors')
  const { tensors } = readSafetensors(file)
  const batches = [...new Set([...tensors.keys()].map((name) => /^in\.([^.]+)\.input_ids$/.exec(name)?.[1]).filter((name) => name !== undefined))]
  check(batches.length > 0, () => `'${file}' has no batch: no tensor is named in.<batch>.input_ids.`)
  const model = readParityModel(join(fixtureDir, 'config.json'), join(fixtureDir, 'model.safetensors'))
  try {
    const results = batches.flatMap((batch) => runBatch(model, file, tensors, batch))
    if (outFile) writeSafetensors(outFile, results.filter(({ name }) => name.startsWith('out.')))
    const differences = results.flatMap((result) => {
      const expected = tensors.get(result.name)
      return expected ? [difference(result.name, result.data, asFloat32(expected))] : []
    })
    const gradients = gradsFile ? compareGradients(model, gradsFile === true ? join(fixtureDir, 'grads', 'grads.safetensors') : gradsFile) : []
    const missing = [...tensors.keys()].filter((name) => /^(out|act|attn)\./.test(name) && !differences.some((row) => row.name === name))
    check(missing.length === 0, () => `The fixture '${file}' holds tensors that this model does not make: ${missing.join(', ')}.`)
    const optimizer = gradsFile === true && hasOptimizerScenarios(fixtureDir) ? compareOptimizer(fixtureDir) : []
    return {
      differences, gradients, optimizer,
      largest: Math.max(...differences.filter(({ name }) => name.startsWith('out.')).map(({ largest }) => largest)),
      passed: differences.every(({ passed }) => passed) && gradients.every(({ passed }) => passed) && optimizer.every(({ rows }) => rows.every(({ passed }) => passed))
    }
  } finally {
    model.dispose()
  }
}

type Result = TensorToStore & { readonly data: Float32Array }

/** All outputs, activations and attention maps of one batch under the fixture's names. */
function runBatch(model: ParityModel, file: string, tensors: ReadonlyMap<string, StoredTensor>, batch: string): Result[] {
  const results: Result[] = []
  const keep = (name: string, value: Tensor): void => {
    results.push({ name, shape: value.shape, data: value.dataSync() as Float32Array })
  }
  const watch = (name: string, value: Tensor): void => keep(name.replace('.', `.${batch}.`), value)
  tidy(() => {
    const inputs = batchInputs(model, file, tensors, `in.${batch}`)
    const outputs = allHeads({ ...forwardContext(model.config, model.parameters), watch }, inputs)
    for (const [name, value] of Object.entries(outputs)) keep(`out.${batch}.${name}`, value)
  })
  return results
}

function batchInputs(model: ParityModel, file: string, tensors: ReadonlyMap<string, StoredTensor>, prefix: string): TrunkInputs {
  const read = (name: string, dtype: 'float32' | 'int32'): Tensor => fixtureTensor(file, tensors, `${prefix}.${name}`, dtype)
  return {
    wordIds: read('input_ids', 'int32'), wordMask: read('input_mask', 'float32'), segmentIds: read('segment_ids', 'int32'),
    features: read('features', 'float32'), boxes: read('spatials', 'float32'), regionMask: read('image_mask', 'float32'),
    tokenRows: model.config.task_specific_tokens ? reshape(read('task_ids', 'int32'), [-1]) : undefined
  }
}

function difference(name: string, actual: Float32Array, expected: Float32Array): TensorDifference {
  let largest = actual.length === expected.length ? 0 : Infinity
  let largestPadding = 0
  expected.forEach((value, i) => {
    const off = Math.abs((actual[i] ?? Number.NaN) - value)
    if (Math.abs(value) > 1000) largestPadding = Math.max(largestPadding, off)
    else largest = Number.isNaN(off) ? Infinity : Math.max(largest, off)
  })
  return { name, largest, largestPadding, passed: largest <= 1e-4 && largestPadding <= 0.01 }
}
