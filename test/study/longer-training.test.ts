// Single-task models train for longer only where doubling the iterations still paid: what is planned, what is carried out,
// what is shown of runs that are not needed, and what it costs.

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { costText } from '../../src/cli/study-cost-text'
import type { RunConfig } from '../../src/contract/run-config'
import type { PlannedRun, StudyPlan, StudyStatus } from '../../src/contract/study'
import { localExecutor } from '../../src/study/executors/local'
import { lookAtRuns } from '../../src/study/look-at-runs'
import { Digests } from '../../src/study/run-digest'
import { type StudyEnd, runStudy } from '../../src/study/run-study'
import { prepareRunFolder } from '../../src/study/start-run'
import { runsOfSetting, studyCost } from '../../src/study/study-cost'
import type { StudyPlaces } from '../../src/study/study-places'
import { studyStatus } from '../../src/study/study-status'
import { studyTable } from '../../src/study/study-table-of'
import { finishRun, newPlaces, savedStudy, tinyStudy } from './study-fixtures'

/** VQA alone with three rates; the base takes 20 iterations. */
const wanted = { set: { tasks: ['vqa'] }, search: [0.5, 1, 2], rows: ['st', 'st-equal'], seeds: [1, 2] } as const
/** Validation scores of the middle rate by length; the others are 2 (upper) and 3 (lower) points worse. */
type Scores = Readonly<Record<1 | 2 | 4 | 8 | 16 | 32, number>>
const NEVER: Scores = { 1: 0.5, 2: 0.509, 4: 0.9, 8: 0.9, 16: 0.9, 32: 0.9 }
const ONCE: Scores = { 1: 0.5, 2: 0.6, 4: 0.605, 8: 0.9, 16: 0.9, 32: 0.9 }
const TWICE: Scores = { 1: 0.5, 2: 0.6, 4: 0.7, 8: 0.705, 16: 0.9, 32: 0.9 }
const ALWAYS: Scores = { 1: 0.5, 2: 0.6, 4: 0.7, 8: 0.75, 16: 0.78, 32: 0.8 }

/** Recorded before there were longer lengths: a workspace's finished runs must fit. */
const KNOWN_IDS = ['9284189b0d4e7a3d', 'a176c0dd29680188', 'd66ab29f280afdc4', 'bfcb152366950a89', '9304f2242c14801e', '2716a861bc2f0505']

const lengthOf = ({ iterations }: Pick<RunConfig, 'iterations'>): keyof Scores => (iterations / 20) as keyof Scores
/** Place of the rate among the three. */
const rateOf = ({ learningRate }: Pick<RunConfig, 'learningRate'>, runs: StudyPlan['runs']): number =>
  [...new Set(runs.map(({ config }) => Number(config.learningRate)))].sort((a, b) => a - b).indexOf(Number(learningRate))
const scoreOf = (config: RunConfig, runs: StudyPlan['runs'], scores: Scores): number => scores[lengthOf(config)] - ([0.03, 0, 0.02][rateOf(config, runs)] ?? 0)

interface Carried {
  readonly places: StudyPlaces
  readonly plan: StudyPlan
  /** Configurations in the order of their start, as the worker found them. */
  readonly started: RunConfig[]
  run(): Promise<StudyEnd>
}

/** Runs end at once with a validation score by their length and rate. */
function carried(scores: Scores, fails: (config: RunConfig) => boolean = () => false): Carried {
  const places = newPlaces()
  const { plan } = savedStudy(places, 'multitask', wanted)
  const started: RunConfig[] = []
  const launchRun = (folder: string): number => {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as RunConfig
    started.push(config)
    finishRun(places, basename(folder), { vqa: { test: [scoreOf(config, plan.runs, scores)], validation: [[20, scoreOf(config, plan.runs, scores)]] } }, fails(config) ? 'failed' : 'done', config.iterations)
    return 999_999_999
  }
  const executor = localExecutor({ launchRun, launchMeasure: () => 0, machine: () => ({ cores: 4, freeBytes: 64e9, gpus: 0 }) })
  return { places, plan, started, run: () => runStudy({ places, name: 'multitask', lookMs: 2, executorOf: () => executor }) }
}

const longest = (started: readonly RunConfig[], length: number): RunConfig[] => started.filter((config) => config.seed === 1 && lengthOf(config) === length)
const inState = ({ runs }: StudyStatus, state: string): number => runs.filter((run) => run.state === state).length

