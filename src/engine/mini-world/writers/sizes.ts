// How many examples of each data set a world of each size holds (train, val, test), as tuned by measuring
// (a pilot with smaller sets): scarce data is where joint training gains. Read next: write-data-sets.ts.

import type { Split, WorldSize } from '../scene'

export type Counts = Readonly<Record<Split, number>>

export interface ExampleCounts {
  readonly vqa: Counts
  readonly gqa: Counts
  /** 80, 10 and 10 %: Visual Genome has no published split, so its reader cuts there. */
  readonly visualGenome: Counts
  /** Pictures, with five captions each. */
  readonly coco: Counts
  readonly flickr30k: Counts
  /** Expressions; the test examples are shared by testA (people) and testB (others). */
  readonly refcoco: Counts
  readonly refcocoPlus: Counts
  readonly refcocog: Counts
  readonly visual7w: Counts
  readonly guesswhat: Counts
  readonly nlvr2: Counts
  readonly snliVe: Counts
  /** Caption rows; there is no test. */
  readonly conceptualCaptions: Counts
}

const counts = (train: number, val: number, test: number): Counts => ({ train, val, test })

const MINI: ExampleCounts = {
  vqa: counts(6000, 600, 600),
  gqa: counts(4500, 600, 600),
  visualGenome: counts(6000, 750, 750),
  coco: counts(1200, 100, 100),
  flickr30k: counts(800, 100, 100),
  refcoco: counts(3000, 600, 600),
  refcocoPlus: counts(2500, 600, 600),
  refcocog: counts(2000, 600, 600),
  visual7w: counts(3000, 600, 600),
  guesswhat: counts(2500, 600, 600),
  nlvr2: counts(3200, 600, 600),
  snliVe: counts(4500, 600, 600),
  conceptualCaptions: counts(12000, 800, 0)
}

function mapCounts(of: ExampleCounts, change: (counts: Counts) => Counts): ExampleCounts {
  return {
    vqa: change(of.vqa), gqa: change(of.gqa), visualGenome: change(of.visualGenome), coco: change(of.coco),
    flickr30k: change(of.flickr30k), refcoco: change(of.refcoco), refcocoPlus: change(of.refcocoPlus),
    refcocog: change(of.refcocog), visual7w: change(of.visual7w), guesswhat: change(of.guesswhat),
    nlvr2: change(of.nlvr2), snliVe: change(of.snliVe), conceptualCaptions: change(of.conceptualCaptions)
  }
}

/** The example counts of a world size. */
export function exampleCounts(size: WorldSize): ExampleCounts {
  if (size === 'mini') return MINI
  if (size === 'tiny') return { ...mapCounts(MINI, ({ test }) => counts(60, 24, test === 0 ? 0 : 24)), visualGenome: counts(160, 20, 20) }
  return mapCounts(MINI, ({ train, val, test }) => counts(train * 3, val * 3, test * 3))
}
