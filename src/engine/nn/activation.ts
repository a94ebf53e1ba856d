// The activations that a configuration can name (spec 1.1: hidden_act, v_hidden_act). All released models use erf-GELU.

import { type Tensor, mul, relu, sigmoid } from '@tensorflow/tfjs-core'
import type { Activation } from '../trunk/trunk-config'
import { gelu } from './gelu'

/** x of any shape. `swish` is x · σ(x). */
export function activation(kind: Activation, x: Tensor): Tensor {
  switch (kind) {
    case 'gelu': return gelu(x)
    case 'relu': return relu(x)
    case 'swish': return mul(x, sigmoid(x))
  }
}
