// Threads of one operation, chosen before TensorFlow is loaded.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { chooseThreads } from '../../src/engine/threads'

const NAMES = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'] as const
const before = NAMES.map((name) => process.env[name])
const clear = (): void => NAMES.forEach((name) => Reflect.deleteProperty(process.env, name))

beforeEach(clear)
afterEach(() => {
  clear()
  NAMES.forEach((name, i) => { if (before[i] !== undefined) process.env[name] = before[i] })
})

it('gives an operation of a narrow model one thread on a machine with two cores', () => {
  chooseThreads(128, 2)
  expect(process.env['TF_NUM_INTRAOP_THREADS']).toBe('1')
  expect(process.env['TF_NUM_INTEROP_THREADS']).toBeUndefined()
})

it('leaves a wide model and a machine with more cores to TensorFlow', () => {
  chooseThreads(768, 2)
  chooseThreads(128, 8)
  expect(process.env['TF_NUM_INTRAOP_THREADS']).toBeUndefined()
})

it('leaves what a user or a run beside it has set', () => {
  process.env['TF_NUM_INTRAOP_THREADS'] = '2'
  chooseThreads(128, 2)
  expect(process.env['TF_NUM_INTRAOP_THREADS']).toBe('2')
  clear()
  process.env['TF_NUM_INTEROP_THREADS'] = '1'
  chooseThreads(128, 2)
  expect(process.env['TF_NUM_INTRAOP_THREADS']).toBeUndefined()
})
