// Protocol buffers, writing only, into one growing buffer: the wire format of TensorFlow's graph files needs four kinds
// of field. Spec: none (engine). Read next: graph-def.ts.

const VARINT = 0
const BYTES = 2
const FIXED32 = 5
/** Room for the length of a nested message, written afterwards; four base-128 digits reach 256 MB. */
const LENGTH_DIGITS = 4

export interface Writer {
  integer(field: number, value: number): void
  float(field: number, value: number): void
  text(field: number, value: string): void
  bytes(field: number, value: Uint8Array): void
  message(field: number, fill: () => void): void
  /** What has been written so far, copied. */
  finished(): Uint8Array
}

export function protobufWriter(): Writer {
  let buffer = Buffer.allocUnsafe(1 << 20)
  let end = 0

  const reserve = (size: number): void => {
    if (end + size <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, end + size))
    buffer.copy(larger, 0, 0, end)
    buffer = larger
  }
  /** Base-128 digits of an integer; a negative one as its 64-bit two's complement. */
  const varint = (value: number): void => {
    if (value < 0) return longVarint(BigInt.asUintN(64, BigInt(value)))
    let rest = value
    while (rest >= 128) {
      buffer[end++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    buffer[end++] = rest
  }
  const longVarint = (value: bigint): void => {
    let rest = value
    while (rest >= 128n) {
      buffer[end++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    buffer[end++] = Number(rest)
  }
  const tag = (field: number, kind: number, size: number): void => {
    reserve(size + 24)
    varint(field * 8 + kind)
  }

  return {
    integer(field, value) {
      tag(field, VARINT, 0)
      varint(value)
    },
    float(field, value) {
      tag(field, FIXED32, 4)
      end = buffer.writeFloatLE(value, end)
    },
    text(field, value) {
      const size = Buffer.byteLength(value)
      tag(field, BYTES, size)
      varint(size)
      end += buffer.write(value, end)
    },
    bytes(field, value) {
      tag(field, BYTES, value.length)
      varint(value.length)
      buffer.set(value, end)
      end += value.length
    },
    message(field, fill) {
      tag(field, BYTES, LENGTH_DIGITS)
      const start = end
      end += LENGTH_DIGITS
      fill()
      let size = end - start - LENGTH_DIGITS
      if (size >= 128 ** LENGTH_DIGITS) throw new Error(`A graph file of more than ${128 ** LENGTH_DIGITS} bytes cannot be written.`)
      for (let i = 0; i < LENGTH_DIGITS; i++) {
        buffer[start + i] = (size % 128) + (i < LENGTH_DIGITS - 1 ? 128 : 0)
        size = Math.floor(size / 128)
      }
    },
    finished: () => Uint8Array.prototype.slice.call(buffer, 0, end),
  }
}
