// A run's weights as one file: the trunk in half precision for resources/trunks, or everything, as safetensors or as a
// file that torch.load reads. Names are the reference's, the tied decoder included, so its own code loads the file.
// Read next: start-weights.ts, ../checkpoint/torch-writer.ts.

import { extname } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { DECODER, WORD_TABLE, referenceNames } from '../checkpoint/name-rules'
import { countOf } from '../count-of'
import { type TensorToStore, writeSafetensors } from '../checkpoint/safetensors'
import { type WeightsToStore, writeTorch } from '../checkpoint/torch-writer'
import { type StoredWeights, withWeights } from '../checkpoint/weights-file'
import { weightsFile } from './start-weights'

/** The trunk with the pre-training heads: what `start=pretrained` loads. Task heads begin with `vil_`. */
function isTrunk(name: string): boolean {
  return /^(bert|cls)\./.test(name) && !name.includes('task_embeddings')
}

/** Writes the trunk of a run or checkpoint as float16; a sentence that says what was written. */
export function exportTrunk(from: string, file: string): string {
  return withWeights(weightsFile(from), ({ arrays: stored }) => {
    const arrays = referenceNames(stored).arrays.filter(({ name }) => isTrunk(name))
    if (arrays.length === 0) throw new WorkbenchError(`${from} has no trunk: no array's name begins with bert.`)
    writeSafetensors(file, arrays.map(asHalf), { format: 'pt' })
    return `${file}: ${arrays.length} arrays, ${(arrays.reduce((sum, { shape }) => sum + countOf(shape), 0) / 1e6).toFixed(2)} million numbers in half precision`
  })
}

export interface ExportReport {
  readonly from: string
  readonly to: string
  readonly format: 'safetensors' | 'torch.save (zip)'
  readonly arrays: number
  /** Tied arrays counted once. */
  readonly numbers: number
}

const TORCH_ENDINGS = ['.pt', '.bin', '.pth']

/** Writes all weights of a run, checkpoint or file as float32: safetensors, or PyTorch's own form by the ending of `to`. */
export function exportWeights(from: string, to: string): ExportReport {
  const ending = extname(to)
  if (ending !== '.safetensors' && !TORCH_ENDINGS.includes(ending)) {
    throw new WorkbenchError(`'${to}' ends with '${ending}'; allowed: .safetensors, or ${TORCH_ENDINGS.join(', ')} for PyTorch.`)
  }
  return withWeights(weightsFile(from), ({ arrays: stored }) => {
    const arrays = withDecoder(referenceNames(stored).arrays)
    if (ending === '.safetensors') writeSafetensors(to, arrays.map(({ name, shape, read }) => ({ name, shape, data: read })), { format: 'pt' })
    else writeTorch(to, arrays)
    const numbers = arrays.reduce((sum, { shape, sharedWith }) => sum + (sharedWith === undefined ? countOf(shape) : 0), 0)
    return { from, to, format: ending === '.safetensors' ? 'safetensors' : 'torch.save (zip)', arrays: arrays.length, numbers }
  })
}

/** The word table once more under the decoder's name, at its place in the reference's order. */
function withDecoder(arrays: readonly StoredWeights[]): WeightsToStore[] {
  const words = arrays.find(({ name }) => name === WORD_TABLE)
  const last = arrays.map(({ name }) => name.startsWith('cls.predictions.')).lastIndexOf(true)
  const list: WeightsToStore[] = arrays.map(({ name, shape, read }) => ({ name, shape, read }))
  if (words && last >= 0) list.splice(last + 1, 0, { name: DECODER, shape: words.shape, read: words.read, sharedWith: WORD_TABLE })
  return list
}

function asHalf({ name, shape, read }: StoredWeights): TensorToStore {
  return { name, shape, data: () => toHalf(read()), dtype: 'F16' }
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
