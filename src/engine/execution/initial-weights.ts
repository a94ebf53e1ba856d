// The weights that a model starts from: every parameter has a random stream of its own, named by seed and parameter, so
// that adding a layer or a task changes no other weight (spec 1.2). Read next: ../trunk/parameters.ts.

import { countOf } from '../count-of'
import type { ParameterSpec } from '../nn/forward-context'
import { fillNormal } from '../normal-numbers'
import { type EngineOptions, engineModel } from './engine-options'
import type { NamedArray } from './step-engine'
import { stepProgram } from './step-program'

/** All parameters of a run's model in the order of `modelParameters`. */
export function initialWeights(options: EngineOptions): NamedArray[] {
  return stepProgram.modelParameters(engineModel(options)).map((spec) => ({ name: spec.name, shape: spec.shape, data: startArray(spec, options) }))
}

/** Numbers of one portion: at full size all weights at once are a gigabyte beside those of the engine. */
const PORTION = 16 * 1024 * 1024

/** The same in portions, each made when it is asked for. */
export function* initialPortions(options: EngineOptions): Generator<NamedArray[]> {
  let portion: NamedArray[] = []
  let numbers = 0
  for (const spec of stepProgram.modelParameters(engineModel(options))) {
    const data = startArray(spec, options)
    portion.push({ name: spec.name, shape: spec.shape, data })
    numbers += data.length
    if (numbers < PORTION) continue
    yield portion
    portion = []
    numbers = 0
  }
  yield portion
}

function startArray(spec: ParameterSpec, { weights, seed }: EngineOptions): Float32Array {
  return weights === 'loaded' ? new Float32Array(countOf(spec.shape)) : initialArray(spec, seed)
}

/** One parameter's start. */
export function initialArray({ name, shape, init, std }: ParameterSpec, seed: number): Float32Array {
  const data = new Float32Array(countOf(shape))
  if (init === 'ones') return data.fill(1)
  if (init === 'zeros') return data
  fillNormal(data, std, seed, 'weights', name)
  return data
}
