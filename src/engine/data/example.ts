// What one row of a data set is before it becomes numbers. A reader (data/sources) yields these and nothing else;
// tasks turn them into batches. All twelve data sets fit four shapes, closed by `kind`.

import type { DatasetId } from '../../contract/task-catalog'

/** Corners in pixels of the picture: x1, y1, x2, y2. */
export type PixelBox = readonly [number, number, number, number]

/** A picture by its id in the region store, with the file it came from (relative to the data folder; '' if unknown). */
export interface PictureRef {
  /** Which region store: `coco`, `vg`, `flickr30k`, `nlvr2`, `cc`. */
  readonly pool: string
  readonly id: string
  readonly file: string
}

interface ExampleBase {
  readonly dataset: DatasetId
  /** As published: question id, sentence id, game id, identifier. */
  readonly id: string
  /** The published name of the split it comes from, where a split has parts: testA, testB, restval. */
  readonly part?: string
}

/** VQAv2, GQA, Visual Genome QA. */
export interface QuestionExample extends ExampleBase {
  readonly kind: 'question'
  readonly picture: PictureRef
  readonly question: string
  /** Soft scores 0–1 by answer text; answers outside the vocabulary stay here and have no target. */
  readonly answers: Readonly<Record<string, number>>
  /** The data set's own sort of question (VQA answer_type, GQA structural type), where it tells. */
  readonly sort?: string
  /** GQA: ids of questions whose answers follow from this one's (for the consistency metric). */
  readonly entailed?: readonly string[]
}

/** COCO, Flickr30k and Conceptual Captions: one caption of a picture. */
export interface CaptionExample extends ExampleBase {
  readonly kind: 'caption'
  readonly picture: PictureRef
  readonly caption: string
}

/** RefCOCO, RefCOCO+, RefCOCOg: any region; Visual7W, GuessWhat: one of the candidates. */
export interface RegionExample extends ExampleBase {
  readonly kind: 'region'
  readonly picture: PictureRef
  readonly text: string
  readonly answer: PixelBox
  /** Candidate boxes (the answer among them); empty where any detected region may be named. */
  readonly candidates: readonly PixelBox[]
  /** All annotated boxes of the picture: appended to the detected regions in training (spec 3.2). */
  readonly annotated: readonly PixelBox[]
}

/** NLVR2 (two pictures, false/true) and SNLI-VE (one picture, contradiction/neutral/entailment). */
export interface StatementExample extends ExampleBase {
  readonly kind: 'statement'
  readonly pictures: readonly PictureRef[]
  readonly statement: string
  /** Index of the class; null for a record without a gold label (zero target). */
  readonly label: number | null
}

export type Example = QuestionExample | CaptionExample | RegionExample | StatementExample

export type SplitName = 'train' | 'val' | 'test'

/** What is wrong with a record: shown by `data inspect`, counted in training. */
export interface DataProblem {
  readonly file: string
  /** Record number, id or line. */
  readonly where: string
  readonly message: string
}

export interface SplitData {
  readonly dataset: DatasetId
  readonly split: SplitName
  readonly examples: readonly Example[]
  readonly problems: readonly DataProblem[]
  /** Files that were read, relative to the data folder. */
  readonly files: readonly string[]
}
