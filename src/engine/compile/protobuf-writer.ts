// Protocol buffers, writing only: the wire format of TensorFlow's graph files needs five kinds of field.
// Spec: none (engine). Read next: graph-def.ts.

const VARINT = 0
const BYTES = 2
const FIXED32 = 5

/** A message under construction: chunks in the order in which they are written. */
export interface Message {
  readonly chunks: Uint8Array[]
  size: number
}

export function message(): Message {
  return { chunks: [], size: 0 }
}

export function finished(target: Message): Uint8Array {
  const bytes = new Uint8Array(target.size)
  let offset = 0
  for (const chunk of target.chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

function append(target: Message, bytes: Uint8Array): void {
  target.chunks.push(bytes)
  target.size += bytes.length
}

/** Base-128 digits of an integer; a negative one as its 64-bit two's complement. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value)
  let rest = BigInt.asUintN(64, BigInt(value))
  const digits: number[] = []
  do {
    const digit = Number(rest & 127n)
    rest >>= 7n
    digits.push(rest === 0n ? digit : digit | 128)
  } while (rest !== 0n)
  return Uint8Array.from(digits)
}

function tag(target: Message, field: number, kind: number): void {
  append(target, varint(field * 8 + kind))
}

export function writeInteger(target: Message, field: number, value: number): void {
  tag(target, field, VARINT)
  append(target, varint(value))
}

export function writeFloat(target: Message, field: number, value: number): void {
  tag(target, field, FIXED32)
  append(target, new Uint8Array(Float32Array.of(value).buffer))
}

export function writeBytes(target: Message, field: number, bytes: Uint8Array): void {
  tag(target, field, BYTES)
  append(target, varint(bytes.length))
  append(target, bytes)
}

const encoder = new TextEncoder()

export function writeText(target: Message, field: number, text: string): void {
  writeBytes(target, field, encoder.encode(text))
}

export function writeMessage(target: Message, field: number, fill: (inner: Message) => void): void {
  const inner = message()
  fill(inner)
  tag(target, field, BYTES)
  append(target, varint(inner.size))
  for (const chunk of inner.chunks) target.chunks.push(chunk)
  target.size += inner.size
}
