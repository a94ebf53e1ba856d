// The runner and the local queue against a fake launcher that writes what a worker would: order, places, retries, pause,
// single cells, and a start in the middle.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StudyControl, StudyName } from '../../src/contract/study'
import { localExecutor } from '../../src/study/executors/local'
import { automaticJobs, threadsOfJob } from '../../src/study/executors/capacity'
import { type StudyEnd, runStudy } from '../../src/study/run-study'
import { type StudyPlaces, runFolder } from '../../src/study/study-places'
import { studyStatus } from '../../src/study/study-status'
import { readControl, writeControl } from '../../src/study/study-store'
import { takeStudyLock } from '../../src/study/study-lock'
import { type Wanted, finishRun, newPlaces, savedStudy } from './study-fixtures'

const LOOK_MS = 5

interface Fake {
  readonly places: StudyPlaces
  /** Ids in the order of their start. */
  readonly started: string[]
  mostAtOnce: number
  readonly live: Set<string>
  readonly environments: Readonly<Record<string, string>>[]
  run(): Promise<StudyEnd>
}

/** A launcher whose runs take two looks; `outcome` says how each start of a run ends, `dies` leaves nothing. */
function fake(name: StudyName, wanted: Wanted, outcome: (id: string, start: number) => 'done' | 'failed' | 'dies' = () => 'done', control: Partial<StudyControl> = {}): Fake {
  const places = newPlaces()
  savedStudy(places, name, wanted)
  writeControl(places, name, { jobs: 2, ...control })
  const self: Fake = {
    places, started: [], mostAtOnce: 0, live: new Set(), environments: [],
    run: () => runStudy({ places, name, lookMs: LOOK_MS, executorOf: () => localExecutor({ launchRun: launch, launchMeasure: () => 0, machine: () => ({ cores: 4, freeBytes: 64e9, gpus: 0 }) }) })
  }
  const launch = (folder: string, environment: Readonly<Record<string, string>>): number => {
    const id = folder.slice(folder.lastIndexOf('/') + 1)
    self.started.push(id)
    self.environments.push(environment)
    const ends = outcome(id, self.started.filter((other) => other === id).length)
    if (ends === 'dies') return 999_999_999
    self.live.add(id)
    self.mostAtOnce = Math.max(self.mostAtOnce, self.live.size)
    // Alive: the lock names a process that lives, this one.
    writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: process.pid, host: hostname(), startedAt: Date.now() }))
    setTimeout(() => {
      finishRun(places, id, { vqa: { test: [1, 0] }, nlvr2: { test: [1, 1] } }, ends)
      writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: 999_999_999, host: hostname(), startedAt: 0 }))
      self.live.delete(id)
    }, 4 * LOOK_MS)
    return process.pid
  }
  return self
}

const two = { set: { tasks: ['vqa', 'nlvr2'] } } as const

