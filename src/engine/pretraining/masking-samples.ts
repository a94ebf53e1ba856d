// Pairs of picture and caption as pre-training masks them, in words and boxes: what `data masking` prints and the window's
// masking inspector draws. In the split `val` it is what every validation shows; in `train` what the first pass shows.
// Read next: masked-pair.ts, ../../contract/masking-sample.ts.

import { at } from '../../contract/check'
import type { MaskedRegion, MaskedWord, MaskingPage, MaskingRequest, MaskingSample, RegionState } from '../../contract/masking-sample'
import { boxAt } from '../data/boxes'
import { randomStream } from '../random'
import type { MaskingRule } from './mask-regions'
import { type MaskedPair, type PairSetting, maskPair } from './masked-pair'
import { pairStream } from './pretraining-batches'
import type { PretrainingData } from './pretraining-data'

/** Both rules draw the same words and regions, so a sample can show them side by side. */
export function maskingSamples(data: Pick<PretrainingData, 'setting' | 'captions'>, request: MaskingRequest): MaskingPage {
  const { split, seed, objective, from, count } = request
  const examples = data.captions[split]
  const places = Array.from({ length: Math.max(0, Math.min(count, examples.length - from)) }, (_, place) => from + place)
  const samples = places.map((index): MaskingSample => {
    const example = at(examples, index)
    const masked = (regionMasking: MaskingRule): MaskedPair => {
      const setting: PairSetting = { ...data.setting, objective, regionMasking }
      const stream = split === 'val' ? pairStream(seed, split, index) : randomStream(seed, 'masks', split, 0, index)
      return maskPair(setting, examples, example, stream)
    }
    const [paper, code] = [masked('paper'), masked('code')]
    const { picture } = paper
    const regions = regionsOf(paper, code)
    const words = wordsOf(paper, data.setting)
    const hidden = words.filter(({ state }) => state !== 'seen').length
    return {
      id: example.id, index, ownCaption: example.caption, caption: paper.caption, mismatched: paper.mismatched, words, regions,
      picture: { file: example.picture.file, width: picture.width, height: picture.height, boxes: regions.map(({ box }) => box) },
      counted: {
        words: paper.asked ? hidden : 0, alignment: objective !== 2,
        regions: paper.asked ? regions.filter((region) => region.paper === 'asked' || region.paper === 'kept').length : 0
      }
    }
  })
  return { ...request, total: examples.length, regionMasking: data.setting.regionMasking, samples }
}

function wordsOf({ pieces, text }: MaskedPair, { tokenizer }: PairSetting): MaskedWord[] {
  const piece = (id: number): string => tokenizer.pieces[id] ?? `[${id}]`
  return pieces.map((id, place) => {
    const shown = text.ids[place] ?? id
    const state = text.labels[place] === -1 ? 'seen' : shown === tokenizer.mask ? 'mask' : shown === id ? 'kept' : 'random'
    return { piece: piece(id), shown: piece(shown), state }
  })
}

function regionsOf(paper: MaskedPair, code: MaskedPair): MaskedRegion[] {
  return Array.from({ length: paper.count - 1 }, (_, place) => {
    const row = place + 1
    return { box: boxAt(paper.picture.corners, row), paper: stateOf(paper, row), code: stateOf(code, row) }
  })
}

function stateOf({ masked: { labels, erased, near } }: MaskedPair, row: number): RegionState {
  if (labels[row] === 1) return erased[row] === 1 ? 'asked' : 'kept'
  return erased[row] === 1 ? 'hidden' : near[row] === 1 ? 'marked' : 'seen'
}