describe('the plan of single-task models', () => {
  const { plan } = tinyStudy('multitask', wanted)
  const [first, second] = plan.cells.filter(({ setting }) => setting === 'st')
  const candidates = first?.oneOf?.candidates ?? []

  it('has 1 to 32 times the iterations, from 4 times under a condition', () => {
    expect(candidates.map(({ difference }) => (difference.iterations ?? 20) / 20)).toEqual([1, 2, 4, 8, 16, 32].flatMap((length) => [length, length, length]))
    expect(candidates.map(({ onlyIf }) => onlyIf !== undefined)).toEqual(candidates.map((_, place) => place >= 6))
    const ids = candidates.map(({ run }) => run)
    expect(candidates[7]?.onlyIf).toEqual({ tasks: ['vqa'], shorter: ids.slice(0, 3), longer: ids.slice(3, 6), margin: 0.01, like: ids[4], keep: 2 })
    const planned = plan.runs.find(({ id }) => id === ids[7])
    expect(planned?.onlyIf).toEqual(candidates[7]?.onlyIf)
    expect(planned?.needs).toEqual(ids.slice(0, 6))
    expect(plan.runs.find(({ id }) => id === second?.run)?.needs).toEqual(ids)
  })

  it('keeps equal steps at the joint model’s iterations, without conditions', () => {
    const equal = plan.cells.find(({ setting }) => setting === 'st-equal')?.oneOf?.candidates
    expect(equal).toEqual(candidates.slice(0, 3))
  })

  it('gives runs of 1 and 2 times the iterations the ids they have always had', () => {
    expect(candidates.slice(0, 6).map(({ run }) => run)).toEqual(KNOWN_IDS)
  })

  it('has no lengths where nothing is searched', () => {
    const tiny = tinyStudy('multitask', { ...wanted, search: [1] })
    expect(tiny.plan.runs.filter(({ onlyIf, config }) => onlyIf !== undefined || config.iterations !== 20)).toEqual([])
  })
})

