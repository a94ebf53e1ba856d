// A picture as the samples panel shows it: its file, size and boxes (contract/sample-prediction.ts).

import type { SamplePicture } from '../../contract/sample-prediction'
import { boxAt } from '../data/boxes'
import type { PictureRef, PixelBox } from '../data/example'
import type { TaskContext } from './task'

/** The picture with its detected boxes and, after them, `more` boxes. */
export function pictureOf(context: TaskContext, picture: PictureRef, more: readonly PixelBox[] = []): SamplePicture {
  const rows = context.regions.rows(picture)
  const detected = Array.from({ length: rows.count - 1 }, (_, row) => boxAt(rows.corners, row + 1))
  return { file: picture.file, width: rows.width, height: rows.height, boxes: [...detected, ...more] }
}
