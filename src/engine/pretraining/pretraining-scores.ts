// What a pre-training validation measures: alignment, hidden words (all, colours, things) and region classes, as shares
// that are right. `score` is the alignment's, which tells best whether a trunk is good (spec section 5).

import { CATEGORIES } from '../mini-world/catalog'
import { COLOURS } from '../mini-world/scene'
import type { Tokenizer } from '../data/tokenizer'
import type { PretrainingResult } from '../execution/step-engine'
import type { VisualTarget } from '../trunk/trunk-config'
import type { PretrainingBatch } from './pretraining-batch'

type Guesses = Pick<PretrainingResult, 'wordGuess' | 'regionGuess' | 'alignmentLogits'>

export interface PretrainingScores {
  add(batch: PretrainingBatch, guesses: Guesses): void
  /** Fractions 0–1. */
  metrics(): Readonly<Record<string, number>>
  examples(): number
  /** Share of the more frequent alignment class. */
  constantGuess(): number
}

class Tally {
  private right = 0
  private count = 0
  add(right: boolean): void {
    this.right += right ? 1 : 0
    this.count += 1
  }
  get share(): number {
    return this.count === 0 ? 0 : this.right / this.count
  }
}

/** First pieces of the words: endings such as ##s are not what is asked for. */
function piecesOf(words: readonly string[], tokenizer: Tokenizer): Set<number> {
  const ids = words.flatMap((word) => tokenizer.wordPieces(word))
  return new Set(ids.filter((id) => id !== tokenizer.unknown && !(tokenizer.pieces[id] ?? '##').startsWith('##')))
}

/** With visual targets 1 and 2 no class is predicted, so there is no share of right ones. */
export function pretrainingScores(tokenizer: Tokenizer, visualTarget: VisualTarget): PretrainingScores {
  const colours = piecesOf(COLOURS, tokenizer)
  const things = piecesOf(CATEGORIES.flatMap(({ name, plural, synonym }) => [name, plural, ...(synonym === undefined ? [] : [synonym])]), tokenizer)
  const tallies = { score: new Tally(), words: new Tally(), colours: new Tally(), things: new Tally(), regions: new Tally() }
  const mismatched = new Tally()
  let rows = 0
  return {
    add(batch, { wordGuess, regionGuess, alignmentLogits }) {
      for (let row = 0; row < batch.rows; row++) {
        if (batch.weights[row] !== 1) continue
        rows++
        const wrongPair = batch.mismatched[row] === 1
        mismatched.add(wrongPair)
        tallies.score.add((alignmentLogits[row * 2 + 1] ?? 0) > (alignmentLogits[row * 2] ?? 0) === wrongPair)
        for (let place = row * batch.words; place < (row + 1) * batch.words; place++) {
          const label = batch.wordLabels[place] ?? -1
          if (label < 0) continue
          const right = wordGuess[place] === label
          tallies.words.add(right)
          if (colours.has(label)) tallies.colours.add(right)
          if (things.has(label)) tallies.things.add(right)
        }
        for (let place = row * batch.regions; visualTarget === 0 && place < (row + 1) * batch.regions; place++) {
          if (batch.regionLabels[place] === 1) tallies.regions.add(regionGuess[place] === likeliest(batch, place))
        }
      }
    },
    metrics: () => ({
      score: tallies.score.share, alignment: tallies.score.share, 'masked words': tallies.words.share,
      'masked colours': tallies.colours.share, 'masked things': tallies.things.share,
      ...(visualTarget === 0 ? { 'region classes': tallies.regions.share } : {})
    }),
    examples: () => rows,
    constantGuess: () => Math.max(mismatched.share, 1 - mismatched.share)
  }
}

/** Class with the largest target probability at a region place. */
function likeliest(batch: PretrainingBatch, place: number): number {
  let best = 0
  for (let i = 1; i < batch.classes; i++) {
    if ((batch.regionTargets[place * batch.classes + i] ?? 0) > (batch.regionTargets[place * batch.classes + best] ?? 0)) best = i
  }
  return best
}