describe('a study whose baselines may train for longer', () => {
  it('trains no longer where doubling gained a point or less, and is done', async () => {
    const study = carried(NEVER)
    expect(await study.run()).toBe('done')
    expect(longest(study.started, 1).length + longest(study.started, 2).length).toBe(study.started.filter(({ seed }) => seed === 1).length)
    const status = studyStatus(study.places, 'multitask')
    expect(status).toMatchObject({ state: 'done', done: 8, total: 8, notNeeded: 12, perhaps: 0, failed: 0, secondsLeft: 0 })
    expect(inState(status, 'not-needed')).toBe(12)
    expect(status.runs.find(({ state, iterations }) => state === 'not-needed' && iterations === 80)?.reason).toBe('the doubling before changed the best validation score by +0.9 points; longer is tried above +1 point')
  })

  it('stops after four times the iterations where that gained no more, with the two best rates', async () => {
    const study = carried(ONCE)
    expect(await study.run()).toBe('done')
    expect(longest(study.started, 4).map((config) => rateOf(config, study.plan.runs))).toEqual([1, 2])
    expect(longest(study.started, 8)).toEqual([])
    expect(studyStatus(study.places, 'multitask')).toMatchObject({ state: 'done', notNeeded: 10 })
  })

  it('goes on for as long as it pays, and the table and the other seeds take the best of what ran', async () => {
    for (const [scores, last, gone] of [[TWICE, 8, 16], [ALWAYS, 32, 64]] as const) {
      const study = carried(scores)
      expect(await study.run()).toBe('done')
      expect(longest(study.started, last).map((config) => rateOf(config, study.plan.runs))).toEqual([1, 2])
      expect(longest(study.started, gone)).toEqual([])
      expect(study.started.filter(({ seed }) => seed === 2).map(lengthOf).sort((x, y) => x - y)).toEqual([1, last])
      const rows = studyTable(study.places, 'multitask').rows
      expect(rows.map(({ setting, cells }) => [setting, cells['vqa']?.mean, cells['vqa']?.open])).toEqual([['st', 100 * scores[last], []], ['st-equal', 50, []]])
    }
  })

  it('says which length each task took and what the last doubling still gained', async () => {
    for (const [scores, length, gained] of [[NEVER, 40, 0.9], [ONCE, 80, 0.5], [TWICE, 160, 0.5], [ALWAYS, 640, 2]] as const) {
      const study = carried(scores)
      await study.run()
      const [row, ...others] = studyTable(study.places, 'multitask', 'length').rows
      expect(others).toEqual([])
      expect(row?.cells['vqa']?.values).toEqual([{ seed: 1, value: length }, { seed: 2, value: length }])
      const doubling = studyTable(study.places, 'multitask', 'doubling').rows[0]?.cells['vqa']
      expect(doubling).toMatchObject({ n: 1, open: [] })
      expect(doubling?.mean).toBeCloseTo(gained, 6)
    }
  })

  it('has no such tables where nothing is searched', () => {
    const tables = tinyStudy('multitask', { ...wanted, search: [1] }).study.tables.map(({ id }) => id)
    expect(tables).toEqual(['scores', 'scores-equal', 'validation'])
  })

  it('leaves longer runs waiting, neither failed nor not needed, while a shorter one has failed', async () => {
    const study = carried(ALWAYS, (config) => lengthOf(config) === 2 && rateOf(config, study.plan.runs) === 0)
    expect(await study.run()).toBe('partly')
    const status = studyStatus(study.places, 'multitask')
    expect(status).toMatchObject({ state: 'partly', failed: 1, notNeeded: 0 })
    expect(status.runs.filter(({ iterations }) => iterations >= 80).map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'waiting'))
  })

  it('does not go on with a run that was begun and is not needed', async () => {
    const study = carried(NEVER)
    const begun = study.plan.runs.find(({ onlyIf }) => onlyIf !== undefined) as PlannedRun
    finishRun(study.places, begun.id, {}, 'failed')
    expect(lookAtRuns(study.places, study.plan, new Digests(study.places)).find(({ run }) => run.id === begun.id)?.state).toBe('waiting')
    expect(await study.run()).toBe('done')
    expect(studyStatus(study.places, 'multitask')).toMatchObject({ state: 'done', failed: 0, notNeeded: 12 })
  })

  it('shows an open cell without the runs that are not needed', () => {
    const { places, plan } = carried(NEVER)
    for (const { id, config } of plan.runs) if (lengthOf(config) <= 2 && config.seed === 1) finishRun(places, id, { vqa: { test: [0.5], validation: [[20, scoreOf(config, plan.runs, NEVER)]] } })
    const open = studyTable(places, 'multitask').rows[0]?.cells['vqa']?.open
    expect(open).toEqual([plan.cells.find(({ setting, seed }) => setting === 'st' && seed === 2)?.run])
  })
})

describe('the cost of training for longer', () => {
  const { places, plan } = carried(ONCE)

  it('is a range while it is not known what pays: at most two rates at each length, and the longest for other seeds', () => {
    const cost = studyCost(places, plan)
    // In any case 3 × 20 + 3 × 40, and 20 for each of two runs of seed 2; at most 2 × (80 + 160 + 320 + 640) more, and one of seed 2 with 640.
    expect(cost).toMatchObject({ runs: 8, done: 0, perhaps: 8, steps: 220, stepsAtMost: 220 + 2400 + 620 })
    expect(costText(cost)).toContain('8 runs (each counted once), 0 of them done and up to 8 longer ones where longer training still pays; 220 to 3,240 training steps to go')
    expect(runsOfSetting(plan, 'st')).toEqual({ runs: 7, perhaps: 8 })
    expect(runsOfSetting(plan, 'st-equal')).toEqual({ runs: 4, perhaps: 0 })
    expect(studyStatus(places, 'multitask')).toMatchObject({ total: 20, perhaps: 8 })
  })

  it('is known once the shorter runs are done', () => {
    for (const run of plan.runs) {
      if (lengthOf(run.config) > 2 || run.config.seed !== 1) continue
      prepareRunFolder(places, run, new Digests(places))
      finishRun(places, run.id, { vqa: { test: [0.5], validation: [[20, scoreOf(run.config, plan.runs, NEVER)]] } })
    }
    const cost = studyCost(places, plan)
    expect(cost).toMatchObject({ runs: 8, done: 6, perhaps: 0, steps: 60, stepsAtMost: 60 })
    expect(costText(cost)).toContain('8 runs (each counted once), 6 of them done; 60 training steps to go')
  })
})
