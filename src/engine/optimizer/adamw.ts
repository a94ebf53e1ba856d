// AdamW as the reference has it (spec 4.4), in plain TensorFlow.js: moments, the update without or with bias correction,
// then decoupled decay of the updated value; or RAdam (rectified-step.ts). Only parameters with a gradient in the step
// move, or with `drift` also those that had one before.
// Read next: ../compile/update.ts, the same as graph nodes.

import { type Scalar, type Tensor, type Variable, add, addN, div, minimum, mul, scalar, sqrt, square, sub, sum, tidy, variable, zeros } from '@tensorflow/tfjs-core'
import type { OptimizerOptions } from '../execution/engine-options'
import { decaysUnder, rateFactorOf, usesHeadRate } from './parameter-groups'
import { rectifiedStep } from './rectified-step'

export interface UpdateSettings {
  readonly learningRate: number
  readonly headLearningRate: number
  /** 1 for the first update. */
  readonly update: number
}

export interface Adamw {
  /** First and second moments by parameter; a parameter has none before its first gradient. */
  readonly first: Map<string, Variable>
  readonly second: Map<string, Variable>
  /** Updates `weights` in place and returns the gradient's global norm before clipping, a scalar tensor. */
  apply(weights: ReadonlyMap<string, Variable>, gradients: ReadonlyMap<string, Tensor>, settings: UpdateSettings): Scalar
  dispose(): void
}

export function createAdamw(options: OptimizerOptions): Adamw {
  const first = new Map<string, Variable>()
  const second = new Map<string, Variable>()
  /** As with torch 1: a gradient that was there once is zero afterwards, not absent. */
  const driftIdle = (gradients: ReadonlyMap<string, Tensor>, weights: ReadonlyMap<string, Variable>, settings: UpdateSettings): void => {
    for (const [name, moment] of first) {
      const weight = weights.get(name)
      const squares = second.get(name)
      if (!gradients.has(name) && weight && squares) tidy(() => updateWeight(options, settings, name, weight, zeros(weight.shape), [moment, squares]))
    }
  }
  return {
    first,
    second,
    apply(weights, gradients, settings) {
      return tidy(() => {
        const norm = globalNorm([...gradients.values()])
        const factor = options.clipNorm > 0 ? minimum(div(options.clipNorm, add(norm, 1e-6)), 1) : null
        for (const [name, gradient] of gradients) {
          const weight = weights.get(name)
          if (!weight) throw new Error(`There is a gradient for '${name}', which is no weight`)
          const moments = [momentOf(first, name, weight), momentOf(second, name, weight)] as const
          tidy(() => updateWeight(options, settings, name, weight, factor ? mul(gradient, factor) : gradient, moments))
        }
        if (options.idleHeads === 'drift') driftIdle(gradients, weights, settings)
        return norm
      })
    },
    dispose() {
      for (const moment of [...first.values(), ...second.values()]) moment.dispose()
    }
  }
}

/** The root of the sum of all squares. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  if (gradients.length === 0) return scalar(0)
  return sqrt(addN(gradients.map((gradient) => sum(square(gradient))))) as Scalar
}

/** Makes or returns a parameter's moment. */
export function momentOf(moments: Map<string, Variable>, name: string, weight: Tensor): Variable {
  const existing = moments.get(name)
  if (existing) return existing
  const made = variable(zeros(weight.shape), false)
  moments.set(name, made)
  return made
}

function updateWeight(
  options: OptimizerOptions, settings: UpdateSettings, name: string, weight: Variable, gradient: Tensor, [first, second]: readonly [Variable, Variable]
): void {
  const { beta1, beta2, epsilon, weightDecay } = options
  first.assign(add(mul(first, beta1), mul(gradient, 1 - beta1)))
  second.assign(add(mul(second, beta2), mul(square(gradient), 1 - beta2)))
  const rate = (usesHeadRate(name) ? settings.headLearningRate : settings.learningRate) * rateFactorOf(name, options)
  const decay = decaysUnder(name, options) ? rate * weightDecay : 0
  if (options.kind === 'radam') {
    const { factor, adaptive } = rectifiedStep(options, settings.update)
    const decayed = decay > 0 ? sub(weight, mul(weight, decay)) : weight
    weight.assign(sub(decayed, mul(adaptive ? div(first, add(sqrt(second), epsilon)) : first, rate * factor)))
    return
  }
  const updated = sub(weight, mul(div(first, add(sqrt(second), epsilon)), rate * biasCorrection(options, settings.update)))
  weight.assign(decay > 0 ? sub(updated, mul(updated, decay)) : updated)
}

/** √(1 − β₂ᵗ) / (1 − β₁ᵗ), or 1 where it is switched off. */
function biasCorrection({ beta1, beta2, biasCorrection: on }: OptimizerOptions, update: number): number {
  return on ? Math.sqrt(1 - beta2 ** update) / (1 - beta1 ** update) : 1
}
