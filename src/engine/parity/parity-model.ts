// A reference model from its folder: config.json and model.safetensors (spec section 8), ready to be run.
// Read next: run-parity.ts, parity-losses.ts.

import { type Tensor, type Variable, dispose, tensor, tidy, variable } from '@tensorflow/tfjs-core'
import { WorkbenchError, check } from '../../contract/check'
import { type StoredTensor, asFloat32, readSafetensors } from '../checkpoint/safetensors'
import { readJsonObject } from '../json-object'
import type { Parameters } from '../nn/forward-context'
import { type ModelConfig, readModelConfig } from '../trunk/trunk-config'
import { modelParameters } from '../trunk/parameters'

export interface ParityModel {
  readonly config: ModelConfig
  readonly parameters: Parameters
  /** In the order of `modelParameters`. */
  readonly weights: ReadonlyMap<string, Variable>
  dispose(): void
}

/** Reads both files; widths of the answer heads and of the token table come from the weights. Throws on a shape that does not fit. */
export function readParityModel(configFile: string, weightsFile: string): ParityModel {
  const { tensors } = readSafetensors(weightsFile)
  const rows = (name: string, otherwise: number): number => tensors.get(name)?.shape[0] ?? otherwise
  const config: ModelConfig = {
    ...readModelConfig(readJsonObject(configFile), {
      answers: rows('vil_prediction.logit_fc.3.weight', 0), gqaAnswers: rows('vil_prediction_gqa.logit_fc.3.weight', 0)
    }),
    taskRows: rows('bert.embeddings.task_embeddings.weight', 20)
  }
  const wanted = modelParameters(config).filter(({ name }) => tensors.has(name) || name.startsWith('bert.'))
  const weights = new Map(wanted.map((spec) => [spec.name, weightTensor(weightsFile, spec, tensors.get(spec.name))]))
  const parameters: Parameters = (name) => {
    const weight = weights.get(name)
    if (!weight) throw new WorkbenchError(`'${weightsFile}' has no tensor '${name}', which this check needs.`)
    return weight
  }
  return { config, parameters, weights, dispose: () => dispose([...weights.values()]) }
}

/** A fixture array as a tensor; masks and other integers become float32 if asked. */
export function fixtureTensor(file: string, tensors: ReadonlyMap<string, StoredTensor>, name: string, dtype: 'float32' | 'int32'): Tensor {
  const stored = tensors.get(name)
  check(stored, () => `'${file}' has no tensor '${name}'; it holds ${[...tensors.keys()].slice(0, 5).join(', ')} …`)
  const data = dtype === 'float32' ? asFloat32(stored) : Int32Array.from(asFloat32(stored))
  return tensor(data, [...stored.shape], dtype)
}

/** What `compute` returns, plain data; every tensor that it makes is disposed of. */
export function tidied<T>(compute: () => T): T {
  const made: T[] = []
  tidy(() => {
    made.push(compute())
  })
  const [value] = made
  if (made.length === 0) throw new Error('Nothing was computed')
  return value as T
}


function weightTensor(file: string, spec: { name: string; shape: readonly number[] }, stored: StoredTensor | undefined): Variable {
  check(stored, () => `'${file}' has no tensor '${spec.name}', which the model of config.json needs.`)
  check(stored.shape.join() === spec.shape.join(), () =>
    `Tensor '${spec.name}' in '${file}' has the shape [${stored.shape.join(', ')}]; config.json needs [${spec.shape.join(', ')}].`)
  return tidy(() => variable(tensor(asFloat32(stored), [...spec.shape], 'float32')))
}
