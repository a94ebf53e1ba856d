// A run that is decided to be what a finished run already is trains nothing: its folder is made from that run's.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src/contract/run-config'
import { parseEventLines } from '../../src/contract/run-format'
import type { PlannedRun, StudyPlan } from '../../src/contract/study'
import { localExecutor } from '../../src/study/executors/local'
import { Digests } from '../../src/study/run-digest'
import { type StudyEnd, runStudy } from '../../src/study/run-study'
import { CONTENT_FILE } from '../../src/study/start-run'
import { type StudyPlaces, runFolder } from '../../src/study/study-places'
import { studyTable } from '../../src/study/study-table-of'
import { TakeOvers } from '../../src/study/take-over'
import { finishRun, newPlaces, savedStudy } from './study-fixtures'

/** Once and twice the iterations with three rates. */
const best = { set: { tasks: ['vqa'] }, search: [0.5, 1, 2], rows: ['st'], seeds: [1, 2] } as const
/** Study `comparison` has the row of single-task models alone, `multitask` that of equal steps too: chosen from fewer runs, so of other ids. */
const alone = (places: StudyPlaces): StudyPlan => savedStudy(places, 'comparison', best).plan
const withEqual = (places: StudyPlaces): StudyPlan => savedStudy(places, 'multitask', { ...best, rows: ['st', 'st-equal'] }).plan
/** Seed 1: three rates, two lengths; seed 2: what was chosen. */
const RUNS = 7

/** Runs end at once; the rate decides the score, and a longer run gains nothing. */
async function carriedOut(places: StudyPlaces, plan: StudyPlan): Promise<{ readonly end: StudyEnd; readonly started: string[] }> {
  const started: string[] = []
  const launchRun = (folder: string): number => {
    started.push(basename(folder))
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as RunConfig
    const score = config.learningRate === 1e-3 ? 0.6 : 0.5
    finishRun(places, basename(folder), { vqa: { test: [score], validation: [[20, score]] } }, 'done', config.iterations)
    writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: 999_999_999, host: 'gone', startedAt: 0 }))
    return 999_999_999
  }
  const executor = localExecutor({ launchRun, launchMeasure: () => 0, machine: () => ({ cores: 4, freeBytes: 64e9, gpus: 0 }) })
  return { end: await runStudy({ places, name: plan.study, lookMs: 2, executorOf: () => executor }), started }
}

const chosen = (plan: StudyPlan, setting: string): PlannedRun => {
  const id = plan.cells.find((cell) => cell.setting === setting && cell.seed === 2)?.run
  return plan.runs.find((run) => run.id === id) as PlannedRun
}

const folderOf = (places: StudyPlaces, { id }: PlannedRun): string => runFolder(places, id)
const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'))

