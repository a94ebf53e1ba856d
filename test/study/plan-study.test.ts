// From a study to its runs: what differs, what is shared, what needs what, and the id that says so.

import { describe, expect, it } from 'vitest'
import { configText } from '../../src/contract/run-config'
import { STUDY_NAMES } from '../../src/contract/study'
import { TASK_IDS } from '../../src/contract/task-catalog'
import { STUDIES } from '../../src/study/definitions/all-studies'
import type { OpenedStudy } from '../../src/study/study-store'
import { tinyStudy } from './study-fixtures'

const runsOf = (setting: string, opened: ReturnType<typeof tinyStudy>): string[] => opened.plan.cells.filter((cell) => cell.setting === setting).flatMap(({ run }) => run ?? [])

describe('the seven studies', () => {
  it('are the seven that the command line names', () => {
    expect(STUDIES.map(({ name }) => name)).toEqual(['overlap', 'multitask', 'transfer', 'ablations', 'comparison', 'grounding', 'dynamics'])
  })

  it('plan every need before what needs it, and refer to planned runs only', () => {
    for (const name of STUDY_NAMES) {
      const { plan, study } = tinyStudy(name, { search: [0.333, 1, 3] })
      const seen = new Set<string>()
      for (const run of plan.runs) {
        expect(run.needs.filter((id) => !seen.has(id))).toEqual([])
        seen.add(run.id)
      }
      const filled = plan.cells.flatMap(({ run, oneOf }) => (run === null ? (oneOf?.candidates ?? []).map((candidate) => candidate.run) : [run]))
      expect(filled.filter((id) => !seen.has(id))).toEqual([])
      expect(study.tables.flatMap((table) => table.rows).filter((row) => !plan.cells.some(({ setting }) => setting === row))).toEqual([])
    }
  })
})

describe('study multitask', () => {
  const opened = tinyStudy('multitask')

  it('has twelve single-task runs, four group runs and one all-task run a seed', () => {
    expect(['st', 'gt', 'at', 'at-without-questions', 'gt-st', 'at-st'].map((setting) => runsOf(setting, opened).length)).toEqual([24, 8, 2, 2, 24, 24])
  })

  it('changes exactly what a setting names', () => {
    const [at = ''] = runsOf('at-without-verification', opened)
    const { config } = opened.plan.runs.find(({ id }) => id === at) ?? {}
    const base = opened.study.base
    const changed = config ? (Object.keys(config) as (keyof typeof config)[]).filter((key) => configText(config[key]) !== configText(base[key])) : []
    expect(changed.sort()).toEqual(['keepCheckpoints', 'name', 'tasks'])
    expect(config?.tasks).toEqual(TASK_IDS.filter((task) => task !== 'nlvr2' && task !== 'snli-ve'))
  })

  it('starts fine-tuning from the same seed’s multi-task run', () => {
    const at = runsOf('at', opened)
    const tuned = runsOf('at-st', opened).map((id) => opened.plan.runs.find((run) => run.id === id))
    expect(new Set(tuned.map((run) => run?.start))).toEqual(new Set(at))
    expect(tuned.every((run) => run?.needs.join() === run?.start)).toBe(true)
    expect(tuned.map((run) => run?.config.seed === opened.plan.runs.find(({ id }) => id === run?.start)?.config.seed)).not.toContain(false)
  })
})

describe('shared runs', () => {
  it('are planned once within a study: a pair fills two cells of the matrix', () => {
    const { plan } = tinyStudy('transfer', { rows: ['with-vqa', 'with-nlvr2'], seeds: [1] })
    const cell = (setting: string, part: string): string | null | undefined => plan.cells.find((candidate) => candidate.setting === setting && candidate.part === part)?.run
    expect(cell('with-vqa', 'nlvr2')).toBe(cell('with-nlvr2', 'vqa'))
    expect(cell('with-vqa', 'nlvr2')).not.toBe(cell('with-vqa', 'visual7w'))
  })

  it('have the same id in another study', () => {
    expect(runsOf('at', tinyStudy('ablations'))).toEqual(runsOf('at', tinyStudy('multitask')))
  })

  it('have another id with another seed, setting or data, but not for a name, a folder or how often it is saved', () => {
    const at = (set: object): string => runsOf('at', tinyStudy('ablations', { seeds: [1], set }))[0] ?? ''
    expect(at({ dropout: 0.2 })).not.toBe(at({}))
    expect(at({ worldSeed: 2 })).not.toBe(at({}))
    expect(runsOf('at', tinyStudy('ablations', { seeds: [2] }))[0]).not.toBe(at({}))
    expect(at({ name: 'other', data: '/elsewhere/tiny-world', checkpointEvery: 5 })).toBe(at({}))
  })
})

