// One example with what the model says about it, as the window shows it: pictures with boxes, the words, the
// candidates with their scores, what is right. Written after each validation to predictions/ in the run folder.

import type { TaskId } from './task-catalog'

export interface SamplePicture {
  /** Path of the picture file, relative to the data folder; empty if the data has no picture. */
  readonly file: string
  readonly width: number
  readonly height: number
  /** x1, y1, x2, y2 in pixels; region 0 of the trunk (the whole picture) is not listed. */
  readonly boxes: readonly (readonly [number, number, number, number])[]
}

export interface SampleCandidate {
  /** An answer, a caption, `True`, `Entailment`, or `Region 3`. */
  readonly label: string
  /** Probability 0–1 (softmax or sigmoid, by the task's objective). */
  readonly score: number
  /** How right it is: soft target, IoU or 0/1. */
  readonly truth: number
  /** Which picture and box it stands for, where it stands for one. */
  readonly picture?: number
  readonly box?: readonly [number, number, number, number]
}

export interface SamplePrediction {
  readonly id: string
  readonly task: TaskId
  readonly iteration: number
  readonly text: string
  readonly pictures: readonly SamplePicture[]
  /** Best first, at most eight. */
  readonly candidates: readonly SampleCandidate[]
  readonly answer: string
  readonly expected: string
  readonly right: boolean
  /** The right box of a referring expression. */
  readonly expectedBox?: readonly [number, number, number, number]
}
