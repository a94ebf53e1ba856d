// Which learning rate and which weight decay a parameter gets, decided by its name alone as in the reference
// (spec 4.3, 4.4). Read next: adamw.ts.

export interface ParameterGroup {
  readonly rate: 'trunk' | 'head'
  readonly decayed: boolean
}

const UNDECAYED = ['bias', 'LayerNorm.bias', 'LayerNorm.weight'] as const

/** Names with `vil_` have the heads' rate; `vision_logit` and `cls.…` have the trunk's. */
export function usesHeadRate(name: string): boolean {
  return name.includes('vil_')
}

/**
 * Whether weight decay acts on a parameter. The reference looks for substrings, so the connection layers'
 * `LayerNorm1.weight` and the classifiers' `logit_fc.2.weight` are decayed although they scale a LayerNorm.
 */
export function decays(name: string): boolean {
  return !UNDECAYED.some((part) => name.includes(part))
}

/** The one group of a parameter. */
export function parameterGroup(name: string): ParameterGroup {
  return { rate: usesHeadRate(name) ? 'head' : 'trunk', decayed: decays(name) }
}
