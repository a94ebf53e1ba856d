// Reads PNG and JPEG files to plain RGB pixels, told apart by their first bytes (published `.png` files may hold a
// JPEG). Transparent pixels are laid on white. Read next: pixel-features.ts.

import { readFileSync } from 'node:fs'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { WorkbenchError } from '../../contract/check'

/** A decoded picture. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** RGB bytes `[height, width, 3]`. */
  readonly data: Uint8Array
}

/** The pixels of a PNG or JPEG file; throws a WorkbenchError that names the file. */
export function readPicture(path: string): Pixels {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new WorkbenchError(`Cannot read the picture ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    return decodePicture(bytes)
  } catch (error) {
    throw new WorkbenchError(`${path} is not a readable PNG or JPEG picture: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The pixels of a PNG or JPEG file's bytes. */
export function decodePicture(bytes: Buffer): Pixels {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) {
    const { width, height, data } = PNG.sync.read(bytes)
    return { width, height, data: dropAlpha(data, width * height) }
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, maxMemoryUsageInMB: 1024 })
    return { width, height, data }
  }
  throw new Error('the first bytes are those of neither format')
}

function dropAlpha(rgba: Uint8Array, count: number): Uint8Array {
  const rgb = new Uint8Array(count * 3)
  for (let i = 0; i < count; i++) {
    const alpha = rgba[4 * i + 3] as number
    for (let c = 0; c < 3; c++) {
      const value = rgba[4 * i + c] as number
      rgb[3 * i + c] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255)
    }
  }
  return rgb
}
