// Writes a value as a Python pickle of protocol 2, the form of the RefCOCO files refs(*).p (data formats 6).
// Only what JSON can say. Read next: refcoco.ts.

export type Picklable = null | boolean | number | string | readonly Picklable[] | { readonly [key: string]: Picklable }

const MARK = 0x28
const LONGEST_BATCH = 1000

const isList = (value: Picklable): value is readonly Picklable[] => Array.isArray(value)

function int32(opcode: number, value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = opcode
  bytes.writeInt32LE(value, 1)
  return bytes
}

function pickleNumber(value: number): Buffer {
  if (Number.isInteger(value) && !Object.is(value, -0)) {
    if (value >= 0 && value < 256) return Buffer.from([0x4b, value])
    if (value >= -0x80000000 && value <= 0x7fffffff) return int32(0x4a, value)
    // LONG1: eight bytes, little endian, two's complement.
    const bytes = Buffer.alloc(10)
    bytes[0] = 0x8a
    bytes[1] = 8
    bytes.writeBigInt64LE(BigInt(value), 2)
    return bytes
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = 0x47
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function pickleText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  return Buffer.concat([int32(0x58, bytes.length), bytes])
}

/** Items in batches of 1000, each between a mark and the opcode that adds them. */
function inBatches(items: readonly Buffer[], opcode: number): Buffer[] {
  const parts: Buffer[] = []
  for (let start = 0; start < items.length; start += LONGEST_BATCH) {
    parts.push(Buffer.from([MARK]), ...items.slice(start, start + LONGEST_BATCH), Buffer.from([opcode]))
  }
  return parts
}

function pickleValue(value: Picklable): Buffer {
  if (value === null) return Buffer.from('N')
  if (typeof value === 'boolean') return Buffer.from([value ? 0x88 : 0x89])
  if (typeof value === 'number') return pickleNumber(value)
  if (typeof value === 'string') return pickleText(value)
  if (isList(value)) return Buffer.concat([Buffer.from(']'), ...inBatches(value.map(pickleValue), 0x65)])
  const entries = Object.entries(value).map(([key, item]) => Buffer.concat([pickleText(key), pickleValue(item)]))
  return Buffer.concat([Buffer.from('}'), ...inBatches(entries, 0x75)])
}

/** The bytes of a pickle that Python 2.3 and newer load. */
export function pickle(value: Picklable): Buffer {
  return Buffer.concat([Buffer.from([0x80, 2]), pickleValue(value), Buffer.from('.')])
}
