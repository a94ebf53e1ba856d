import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { presetConfig } from '../../src/contract/run-presets'
import { STUDY_NAMES } from '../../src/contract/study'
import { studyDesk } from '../../src/host/study-desk'
import { makeStudy } from '../../src/study/definitions/all-studies'
import { studyPlaces } from '../../src/study/study-places'
import { openStudy, planned, readControl, saveStudy } from '../../src/study/study-store'

/** A command line that notes its words and does as told. */
function fakeCommandLine(does: string): { cli: string[]; words: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'desk-'))
  const script = join(folder, 'cli.cjs')
  writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'words.json'))}, JSON.stringify(process.argv.slice(2)));${does}`)
  return { cli: [process.execPath, script], words: () => JSON.parse(readFileSync(join(folder, 'words.json'), 'utf8')) as string[] }
}

const workspace = (): string => mkdtempSync(join(tmpdir(), 'desk-workspace-'))
const tiny = { name: 'multitask', preset: 'tiny', seeds: [1, 2], full: false } as const
const study = (): ReturnType<typeof planned> => planned(makeStudy('multitask', { base: presetConfig('tiny'), seeds: [1, 2], search: [1], full: false }))

describe('the window’s desk for studies', () => {
  it('lists the seven, and where those stand that the workspace has', async () => {
    const root = workspace()
    saveStudy(studyPlaces(root), study())
    const list = await studyDesk(root, [])['studies:list']({})
    expect(list.map(({ name }) => name)).toEqual(STUDY_NAMES)
    expect(list.filter(({ status }) => status !== null).map(({ name, status }) => [name, status?.done, status?.state])).toEqual([['multitask', 0, 'idle']])
  })

  it('asks the command line what a study would cost, and writes nothing', async () => {
    const root = workspace()
    const opened = study()
    const file = join(root, 'plan.json')
    writeFileSync(file, JSON.stringify({ ...opened, cost: { runs: opened.plan.runs.length, done: 0, steps: 10, perhaps: 0, stepsAtMost: 10, secondsAtMost: null, seconds: null, basis: 'nothing' } }))
    const { cli, words } = fakeCommandLine(`process.stdout.write(require('node:fs').readFileSync(${JSON.stringify(file)}))`)
    const forecast = await studyDesk(root, cli)['study:plan'](tiny)
    expect(words()).toEqual(['study', 'plan', 'multitask', '--preset', 'tiny', '--seeds', '1,2', '--out', root, '--json'])
    expect(forecast.cost.runs).toBe(opened.plan.runs.length)
    expect(forecast.settings.find(({ id }) => id === 'st')?.runs).toBe(24)
    expect(() => openStudy(studyPlaces(root), 'multitask')).toThrow(/no study 'multitask'/)
  })

  it('passes on why the runner refuses', async () => {
    const { cli } = fakeCommandLine(`process.stderr.write('twelve-in-one: sbatch is not here\\n');process.exit(2)`)
    await expect(studyDesk(workspace(), cli)['study:start']({ name: 'multitask', choice: tiny, executor: 'slurm', slurm: ['partition=gpu'] })).rejects.toThrow('sbatch is not here')
  })

  it('starts a runner that outlives the request, with the wish in its words', async () => {
    const root = workspace()
    const { cli, words } = fakeCommandLine('setTimeout(() => undefined, 2500)')
    await studyDesk(root, cli)['study:start']({ name: 'multitask', choice: null, jobs: null, only: ['0123456789abcdef'], retry: true })
    expect(words()).toEqual(['study', 'run', 'multitask', '--out', root, '--jobs', 'auto', '--only', '0123456789abcdef', '--retry'])
  })

  it('notes what is wanted for a runner to see, and refuses it for a study that is not there', async () => {
    const root = workspace()
    const desk = studyDesk(root, [])
    expect(() => desk['study:want']({ name: 'multitask', wanted: 'pause' })).toThrow(/no study/)
    saveStudy(studyPlaces(root), study())
    await desk['study:want']({ name: 'multitask', wanted: 'pause' })
    await desk['study:jobs']({ name: 'multitask', jobs: 3 })
    expect(readControl(studyPlaces(root), 'multitask')).toMatchObject({ wanted: 'pause', jobs: 3 })
  })
})