describe('a run that finished runs decided', () => {
  it('takes over a finished run with the same settings, data and start instead of training it again', async () => {
    const places = newPlaces()
    expect((await carriedOut(places, alone(places))).started).toHaveLength(RUNS)
    writeFileSync(join(places.runs, '.DS_Store'), 'no run')
    const plan = withEqual(places)
    const [own, equal] = [chosen(plan, 'st'), chosen(plan, 'st-equal')]
    expect(equal.id).not.toBe(own.id)
    // Training adds to the settings of a run: the answers of the model that it starts from.
    const trained = { ...readJson(folderOf(places, own), 'config.json') as RunConfig, answersOf: 'start' }
    writeFileSync(join(folderOf(places, own), 'config.json'), JSON.stringify(trained))
    expect(await carriedOut(places, plan)).toEqual({ end: 'done', started: [] })

    const folder = folderOf(places, equal)
    expect(readJson(folder, 'config.json')).toEqual({ ...trained, name: equal.config.name })
    expect(readJson(folder, CONTENT_FILE)).toMatchObject({ takenFrom: own.id })
    const { events } = parseEventLines(readFileSync(join(folder, 'events.jsonl'), 'utf8'))
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, place) => place + 1))
    expect(events.pop()).toMatchObject({ kind: 'note', text: `Taken over from run ${own.id}: settings, data and start are the same, so nothing was trained again.` })
    expect(readdirSync(folder).sort()).toEqual(['config.json', CONTENT_FILE, 'events.jsonl', 'predictions'])
    expect(readdirSync(places.studies).filter((name) => name.startsWith('.taking'))).toEqual([])
    const values = [{ seed: 1, value: 60 }, { seed: 2, value: 60 }]
    expect(studyTable(places, 'multitask').rows.map(({ setting, cells }) => [setting, cells['vqa']?.values])).toEqual([['st', values], ['st-equal', values]])
  })

  it('waits for an equal one that is at work, with more runs at a time than one', async () => {
    const places = newPlaces()
    const plan = withEqual(places)
    const { end, started } = await carriedOut(places, plan)
    expect([end, started.length]).toEqual(['done', RUNS])
    expect([chosen(plan, 'st'), chosen(plan, 'st-equal')].filter(({ id }) => started.includes(id))).toHaveLength(1)
  })

  it('trains where a setting, the seed, the start or the data differs, no equal run is done, or its folder is begun', async () => {
    const places = newPlaces()
    await carriedOut(places, alone(places))
    const plan = withEqual(places)
    const [own, equal] = [chosen(plan, 'st'), chosen(plan, 'st-equal')]
    const found = (change: Partial<PlannedRun>): string | undefined => new TakeOvers(places, new Digests(places)).equalTo({ ...equal, ...change })
    const withConfig = (change: Partial<RunConfig>): string | undefined => found({ config: { ...equal.config, ...change } })
    expect(found({})).toBe(own.id)
    expect(withConfig({ name: 'another', keepCheckpoints: 3 })).toBe(own.id)
    expect([withConfig({ seed: 3 }), withConfig({ clean: false }), withConfig({ worldSeed: 2 }), found({ start: 'another' })]).toEqual([undefined, undefined, undefined, undefined])
    expect(found({ id: own.id })).toBeUndefined()
    finishRun(places, own.id, {}, 'failed')
    expect(found({})).toBeUndefined()
  })

  it('asks nothing that is not decided of a run that has its folder', () => {
    const places = newPlaces()
    const plan = withEqual(places)
    const takeOvers = new TakeOvers(places, new Digests(places))
    const begun = chosen(plan, 'st')
    expect(() => takeOvers.once([begun], [])).toThrow(/not all of those runs are done/)
    finishRun(places, begun.id, {}, 'failed')
    expect(takeOvers.once([begun], [begun])).toEqual([])
    expect(takeOvers.once([begun], [])).toEqual([begun])
  })

  it('says what could not be copied, and leaves nothing half-made', async () => {
    const places = newPlaces()
    await carriedOut(places, alone(places))
    const plan = withEqual(places)
    const [own, equal] = [chosen(plan, 'st'), chosen(plan, 'st-equal')]
    const path = join(folderOf(places, own), 'config.json')
    const config = readFileSync(path)
    writeFileSync(path, 'cut off')
    const takeOver = (): boolean => new TakeOvers(places, new Digests(places)).takeOver(equal)
    expect(takeOver).toThrow(`Run '${equal.name}' equals the finished run ${own.id}, whose folder could not be copied to ${folderOf(places, equal)}`)
    expect([existsSync(folderOf(places, equal)), existsSync(join(places.studies, `.taking-${equal.id}`))]).toEqual([false, false])
    writeFileSync(path, config)
    expect([takeOver(), takeOver()]).toEqual([true, false])
  })

  it('begins the copy anew after it was cut off', async () => {
    const places = newPlaces()
    await carriedOut(places, alone(places))
    const plan = withEqual(places)
    const halfway = join(places.studies, `.taking-${chosen(plan, 'st-equal').id}`)
    mkdirSync(halfway)
    writeFileSync(join(halfway, 'left-over'), '')
    expect((await carriedOut(places, plan)).started).toEqual([])
    expect(existsSync(halfway)).toBe(false)
    expect(readdirSync(folderOf(places, chosen(plan, 'st-equal')))).not.toContain('left-over')
  })
})
