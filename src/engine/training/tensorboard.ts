// TensorBoard files: TFRecords of Event messages, written by hand (three message types, no protobuf library).
// A record is: length (uint64), masked CRC32C of it, data, masked CRC32C of it, all little-endian.
// Read next: run-folder.ts.

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent } from '../../contract/run-events'

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value >>> 0
})

/** CRC32C (Castagnoli) of the bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = ((CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)) >>> 0
  return (crc ^ 0xffffffff) >>> 0
}

/** TensorFlow rotates and shifts the sum, so that a sum of data that holds sums is no weaker. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

export function tfRecord(data: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(data.length), 0)
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8)
  const tail = Buffer.alloc(4)
  tail.writeUInt32LE(maskedCrc(data), 0)
  return Buffer.concat([head, data, tail])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}
const tag = (field: number, wireType: 0 | 1 | 2 | 5): Buffer => varint(field * 8 + wireType)
const bytesField = (field: number, data: Buffer): Buffer => Buffer.concat([tag(field, 2), varint(data.length), data])
const textField = (field: number, text: string): Buffer => bytesField(field, Buffer.from(text, 'utf8'))
const wholeField = (field: number, value: number): Buffer => Buffer.concat([tag(field, 0), varint(value)])

function doubleField(field: number, value: number): Buffer {
  const data = Buffer.alloc(8)
  data.writeDoubleLE(value)
  return Buffer.concat([tag(field, 1), data])
}

function floatField(field: number, value: number): Buffer {
  const data = Buffer.alloc(4)
  data.writeFloatLE(value)
  return Buffer.concat([tag(field, 5), data])
}

/** Event { wall_time = 1, step = 2, … }: the rest is one of file_version = 3, summary = 5, session_log = 7. */
function eventMessage(seconds: number, step: number, content: Buffer): Buffer {
  return tfRecord(Buffer.concat([doubleField(1, seconds), wholeField(2, step), content]))
}

export interface Scalar {
  readonly name: string
  readonly value: number
}

/** One record with the scalars of a step. Summary.Value { tag = 1, simple_value = 2 }. */
export function scalarRecord(seconds: number, step: number, scalars: readonly Scalar[]): Buffer {
  const values = scalars.map(({ name, value }) => bytesField(1, Buffer.concat([textField(1, name), floatField(2, value)])))
  return eventMessage(seconds, step, bytesField(5, Buffer.concat(values)))
}

/** What TensorBoard shows of an event; empty if it shows nothing. */
function scalarsOf(event: RunEvent): Scalar[] {
  if (event.kind === 'step') {
    const { task, loss, score, learningRate, gradientNorm } = event
    return [
      { name: `train/${task}/loss`, value: loss }, { name: `train/${task}/score`, value: score },
      { name: `train/${task}/gradient-norm`, value: gradientNorm }, { name: 'learning-rate', value: learningRate }
    ]
  }
  if (event.kind === 'validation') {
    const part = event.split === 'val' ? 'validation' : 'test'
    return Object.entries(event.metrics).map(([name, value]) => ({ name: `${part}/${event.task}/${name}`, value }))
  }
  if (event.kind === 'stopAndGo') return [{ name: `stop-and-go/${event.task}`, value: event.state === 'go' ? 1 : 0 }]
  return []
}

export interface TensorboardWriter {
  add(event: RunEvent): void
  flush(): void
}

/**
 * A new file in the folder. After a resume `purgeStep` tells TensorBoard to forget what older files say about
 * that step and later ones (a SessionLog START). A full disk loses points here, never the run.
 */
export function openTensorboard(folder: string, purgeStep?: number): TensorboardWriter {
  mkdirSync(folder, { recursive: true })
  const seconds = Date.now() / 1000
  const file = join(folder, `events.out.tfevents.${seconds.toFixed(3)}.${process.pid}`)
  let queue: Buffer[] = [eventMessage(seconds, 0, textField(3, 'brain.Event:2'))]
  if (purgeStep !== undefined) queue.push(eventMessage(seconds, purgeStep, bytesField(7, wholeField(1, 1))))
  let queuedBytes = 0
  const flush = (): void => {
    if (queue.length === 0) return
    try {
      appendFileSync(file, Buffer.concat(queue))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
    queue = []
    queuedBytes = 0
  }
  flush()
  return {
    add(event) {
      const scalars = scalarsOf(event)
      if (scalars.length === 0) return
      const record = scalarRecord(event.time / 1000, event.iteration, scalars)
      queue.push(record)
      queuedBytes += record.length
      if (queuedBytes > 32_768 || event.kind === 'validation') flush()
    },
    flush
  }
}
