// Words of the masking inspector: what the states of words and regions are called, and which losses count. Pure.

import type { MaskingPage, MaskingSample, RegionState, WordState } from '../../../contract/masking-sample'

/** What a framed word means. */
export const WORD_STATES: Readonly<Record<Exclude<WordState, 'seen'>, string>> = {
  mask: '[MASK]: the word is hidden', random: 'dashed: another word stands in its place', kept: 'underlined: the word stays, but is asked for'
}

export const RULE_NAMES = { paper: 'Paper', code: 'Released code' } as const

/** How many regions are in each state under a rule; those that do not occur are left out. */
export function regionCounts(sample: MaskingSample, rule: 'paper' | 'code'): { readonly state: RegionState; readonly count: number }[] {
  const states: readonly RegionState[] = ['asked', 'kept', 'hidden', 'marked']
  return states.map((state) => ({ state, count: sample.regions.filter((region) => region[rule] === state).length })).filter(({ count }) => count > 0)
}

export interface CountedLoss {
  readonly name: string
  readonly counts: boolean
  readonly why: string
}

/** The three losses of a pair, and why one does not count. */
export function countedLosses(sample: MaskingSample, { objective }: Pick<MaskingPage, 'objective'>): CountedLoss[] {
  const { words, regions, alignment } = sample.counted
  const unasked = sample.mismatched && objective === 1
  const masked = (name: string, count: number, one: string, many: string): CountedLoss => ({
    name, counts: count > 0,
    why: unasked ? 'not asked of a mismatched pair (objective 1)' : count === 0 ? 'nothing was drawn' : `${count} ${count === 1 ? one : many}`
  })
  return [
    masked('Masked words', words, 'word', 'words'), masked('Masked regions', regions, 'region', 'regions'),
    { name: 'Alignment', counts: alignment, why: alignment ? `they ${sample.mismatched ? 'do not belong' : 'belong'} together` : 'left out (objective 2: no mismatched pairs)' }
  ]
}

/** Pieces joined to words: a ## piece follows the one before it without a space. */
export const joins = (piece: string): boolean => piece.startsWith('##')
export const bare = (piece: string): string => (joins(piece) ? piece.slice(2) : piece)
