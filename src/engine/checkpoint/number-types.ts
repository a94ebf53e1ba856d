// Number types of stored arrays, and their bytes as float32. What float32 cannot hold exactly is rounded to nearest.
// Read next: torch-objects.ts (names in PyTorch files), safetensors-header.ts (names in safetensors).

export type NumberType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'

export const BYTES_OF: Readonly<Record<NumberType, number>> = {
  float32: 4, float64: 8, float16: 2, bfloat16: 2, int64: 8, int32: 4, int16: 2, int8: 1, uint8: 1, bool: 1
}

/** Little-endian bytes as float32; a float32 array shares the bytes it is given. */
export function toFloat32(type: NumberType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const { buffer, byteOffset: start } = own
  const count = own.length / BYTES_OF[type]
  switch (type) {
    case 'float32': return new Float32Array(buffer, start, count)
    case 'float64': return Float32Array.from(new Float64Array(buffer, start, count))
    case 'float16': return Float32Array.from(new Uint16Array(buffer, start, count), halfToNumber)
    case 'bfloat16': return fromBfloat(new Uint16Array(buffer, start, count))
    case 'int64': return Float32Array.from(new BigInt64Array(buffer, start, count), Number)
    case 'int32': return Float32Array.from(new Int32Array(buffer, start, count))
    case 'int16': return Float32Array.from(new Int16Array(buffer, start, count))
    case 'int8': return Float32Array.from(new Int8Array(buffer, start, count))
    case 'uint8': return Float32Array.from(own)
    case 'bool': return Float32Array.from(own, (byte) => (byte === 0 ? 0 : 1))
  }
}

/** The number that the 16 bits of a half-precision float stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half * 65536)
  return new Float32Array(words.buffer)
}
