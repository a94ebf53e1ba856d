// Parameters that stay as they are in a run, the setting `freeze` (spec 1.8 fixed layers, 4.3 `freeze`): no gradient is
// computed for them, so that a frozen prefix has no backward pass, and they have no moments. Read next: adamw.ts.

import { check } from '../../contract/check'
import type { ModelConfig } from '../trunk/trunk-config'

const TEXT = { kind: 'text', embeddings: 'bert.embeddings.', layer: 'bert.encoder.layer.' } as const
const VISION = { kind: 'vision', embeddings: 'bert.v_embeddings.', layer: 'bert.encoder.v_layer.' } as const

/**
 * Whether a parameter is frozen by `none`, `trunk` (everything but the heads), or `text:N`, `vision:N`, or both with a
 * comma: the stream's embeddings and its first N layers. Throws a WorkbenchError if the model has fewer layers.
 */
export function frozenBy(freeze: string, config: Pick<ModelConfig, 'num_hidden_layers' | 'v_num_hidden_layers'>): (name: string) => boolean {
  if (freeze === 'none') return () => false
  if (freeze === 'trunk') return (name) => name.startsWith('bert.')
  const parts = freeze.split(',').map((part) => {
    const [kind, count] = part.split(':')
    const stream = kind === 'text' ? TEXT : VISION
    const layers = Number(count)
    const most = kind === 'text' ? config.num_hidden_layers : config.v_num_hidden_layers
    check(layers <= most, () => `Setting 'freeze' is '${freeze}'; the model has ${most} ${stream.kind} layers, so at most ${stream.kind}:${most} is allowed.`)
    return { ...stream, layers }
  })
  return (name) => parts.some(({ embeddings, layer, layers }) => name.startsWith(embeddings) || (name.startsWith(layer) && Number.parseInt(name.slice(layer.length), 10) < layers))
}
