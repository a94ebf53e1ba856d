// Takes the picture or the words out of a batch: what a model still scores then is what the data give away by
// themselves, so it shows shortcuts. Read next: batcher.ts, which applies it to training and to every check.

import type { RunConfig } from '../../contract/run-config'
import type { TrunkInputs } from '../tasks/task-batch'
import type { Tokenizer } from './tokenizer'

/**
 * `picture`: features and boxes become 0, so all regions are alike; how many there are stays. `words`: every piece
 * becomes [UNK]; the length stays. Changes the batch in place.
 */
export function blindfold<T extends TrunkInputs>(batch: T, blind: RunConfig['blind'], tokenizer: Pick<Tokenizer, 'unknown'>): T {
  if (blind === 'picture') {
    batch.features.fill(0)
    batch.boxes.fill(0)
  }
  if (blind === 'words') batch.wordMask.forEach((mask, place) => { if (mask === 1) batch.wordIds[place] = tokenizer.unknown })
  return batch
}
