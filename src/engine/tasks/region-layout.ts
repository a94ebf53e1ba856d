// Which rows of the trunk an expression may name: detected regions first, then annotated boxes (spec 3.2).
// Read next: referring-expressions.ts.

import { boxAt } from '../data/boxes'
import type { Example, PixelBox, RegionExample } from '../data/example'
import { type TaskContext, rowsOf } from './task'

/** A region is the right one when it overlaps the answer's box by more than half. */
export const RIGHT = 0.5

export const asRegion = (example: Example | undefined): RegionExample => {
  if (example?.kind !== 'region') throw new Error(`Expected an expression, found ${example?.kind ?? 'nothing'}`)
  return example
}

const sameBox = (a: PixelBox, b: PixelBox): boolean => a.every((value, i) => value === b[i])

export interface ChoosableRow {
  /** Row of the trunk's regions. */
  readonly row: number
  readonly box: PixelBox
}

/**
 * The regions of an example in the trunk: how many detected rows (the whole picture included) and whether annotated
 * boxes follow; and which rows may be chosen.
 */
export function layoutOf(context: TaskContext, example: RegionExample, regions: number, train: boolean): { detected: number; appended: readonly PixelBox[]; choosable: ChoosableRow[] } {
  const picture = rowsOf(context, example)
  const choice = example.candidates.length > 0
  const appended = choice || train ? example.annotated : []
  const detected = choice ? Math.max(1, Math.min(picture.count, regions - appended.length)) : Math.min(picture.count, regions)
  const detectedRows = choice ? [] : Array.from({ length: detected }, (_, row) => ({ row, box: boxAt(picture.corners, row) }))
  const appendedRows = appended.map((box, place) => ({ row: detected + place, box })).filter(({ row }) => row < regions)
  const kept = choice ? appendedRows.filter(({ box }) => example.candidates.some((candidate) => sameBox(candidate, box))) : appendedRows
  return { detected, appended, choosable: [...detectedRows, ...kept] }
}
