import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../src/contract/run-events'
import { crc32c, maskedCrc, openTensorboard, scalarRecord, tfRecord } from '../../../src/engine/training/tensorboard'

const step: RunEvent = {
  kind: 'step', task: 'vqa', sequence: 1, time: 1_700_000_000_500, iteration: 300,
  loss: 0.5, score: 0.25, learningRate: 0.001, gradientNorm: 2, milliseconds: 5, examples: 8
}

/** The data of each record, after checking its two sums. */
function records(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    expect(bytes.readUInt32LE(at + 8)).toBe(maskedCrc(bytes.subarray(at, at + 8)))
    const data = bytes.subarray(at + 12, at + 12 + length)
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc(data))
    found.push(data)
    at += 16 + length
  }
  return found
}

describe('TensorBoard records', () => {
  it('uses CRC32C', () => {
    // Check values of RFC 3720, appendix B.4.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  })

  it('frames a record with its length and two sums', () => {
    expect(records(Buffer.concat([tfRecord(Buffer.from('abc')), tfRecord(Buffer.alloc(0))]))).toEqual([Buffer.from('abc'), Buffer.alloc(0)])
  })

  it('encodes a scalar as Event { wall_time, step, summary { value { tag, simple_value } } }', () => {
    const [data] = records(scalarRecord(1.5, 300, [{ name: 'loss', value: 0.5 }]))
    const float = Buffer.alloc(4)
    float.writeFloatLE(0.5)
    const value = Buffer.concat([Buffer.from([0x0a, 4]), Buffer.from('loss'), Buffer.from([0x15]), float])
    const summary = Buffer.concat([Buffer.from([0x0a, value.length]), value])
    const wallTime = Buffer.alloc(8)
    wallTime.writeDoubleLE(1.5)
    expect(data).toEqual(Buffer.concat([Buffer.from([0x09]), wallTime, Buffer.from([0x10, 0xac, 0x02, 0x2a, summary.length]), summary]))
  })
})

describe('openTensorboard', () => {
  it('starts a file with its version, and tells older files to forget after a resume', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'tensorboard-')), 'tensorboard')
    const writer = openTensorboard(folder, 40)
    writer.add(step)
    writer.add({ kind: 'note', sequence: 2, time: 0, iteration: 300, text: 'shows nothing' })
    writer.flush()
    const [name = ''] = readdirSync(folder)
    const [version, restart, scalars, ...rest] = records(readFileSync(join(folder, name)))
    expect(name).toMatch(/tfevents/)
    expect(version?.includes('brain.Event:2')).toBe(true)
    expect(restart?.subarray(9)).toEqual(Buffer.from([0x10, 40, 0x3a, 2, 0x08, 1]))
    expect(['train/vqa/loss', 'train/vqa/score', 'learning-rate'].every((tag) => scalars?.includes(tag))).toBe(true)
    expect(rest).toEqual([])
  })
})
