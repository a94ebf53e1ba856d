// Weights drawn by threads are those drawn here, whatever the number of threads and however little may wait.

import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskById } from '../../../src/contract/task-catalog'
import { type Drawing, startDrawing } from '../../../src/engine/execution/drawn-weights'
import { initialWeights } from '../../../src/engine/execution/initial-weights'
import type { NamedArray } from '../../../src/engine/execution/step-engine'
import { sampleOptions, sampleShape } from '../compile/sample-batches'
import { type BuiltThread, buildThread } from '../thread-build'

const options = sampleOptions({ shapes: [sampleShape(taskById('vqa'))] })
const expected = new Map(initialWeights(options).map(({ name, shape, data }) => [name, { shape, data }]))
let thread: BuiltThread

beforeAll(async () => {
  thread = await buildThread('src/engine/execution/weight-drawer.ts')
}, 60_000)
afterAll(() => thread.remove())

async function all({ portions, stop }: Drawing): Promise<NamedArray[]> {
  const arrays: NamedArray[] = []
  try {
    for await (const portion of portions()) arrays.push(...portion)
  } finally {
    stop()
  }
  return arrays
}

describe('initial weights drawn by threads', () => {
  it.each([[1, 1], [2, 2000], [3, 1e6]])('are the same with %i threads while at most about %i numbers wait', async (threads, mostWaiting) => {
    const arrays = await all(startDrawing(options, { program: thread.program, threads, mostWaiting }))
    expect(arrays.length).toBe(expected.size)
    for (const { name, shape, data } of arrays) {
      expect(shape).toEqual(expected.get(name)?.shape)
      expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(Buffer.from(expected.get(name)?.data.buffer ?? new ArrayBuffer(0)))).toBe(true)
    }
  })

  it('are drawn here without the thread program, and for a small model', async () => {
    for (const drawing of [startDrawing(options), startDrawing(options, { program: null, threads: 2, mostWaiting: 1 })]) {
      expect((await all(drawing)).map(({ name }) => name)).toEqual([...expected.keys()])
    }
  })

  it('fail with the thread that fails', async () => {
    const broken = thread.program.replace('main.cjs', 'broken.cjs')
    writeFileSync(broken, "throw new Error('no memory for this thread')")
    await expect(all(startDrawing(options, { program: broken, threads: 2, mostWaiting: 1000 }))).rejects.toThrow('no memory for this thread')
    writeFileSync(broken, 'process.exit(3)')
    await expect(all(startDrawing(options, { program: broken, threads: 2, mostWaiting: 1000 }))).rejects.toThrow('status 3')
  })
})
