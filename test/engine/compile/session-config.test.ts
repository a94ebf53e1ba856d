// The session's configuration: it reaches TensorFlow, and leaving optimisers out changes no bit of a training.

import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { SESSION_CONFIG, sessionConfig, withSessionConfig } from '../../../src/engine/compile/session-config'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { sampleBatch, sampleOptions, sampleShape, settingsOf } from './sample-batches'

/** One of each kind of head but the plain classifiers, which are like the first. */
const TASKS = (['vqa', 'coco', 'refcoco', 'nlvr2'] as const).map(taskById)
const before = process.env[SESSION_CONFIG]

beforeAll(async () => {
  await loadBackend('cpu')
})
afterAll(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, SESSION_CONFIG)
  else process.env[SESSION_CONFIG] = before
})

/** Losses of two steps of each task, its prediction, and all arrays afterwards. */
async function trained(): Promise<unknown> {
  const engine = await createCompiledEngine(sampleOptions({ shapes: TASKS.map((task) => sampleShape(task)), dropout: 0.1 }))
  try {
    const outputs: unknown[] = []
    let update = 0
    for (let round = 1; round <= 2; round++) {
      for (const task of TASKS) outputs.push((await engine.train(sampleBatch(task, 4, round), settingsOf(++update))).loss)
    }
    for (const task of TASKS) outputs.push((await engine.predict(sampleBatch(task))).logits)
    return [outputs, (await engine.read('all')).map(({ name, data }) => [name, data])]
  } finally {
    engine.dispose()
  }
}

describe('the session configuration', { timeout: 120_000 }, () => {
  it('changes no bit of the training', async () => {
    process.env[SESSION_CONFIG] = ''
    const plain = await trained()
    Reflect.deleteProperty(process.env, SESSION_CONFIG)
    expect(await trained()).toEqual(plain)
  })

  it('is in the environment only while a session is opened, and one that is there already stays', () => {
    Reflect.deleteProperty(process.env, SESSION_CONFIG)
    expect(withSessionConfig(() => process.env[SESSION_CONFIG])).toBe(Buffer.from(sessionConfig()).toString('hex'))
    expect(process.env[SESSION_CONFIG]).toBeUndefined()
    process.env[SESSION_CONFIG] = '00'
    expect(withSessionConfig(() => process.env[SESSION_CONFIG])).toBe('00')
  })

  it('is read by the native part: one that is no ConfigProto is reported', () => {
    const open = "const tf = require('@tensorflow/tfjs-node-gpu'); try { tf.backend().binding.loadSavedModel('/no/such/model', 'serve') } catch {}"
    const run = (config: string): string => spawnSync(process.execPath, ['-e', open], { encoding: 'utf8', env: { ...process.env, [SESSION_CONFIG]: config } }).stderr
    expect(run('ff')).toContain('TWELVE_IN_ONE_SESSION_CONFIG was not understood')
    expect(run(Buffer.from(sessionConfig()).toString('hex'))).not.toContain('not understood')
  })
})
