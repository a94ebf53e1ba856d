// Which parameters a fixed prefix of a stream takes out of training (spec 1.8: fixed_t_layer, fixed_v_layer): the reference
// runs the stream's first layers without gradient, so nothing before the cut gets one. Read next: trunk-config.ts.

import type { ModelConfig } from './trunk-config'

/** Whether a parameter of the trunk lies before the cut of its stream: its embeddings or one of its first layers. */
export function isFrozen({ fixed_t_layer: text, fixed_v_layer: vision }: Pick<ModelConfig, 'fixed_t_layer' | 'fixed_v_layer'>, name: string): boolean {
  const [, stream, layer] = /^bert\.encoder\.(layer|v_layer)\.(\d+)\./.exec(name) ?? []
  if (stream === 'layer') return Number(layer) < text
  if (stream === 'v_layer') return Number(layer) < vision
  return (text > 0 && name.startsWith('bert.embeddings.')) || (vision > 0 && name.startsWith('bert.v_embeddings.'))
}
