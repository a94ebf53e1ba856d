// Which learning rate and which weight decay a parameter gets, decided by its name alone as in the reference
// (spec 4.3, 4.4). Read next: adamw.ts.

export interface ParameterGroup {
  readonly rate: 'trunk' | 'head'
  readonly decayed: boolean
}

const UNDECAYED = ['bias', 'LayerNorm.bias', 'LayerNorm.weight'] as const
const OF_BERT = ['bert.embeddings.', 'bert.encoder.layer.', 'cls.predictions.'] as const

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

/** Whether a parameter scales a LayerNorm under a name that the reference's rule misses. */
export function isMissedNorm(name: string): boolean {
  return decays(name) && /(LayerNorm\d|logit_fc\.2)\.weight$/.test(name)
}

/**
 * Whether BERT brings the parameter (spec 8.2): such weights were meant to have a tenth of the rate in pre-training. The
 * token table is new.
 */
export function isFromBert(name: string): boolean {
  return OF_BERT.some((part) => name.startsWith(part)) && !name.includes('task_embeddings')
}

/** The two options that change a parameter's rate and decay beside its name. */
export interface GroupOptions {
  /** Factor on the rate of BERT's weights; 1 if absent, as the released code really trains. */
  readonly bertRate?: number
  /** `names`: the reference's rule; `norms`: no LayerNorm is decayed. */
  readonly decayRule?: 'names' | 'norms'
}

/** Factor on a parameter's learning rate. */
export function rateFactorOf(name: string, { bertRate = 1 }: GroupOptions): number {
  return isFromBert(name) ? bertRate : 1
}

/** Whether weight decay acts on a parameter under the configured rule. */
export function decaysUnder(name: string, { decayRule = 'names' }: GroupOptions): boolean {
  return decays(name) && !(decayRule === 'norms' && isMissedNorm(name))
}

/** The one group of a parameter. */
export function parameterGroup(name: string): ParameterGroup {
  return { rate: usesHeadRate(name) ? 'head' : 'trunk', decayed: decays(name) }
}
