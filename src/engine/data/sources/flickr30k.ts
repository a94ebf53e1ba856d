// Flickr30k captions as published: Karpathy's dataset_flickr30k.json or the reference's jsonline files
// (data formats 5). Read next: captions-by-picture.ts.

import type { Source } from '../reading'
import { karpathyFile, lineSplits, readCaptionLines, readKarpathy } from './captions-by-picture'

export const flickr30k: Source = {
  dataset: 'flickr30k',
  folder: 'flickr30k',
  expects: 'dataset_flickr30k.json or all_data_final_{train,valid,test}_2014.jsonline',
  splits: (files) => (karpathyFile(files, 'flickr30k') === undefined ? lineSplits(files) : ['train', 'val', 'test']),
  read(reading, split) {
    const file = karpathyFile(reading, 'flickr30k')
    return file === undefined
      ? readCaptionLines(reading, split, 'flickr30k', 'flickr30k')
      : readKarpathy(reading, file, split, 'flickr30k', 'flickr30k')
  }
}
