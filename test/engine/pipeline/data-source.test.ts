// Both carriers of a run's data: a real thread must give what the same functions give here, and tell the same errors.

import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { type RunConfig, defaultConfig } from '../../../src/contract/run-config'
import { TASK_IDS } from '../../../src/contract/task-catalog'
import type { Prediction, PretrainingResult } from '../../../src/engine/execution/step-engine'
import { storeKey } from '../../../src/engine/mini-world/pools'
import { openSource } from '../../../src/engine/pipeline/data-source'
import type { PretrainingBatch } from '../../../src/engine/pretraining/pretraining-batch'
import { randomStream } from '../../../src/engine/random'
import type { TaskBatch } from '../../../src/engine/tasks/task-batch'
import { type BatchPlace, type CourseData, type DataSource, checkSplit } from '../../../src/engine/training/course-data'
import { openPretraining } from '../../../src/engine/training/pretraining-course'
import { openTasks } from '../../../src/engine/training/task-course'
import { sceneWorld } from '../data/scene-world'
import { type BuiltThread, buildThread } from '../thread-build'

const { root, pictures } = sceneWorld()
const config: RunConfig = { ...defaultConfig(), model: 'tiny', data: root, tasks: TASK_IDS, batchRows: 8, validationExamples: 20 }
let thread: BuiltThread

beforeAll(async () => {
  thread = await buildThread('src/engine/pipeline/batch-maker.ts')
}, 60_000)
afterAll(() => thread.remove())

const first: BatchPlace[] = TASK_IDS.map((task) => ({ task, split: 'train', number: 0 }))
const open = <Batch, Result>(openHere: () => CourseData<Batch, Result>, chosen = config, program: string | null = thread.program): Promise<DataSource<Batch, Result>> =>
  openSource({ config: chosen, first: chosen.kind === 'pretrain' ? [] : first, openHere: async () => openHere(), program })

/** What a model of arithmetic says of a batch. */
const predict = async (batch: TaskBatch): Promise<Prediction> => ({
  logits: batch.targets.map((target, i) => Math.sin(i * 12.9898) + 0.3 * target), loss: batch.features.reduce((a, b) => a + b, 0), spread: batch.wordIds.reduce((a, b) => a + b, 0)
})

describe('data on a thread', { timeout: 60_000 }, () => {
  it('have the facts, batches and checks of data held here, to the last bit', async () => {
    const here = await open(() => openTasks(config), config, null)
    const there = await open(() => openTasks(config))
    try {
      expect([there.options, there.notes, there.tasks]).toEqual([here.options, here.notes, here.tasks])
      for (let number = 0; number < 4; number++) {
        for (const task of TASK_IDS) expect(await there.batch({ task, split: 'train', number })).toEqual(await here.batch({ task, split: 'train', number }))
      }
      for (const { task, checks } of here.tasks) {
        for (const split of ['val', 'test'] as const) {
          if (checks[split] === 0) continue
          const check = { task, split, iteration: 40 }
          expect(await checkSplit(there, check, predict, async () => true)).toEqual(await checkSplit(here, check, predict, async () => true))
        }
      }
    } finally {
      there.close()
    }
  })

  it('give any batch at any time: resumed numbers, jumps, a check in the middle, many asked at once', async () => {
    const data = openTasks(config)
    const there = await open(() => data)
    const draw = randomStream(1, 'places')
    const place = (): BatchPlace => {
      const { task, checks } = draw.pick(data.tasks)
      return draw.chance(0.2) ? { task, split: 'val', number: draw.integer(checks.val) } : { task, split: 'train', number: draw.integer(6) }
    }
    for (let i = 0; i < 60; i++) {
      const places = Array.from({ length: 1 + draw.integer(3) }, place).filter((one, at, all) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at)
      const found = await Promise.all(places.map((each) => there.batch(each)))
      expect(found).toEqual(places.map((each) => data.batch(each)))
    }
    there.close()
  })

  it('count a check from its first batch on, also where the one before was broken off', async () => {
    const there = await open(() => openTasks(config))
    const check = { task: 'coco', split: 'val', iteration: 1 } as const
    const whole = await checkSplit(there, check, predict, async () => true)
    let left = 1
    expect(await checkSplit(there, check, predict, async () => left-- > 0)).toBeUndefined()
    expect(await checkSplit(there, check, predict, async () => true)).toEqual(whole)
    there.close()
  })

  it('hold the captions of pre-training too', async () => {
    const captions: RunConfig = { ...config, kind: 'pretrain' }
    const here = await open(() => openPretraining(captions), captions, null)
    const there = await open(() => openPretraining(captions), captions)
    const guess = async (batch: PretrainingBatch): Promise<PretrainingResult> => ({
      loss: batch.features[0] ?? 0, wordLoss: 1, regionLoss: 2, alignmentLoss: 3, gradientNorm: 0,
      wordGuess: batch.wordLabels, regionGuess: new Int32Array(batch.regionLabels.length), alignmentLogits: new Float32Array(batch.rows * 2)
    })
    for (const number of [0, 1, 5]) {
      const place = { task: 'pretraining', split: 'train', number } as const
      expect(await there.batch(place)).toEqual(await here.batch(place))
    }
    const check = { task: 'pretraining', split: 'val', iteration: 1 } as const
    expect(await checkSplit(there, check, guess, async () => true)).toEqual(await checkSplit(here, check, guess, async () => true))
    there.close()
  })
})