describe('a setting on full sets', () => {
  const { plan } = tinyStudy('multitask', { search: [0.333, 1, 3], rows: ['st', 'st-full', 'at-st', 'at-st-full'], set: { tasks: ['vqa'] } })
  const cellsOf = (setting: string) => plan.cells.filter((cell) => cell.setting === setting)

  it.each(['st', 'at-st'])('takes the rate and length that %s chose, so that only the data differ', (setting) => {
    const [searched] = cellsOf(setting)
    const full = cellsOf(`${setting}-full`).map(({ run }) => plan.runs.find(({ id }) => id === run))
    expect(searched?.oneOf?.candidates.length).toBeGreaterThan(1)
    expect(full).toHaveLength(cellsOf(setting).length)
    for (const run of full) {
      expect(run?.config.clean).toBe(false)
      expect(run?.derive).toEqual([searched?.oneOf])
    }
  })

  it('differs from the cleaned runs of the other seeds in the data alone', () => {
    const [cleaned, full] = ['st', 'st-full'].map((setting) => plan.runs.find(({ id }) => id === cellsOf(setting)[1]?.run))
    expect(full?.derive).toEqual(cleaned?.derive)
    expect({ ...full?.config, clean: true, name: '' }).toEqual({ ...cleaned?.config, name: '' })
  })
})

describe('a search', () => {
  const { plan } = tinyStudy('multitask', { search: [0.333, 1, 3], rows: ['st', 'st-equal'], set: { tasks: ['vqa'] } })

  it('tries every candidate with the first seed, and leaves the choice to the other seeds’ start', () => {
    const cells = plan.cells.filter(({ setting }) => setting === 'st')
    expect(cells.map(({ seed, run, oneOf }) => [seed, run !== null, oneOf?.candidates.length ?? 0])).toEqual([[1, false, 18], [2, true, 0]])
    const second = plan.runs.find(({ id }) => id === cells[1]?.run)
    expect(second?.needs).toEqual(cells[0]?.oneOf?.candidates.map(({ run }) => run))
    expect(second?.derive[0]).toEqual(cells[0]?.oneOf)
  })

  it('shares the candidates of equal length with the search at equal steps', () => {
    const of = (setting: string): string[] => plan.cells.find((cell) => cell.setting === setting && cell.seed === 1)?.oneOf?.candidates.map(({ run }) => run) ?? []
    expect(of('st-equal')).toHaveLength(3)
    expect(of('st').slice(0, 3)).toEqual(of('st-equal'))
  })
})

describe('the joint model’s longer run', () => {
  it('has four times the iterations where single-task models search for their length, and is left out where they do not', () => {
    const searching = tinyStudy('multitask', { search: [0.333, 1, 3], rows: ['at', 'at-long'] })
    const iterations = (setting: string): (number | undefined)[] => runsOf(setting, searching).map((id) => searching.plan.runs.find((run) => run.id === id)?.config.iterations)
    expect(iterations('at-long')).toEqual(iterations('at').map((count) => 4 * (count ?? 0)))
    expect(tinyStudy('multitask').study.settings.map(({ id }) => id)).not.toContain('at-long')
  })
})

describe('study transfer', () => {
  it('has six pairs and four triples of representatives', () => {
    const { plan } = tinyStudy('transfer', { seeds: [1] })
    const sizes = plan.runs.map(({ config }) => config.tasks.length)
    expect([1, 2, 3].map((size) => sizes.filter((count) => count === size).length)).toEqual([4, 6, 4])
  })

  it('has all 66 pairs with the full matrix', () => {
    const { plan } = tinyStudy('transfer', { seeds: [1], full: true })
    expect(plan.runs.filter(({ config }) => config.tasks.length === 2)).toHaveLength(66)
  })
})

describe('study ablations', () => {
  it('orders the curricula by single-task runs of the first seed', () => {
    const { plan } = tinyStudy('ablations')
    const easy = plan.runs.find(({ derive }) => derive.some((derivation) => derivation.kind === 'order' && derivation.first === 'easy'))
    expect(easy?.needs).toHaveLength(12)
    expect(plan.runs.filter(({ id }) => easy?.needs.includes(id)).map(({ config }) => config.seed)).toEqual(Array.from({ length: 12 }, () => 1))
  })
})

describe('chosen rows', () => {
  const settingsOf = ({ plan }: OpenedStudy): string[] => [...new Set(plan.cells.map(({ setting }) => setting))]
  const tablesOf = ({ study }: OpenedStudy): string[] => study.tables.map(({ id }) => id)

  it('bring the main table’s baseline, and no other row to compare with', () => {
    const search = [0.333, 1, 3]
    expect(settingsOf(tinyStudy('ablations', { rows: ['token-none'] }))).toEqual(['at', 'token-none'])
    expect(settingsOf(tinyStudy('multitask', { search, rows: ['at'] }))).toEqual(['st', 'at'])
  })

  it('keep a table whose baseline is among them', () => {
    expect(tablesOf(tinyStudy('ablations'))).toEqual(['scores', 'order'])
    expect(tablesOf(tinyStudy('ablations', { rows: ['curriculum'] }))).toEqual(['scores'])
    expect(tablesOf(tinyStudy('ablations', { rows: ['curriculum', 'curriculum-steps'] }))).toEqual(['scores', 'order'])
  })
})

it('refuses an unknown setting with the known ones', () => {
  expect(() => tinyStudy('ablations', { rows: ['token-heads'] })).toThrow(/nearest: token-head/)
})
