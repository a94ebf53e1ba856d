// A run's weights as one safetensors file: the trunk in half precision for resources/trunks, or everything as it is.
// Names are the reference's, so its own code loads the file. Read next: start-weights.ts.

import { WorkbenchError } from '../../contract/check'
import { type TensorToStore, writeSafetensors } from '../checkpoint/safetensors'
import type { NamedArray } from '../execution/step-engine'
import { readArrays } from './checkpoint'
import { weightsFile } from './start-weights'

/** The trunk with the pre-training heads: what `start=pretrained` loads. Task heads begin with `vil_`. */
function isTrunk(name: string): boolean {
  return /^(bert|cls)\./.test(name) && !name.includes('task_embeddings')
}

/** Writes the trunk of a run or checkpoint as float16; a sentence that says what was written. */
export function exportTrunk(from: string, file: string): string {
  const arrays = readArrays(weightsFile(from)).filter(({ name }) => isTrunk(name))
  if (arrays.length === 0) throw new WorkbenchError(`${from} has no trunk: no array's name begins with bert.`)
  writeSafetensors(file, arrays.map(asHalf), { format: 'pt' })
  return `${file}: ${arrays.length} arrays, ${(arrays.reduce((sum, { data }) => sum + data.length, 0) / 1e6).toFixed(2)} million numbers in half precision`
}

/** Writes all weights of a run or checkpoint as float32. */
export function exportWeights(from: string, file: string): string {
  const arrays = readArrays(weightsFile(from))
  writeSafetensors(file, arrays, { format: 'pt' })
  return `${file}: ${arrays.length} arrays, ${(arrays.reduce((sum, { data }) => sum + data.length, 0) / 1e6).toFixed(2)} million numbers`
}

function asHalf({ name, shape, data }: NamedArray): TensorToStore {
  return { name, shape, data: toHalf(data), dtype: 'F16' }
}

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Half-precision bits of each number, rounded to nearest, ties to even; beyond 65504 infinity. */
export function toHalf(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(numbers, (number) => {
    float[0] = number
    const word = bits[0] ?? 0
    const sign = (word >>> 16) & 0x8000
    const exponent = ((word >>> 23) & 0xff) - 127
    const fraction = word & 0x7fffff
    if (exponent === 128) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
    if (exponent < -25) return sign
    if (exponent < -14) return sign | roundShift(fraction | 0x800000, -exponent - 1)
    // A fraction that rounds up to 1.0 carries into the exponent by itself, up to infinity.
    return exponent > 15 ? sign | 0x7c00 : sign | roundCarry(((exponent + 15) << 10), fraction)
  })
}

function roundShift(fraction: number, shift: number): number {
  const kept = fraction >>> shift
  const rest = fraction & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}

function roundCarry(exponentBits: number, fraction: number): number {
  return exponentBits + roundShift(fraction, 13)
}
