// What every layer is given: where its weights come from and whether dropout is on. The eager engine looks names up
// among variables, the compiled engine among symbolic tensors; layers cannot tell. Read next: dense.ts, dropout.ts.

import type { Tensor } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '../trunk/trunk-config'

/** A weight of the model under its reference name, layout as in PyTorch: linear weights are [out, in]. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: 'normal' | 'zeros' | 'ones'
  /** Standard deviation of `normal`, 0 otherwise. */
  readonly std: number
}

/** Finds a weight by its full name; an unknown one throws. */
export type Parameters = (name: string) => Tensor

/** Dropout of one forward pass. Places are counted in the order in which the layers run, from 0. */
export interface Dropout {
  readonly rate: number
  /** int32 [2], fed with every step. */
  readonly seed: Tensor
  nextPlace(): number
}

export interface ForwardContext {
  readonly config: ModelConfig
  readonly parameters: Parameters
  /** null: evaluation. */
  readonly dropout: Dropout | null
  /** Is shown intermediate values, `act.…` and attention maps, `attn.…`; names as in trunk/trunk.ts. */
  readonly watch?: (name: string, value: Tensor) => void
}

/** A context for one forward pass; make a new one for each pass so that dropout places start at 0 again. */
export function forwardContext(config: ModelConfig, parameters: Parameters, dropout: { rate: number; seed: Tensor } | null = null): ForwardContext {
  if (!dropout || dropout.rate === 0) return { config, parameters, dropout: null }
  let place = 0
  return { config, parameters, dropout: { rate: dropout.rate, seed: dropout.seed, nextPlace: () => place++ } }
}