describe('the runner', () => {
  it('runs everything once, at most as many at a time as wanted, needs first', async () => {
    const study = fake('multitask', { ...two, seeds: [1], rows: ['at', 'at-st', 'gt'] })
    expect(await study.run()).toBe('done')
    expect(new Set(study.started).size).toBe(study.started.length)
    expect(study.mostAtOnce).toBe(2)
    const { runs } = studyStatus(study.places, 'multitask')
    expect(runs.every(({ state }) => state === 'done')).toBe(true)
    const at = runs.find(({ fills }) => fills.includes('at/all'))?.id ?? ''
    const tuned = runs.find(({ fills }) => fills.includes('at-st/vqa'))?.id ?? ''
    expect(study.started.indexOf(at)).toBeLessThan(study.started.indexOf(tuned))
    expect(JSON.parse(readFileSync(join(runFolder(study.places, tuned), 'config.json'), 'utf8'))).toMatchObject({ start: runFolder(study.places, at), tasks: ['vqa'] })
  })

  it('gives each of several runs its share of the cores', async () => {
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at'] })
    await study.run()
    expect(study.environments[0]).toMatchObject({ TF_NUM_INTRAOP_THREADS: '2' })
  })

  it('starts nothing again that is done, in this study or another', async () => {
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at', 'token-none'] })
    await study.run()
    const first = study.started.length
    expect(await study.run()).toBe('done')
    savedStudy(study.places, 'multitask', { ...two, seeds: [1], rows: ['at'] })
    expect(studyStatus(study.places, 'multitask').runs.filter(({ fills }) => fills.includes('at/all')).map(({ state }) => state)).toEqual(['done'])
    expect(study.started.length).toBe(first)
  })

  it('leaves what failed, ends partly, and tries it again when told', async () => {
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at', 'token-none'] }, (_id, start) => (start === 1 ? 'failed' : 'done'))
    expect(await study.run()).toBe('partly')
    expect(studyStatus(study.places, 'ablations')).toMatchObject({ state: 'partly', failed: 2 })
    expect(await study.run()).toBe('partly')
    expect(study.started).toHaveLength(2)
    writeControl(study.places, 'ablations', { retry: { before: Date.now(), runs: null } })
    expect(await study.run()).toBe('done')
    expect(study.started).toHaveLength(4)
  })

  it('gives up a run whose process dies three times without a word', async () => {
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at'] }, () => 'dies')
    expect(await study.run()).toBe('partly')
    expect(study.started).toHaveLength(3)
  })

  it('goes on with a run that was cut off', async () => {
    let deaths = 0
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at'] }, () => (deaths++ === 0 ? 'dies' : 'done'))
    expect(await study.run()).toBe('done')
    expect(study.started).toHaveLength(2)
  })

  it('runs single cells with what they need', async () => {
    const study = fake('multitask', { ...two, seeds: [1], rows: ['at', 'at-st', 'gt'] })
    const tuned = studyStatus(study.places, 'multitask').runs.find(({ fills }) => fills.includes('at-st/vqa'))?.id ?? ''
    writeControl(study.places, 'multitask', { only: [tuned] })
    expect(await study.run()).toBe('done')
    expect(study.started).toHaveLength(2)
    expect(studyStatus(study.places, 'multitask').done).toBe(2)
  })

  it('takes more at a time while it runs', async () => {
    const study = fake('multitask', { ...two, seeds: [1, 2], rows: ['gt', 'st'] }, () => 'done', { jobs: 1 })
    const end = study.run()
    await new Promise((resolve) => setTimeout(resolve, 3 * LOOK_MS))
    expect(study.mostAtOnce).toBe(1)
    writeControl(study.places, 'multitask', { jobs: 3 })
    expect(await end).toBe('done')
    expect(study.mostAtOnce).toBe(3)
  })

  it('starts nothing while the study is to pause, and goes on after it', async () => {
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at'] }, () => 'done', { wanted: 'pause' })
    expect(await study.run()).toBe('paused')
    expect(study.started).toEqual([])
    expect(studyStatus(study.places, 'ablations').state).toBe('paused')
    writeControl(study.places, 'ablations', { wanted: 'run' })
    expect(await study.run()).toBe('done')
  })

  it('is one at a time, and takes over from one that was killed', async () => {
    const study = fake('ablations', { ...two, seeds: [1], rows: ['at'] })
    const folder = join(study.places.studies, 'ablations')
    writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: process.ppid, host: hostname(), startedAt: Date.now() }))
    await expect(study.run()).rejects.toThrow(/another process/)
    writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: 999_999_999, host: hostname(), startedAt: 0 }))
    expect(await study.run()).toBe('done')
    const lock = takeStudyLock(folder)
    expect(lock).toBeDefined()
    lock?.release()
  })
})

it('reads a control file that says too little, or nothing, as the default', () => {
  const places = newPlaces()
  savedStudy(places, 'ablations', two)
  expect(readControl(places, 'ablations')).toMatchObject({ wanted: 'run', jobs: null, only: null })
  mkdirSync(join(places.studies, 'ablations'), { recursive: true })
  writeFileSync(join(places.studies, 'ablations', 'control.json'), '{"jobs": 3')
  expect(readControl(places, 'ablations').jobs).toBeNull()
})

describe('places on a machine', () => {
  const machine = { cores: 8, freeBytes: 32e9, gpus: 0 }
  it('are cards where there are any, else cores but one, and never more than memory holds', () => {
    expect(automaticJobs(machine, 'tiny')).toBe(7)
    expect(automaticJobs({ ...machine, gpus: 2 }, 'tiny')).toBe(2)
    expect(automaticJobs({ ...machine, freeBytes: 4e9 }, 'mini')).toBe(2)
    expect(automaticJobs({ ...machine, freeBytes: 1e9 }, 'paper')).toBe(1)
    expect(automaticJobs({ ...machine, cores: 2 }, 'tiny')).toBe(2)
    expect([threadsOfJob(8, 3), threadsOfJob(2, 4)]).toEqual([2, 1])
  })
})