describe('errors of data on a thread', { timeout: 60_000 }, () => {
  const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'no failure', (error: unknown) => error)

  it('arrive as they are thrown here: missing data, a damaged picture', async () => {
    const missing = { ...config, tasks: ['nlvr2'] as const, data: join(root, 'features') }
    for (const program of [null, thread.program]) {
      const error = await failureOf(open(() => openTasks(missing), missing, program))
      expect(error).toBeInstanceOf(WorkbenchError)
      expect(error).toMatchObject({ message: expect.stringMatching(/holds no nlvr2 data.*expected train\.json/), fault: 'input' })
    }
    const broken = { ...config, tasks: ['nlvr2'] as const, data: worldWithBrokenPictures() }
    const place = { task: 'nlvr2', split: 'train', number: 0 } as const
    const messages: unknown[] = []
    for (const program of [null, thread.program]) {
      const source = await open(() => openTasks(broken), broken, program)
      for (let i = 0; i < 2; i++) {
        const error = await failureOf(source.batch(place))
        expect(error).toBeInstanceOf(WorkbenchError)
        messages.push(error instanceof Error ? error.message : error)
      }
      source.close()
    }
    expect(messages[0]).toMatch(/is not a readable PNG or JPEG picture/)
    expect(new Set(messages).size).toBe(1)
    rmSync(broken.data, { recursive: true })
  })

  it('of counting are told at the end of the check', async () => {
    const there = await open(() => openTasks(config))
    const batch = await there.batch({ task: 'vqa', split: 'val', number: 0 })
    there.score({ task: 'pretraining', split: 'val', number: 0 }, batch, await predict(batch))
    expect(await failureOf(there.finish('vqa', 'val', 1))).toMatchObject({ message: "'pretraining' is no task of this course" })
    there.close()
  })

  it('say that the thread ended, to whoever waits and to whoever asks later', async () => {
    const program = join(tmpdir(), `ends-${process.pid}.cjs`)
    writeFileSync(program, `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', ({ kind }) => kind === 'open' ? parentPort.postMessage({ kind: 'opened', facts: { options: {}, notes: [], tasks: [] } }) : process.exit(7))`)
    const source = await open(() => openTasks(config), config, program)
    const place = { task: 'vqa', split: 'train', number: 0 } as const
    expect(await failureOf(source.batch(place))).toMatchObject({ message: 'The thread that holds the data ended by itself (status 7)' })
    expect(await failureOf(source.batch(place))).toMatchObject({ message: 'The thread that holds the data ended by itself (status 7)' })
    rmSync(program)
  })

  it('end whoever waits when the data are closed', async () => {
    const there = await open(() => openTasks(config))
    const waiting = failureOf(there.batch({ task: 'vqa', split: 'train', number: 100 }))
    there.close()
    expect(await waiting).toMatchObject({ message: 'The data were closed' })
    expect(await failureOf(there.finish('vqa', 'val', 1))).toMatchObject({ message: 'The data were closed' })
  })
})

/** NLVR2 whose pictures have no stored features, so that they are read from files, which are damaged. */
function worldWithBrokenPictures(): string {
  const folder = join(tmpdir(), `broken-pictures-${process.pid}`)
  cpSync(root, folder, { recursive: true })
  for (const store of ['nlvr2', 'nlvr2_gt']) rmSync(join(folder, 'features', `${store}.safetensors`))
  mkdirSync(join(folder, 'images', 'nlvr2'), { recursive: true })
  for (const picture of pictures.filter(({ pool }) => pool === 'nlvr2')) writeFileSync(join(folder, 'images', 'nlvr2', `${storeKey(picture)}.png`), 'no picture')
  return folder
}
