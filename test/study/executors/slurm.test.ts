// The executor against a Slurm in memory that can be slow, silent, or remember a submission the runner does not.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { defaultConfig } from '../../../src/contract/run-config'
import type { PlannedRun, StudyControl, StudyRunState } from '../../../src/contract/study'
import type { Executor, StudyWork } from '../../../src/study/executors/executor'
import { slurmExecutor } from '../../../src/study/executors/slurm'
import { type Slurm, SlurmSilent } from '../../../src/study/executors/slurm-commands'
import type { ArrayElement } from '../../../src/study/executors/slurm-jobs'
import { SLURM_DEFAULTS } from '../../../src/study/executors/slurm-options'
import { submittedReasons } from '../../../src/study/executors/slurm-records'
import { studyPlaces } from '../../../src/study/study-places'

class FakeSlurm implements Slurm {
  scripts: string[] = []
  elements: ArrayElement[] = []
  throttled: number[] = []
  told: string[] = []
  /** What happens to the next submissions: refused, lost on the way here, or heard although no answer comes. */
  next: 'taken' | 'refused' | 'lost' | 'heard' = 'taken'

  async submit(script: string): Promise<number> {
    if (this.next === 'refused') throw new WorkbenchError('Slurm refused (sbatch): invalid partition specified: nope.')
    if (this.next === 'lost') throw new SlurmSilent('sbatch: Socket timed out')
    this.scripts.push(script)
    const jobId = 10 * this.scripts.length
    const name = /--job-name=(\S+)/.exec(script)?.[1] ?? ''
    for (const [, index] of script.matchAll(/^ {2}(\d+)\) id=/gm)) this.elements.push({ name, jobId, index: Number(index), phase: 'waiting', state: 'PENDING', reason: 'Priority', node: '' })
    if (this.next === 'heard') throw new SlurmSilent('sbatch: Socket timed out')
    return jobId
  }
  queue = vi.fn(async (names: readonly string[]) => this.elements.filter(({ name }) => names.includes(name)))
  history = async (): Promise<ArrayElement[]> => []
  cancel = async (elements: readonly string[]): Promise<void> => {
    for (const element of elements) this.set(element, 'ended', 'CANCELLED')
  }
  tellToLeave = async (elements: readonly string[]): Promise<void> => void this.told.push(...elements)
  throttle = async (_job: number, atOnce: number): Promise<void> => void this.throttled.push(atOnce)
  set(id: string, phase: ArrayElement['phase'], state: string, reason = 'None'): void {
    this.elements = this.elements.map((element) => (`${element.jobId}_${element.index}` === id ? { ...element, phase, state, reason, node: phase === 'waiting' ? '' : 'n1' } : element))
  }
  /** Elements that wait or run. */
  live(): string[] {
    return this.elements.filter(({ phase }) => phase !== 'ended').map(({ jobId, index }) => `${jobId}_${index}`)
  }
}

const CONTROL: StudyControl = { wanted: 'run', executor: 'slurm', jobs: null, only: null, retry: null, slurm: [] }
let root = ''
let slurm = new FakeSlurm()

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slurm-executor-'))
  slurm = new FakeSlurm()
  vi.useRealTimers()
})

/** Runs `id` or `id<need`, with states of those that are not new. */
function workOf(runs: readonly string[], states: Readonly<Record<string, StudyRunState>> = {}, control: Partial<StudyControl> = {}): StudyWork {
  const planned = runs.map((text): PlannedRun => {
    const [id = '', ...needs] = text.split('<')
    return { id, name: id, work: 'train', config: defaultConfig(), needs, start: needs[0] ?? null, derive: [], inputs: [] }
  })
  const isDone = (id: string): boolean => states[id] === 'done'
  const open = planned.filter(({ id }) => states[id] === undefined || states[id] === 'interrupted' || states[id] === 'paused')
  return {
    places: studyPlaces(root), study: 'multitask', control: { ...CONTROL, ...control }, plan: { format: 1, study: 'multitask', runs: planned, cells: [] },
    runs: planned.map((run) => ({ run, state: states[run.id] ?? (run.needs.every(isDone) ? 'ready' : 'waiting'), reason: '' })),
    ready: open.filter(({ needs }) => needs.every(isDone)), waiting: open.filter(({ needs }) => !needs.every(isDone))
  }
}

const executor = (): Executor => slurmExecutor({ slurm: SLURM_DEFAULTS, commands: slurm, pollMs: 0, command: () => ['work'] })
const dependencies = (): (string | undefined)[] => slurm.scripts.map((script) => /--dependency=(\S+)/.exec(script)?.[1])

describe('submitting', () => {
  it('submits all runs at once, those that need others with a dependency, and none twice', async () => {
    const one = executor()
    const work = workOf(['a', 'b', 'c<a', 'd<a', 'e<c'])
    for (let i = 0; i < 3; i++) await one.tick(work)
    expect(dependencies()).toEqual([undefined, 'afterok:10_0', 'afterok:20_0'])
    expect(slurm.live()).toEqual(['10_0', '10_1', '20_0', '20_1', '30_0'])
    expect(one.states().get('c')).toEqual({ state: 'submitted', reason: 'job 20_0 waits behind jobs of higher priority' })
  })

  it('waits for nothing that is done', async () => {
    await executor().tick(workOf(['a', 'b<a'], { a: 'done' }))
    expect(dependencies()).toEqual([undefined])
    expect(slurm.live()).toEqual(['10_0'])
  })

  it('submits a run with a condition, and what needs it, only once it is known to be needed', async () => {
    const onlyIf = { tasks: ['vqa'], shorter: ['a'], longer: ['b'], margin: 0.01, like: 'b', keep: 1 } as const
    const conditional = (states: Readonly<Record<string, StudyRunState>>): StudyWork => {
      const work = workOf(['a', 'b', 'c<b', 'd<c', 'e<b'], states)
      const of = (runs: readonly PlannedRun[]): PlannedRun[] => runs.map((run) => (run.id === 'c' ? { ...run, onlyIf } : run))
      return { ...work, ready: of(work.ready), waiting: of(work.waiting) }
    }
    const one = executor()
    await one.tick(conditional({}))
    expect([...one.states().keys()].sort()).toEqual(['a', 'b', 'e'])
    await one.tick(conditional({ a: 'done', b: 'done', e: 'done' }))
    expect([...one.states().keys()]).toEqual(expect.arrayContaining(['c', 'd']))
  })

  it('waits for nothing that turned out not to be needed', async () => {
    await executor().tick({ ...workOf(['a', 'b<a'], { a: 'not-needed' }), waiting: workOf(['a', 'b<a']).waiting })
    expect([dependencies(), slurm.live()]).toEqual([[undefined], ['10_0']])
  })

  it('goes on under another runner without a second submission', async () => {
    await executor().tick(workOf(['a', 'b<a']))
    slurm.set('10_0', 'running', 'RUNNING')
    const next = executor()
    await next.tick(workOf(['a', 'b<a'], { a: 'running' }))
    expect(slurm.scripts).toHaveLength(2)
    expect(next.jobs(CONTROL)).toBe(1)
    expect(next.states().get('a')?.reason).toBe('job 10_0 runs on n1')
  })

  it('finds a submission again whose runner was killed before it knew the number', async () => {
    slurm.next = 'heard'
    await executor().tick(workOf(['a']))
    slurm.next = 'taken'
    const next = executor()
    for (let i = 0; i < 3; i++) await next.tick(workOf(['a']))
    expect(slurm.scripts).toHaveLength(1)
    expect(next.states().get('a')?.reason).toContain('job 10_0')
  })

  it('submits anew what never arrived, but only after Slurm had time to answer', async () => {
    slurm.next = 'lost'
    const one = executor()
    await one.tick(workOf(['a']))
    expect(one.states().get('a')?.reason).toContain('Slurm does not answer (sbatch: Socket timed out)')
    slurm.next = 'taken'
    await one.tick(workOf(['a']))
    expect(slurm.scripts).toHaveLength(0)
    vi.useFakeTimers({ now: Date.now() + 16_000, toFake: ['Date'] })
    await one.tick(workOf(['a']))
    expect(slurm.scripts).toHaveLength(1)
  })

  it('says why Slurm refuses, and leaves nothing behind', async () => {
    slurm.next = 'refused'
    await expect(executor().tick(workOf(['a']))).rejects.toThrow('invalid partition specified: nope')
    expect(readdirSync(join(root, 'studies', '.slurm')).filter((name) => name.endsWith('.json'))).toEqual([])
  })

  it('changes how many run at a time while they run', async () => {
    const one = executor()
    await one.tick(workOf(['a', 'b']))
    await one.tick(workOf(['a', 'b'], {}, { jobs: 1 }))
    await one.tick(workOf(['a', 'b'], {}, { jobs: 1 }))
    expect(slurm.throttled).toEqual([1])
  })
})

describe('following', () => {
  it('submits again what was cancelled, lost its node or left the queue unseen, to go on from its checkpoint', async () => {
    const one = executor()
    await one.tick(workOf(['a', 'b', 'c']))
    slurm.set('10_0', 'ended', 'CANCELLED')
    slurm.set('10_1', 'ended', 'NODE_FAIL')
    slurm.elements = slurm.elements.filter(({ index }) => index !== 2)
    await one.tick(workOf(['a', 'b', 'c'], { a: 'interrupted' }))
    expect(slurm.live()).toEqual(['20_0', '20_1', '20_2'])
  })

  it('leaves an element alone that Slurm puts back into the queue', async () => {
    const one = executor()
    await one.tick(workOf(['a']))
    slurm.set('10_0', 'waiting', 'PENDING', 'BeginTime')
    await one.tick(workOf(['a'], { a: 'interrupted' }))
    expect(slurm.scripts).toHaveLength(1)
    expect(one.states().get('a')?.reason).toContain('starts again soon, from its last checkpoint')
  })

  it('gives up a run whose jobs end without a word of it, says where their output is, and tries again after a retry', async () => {
    const one = executor()
    const endLast = (): void => slurm.set(slurm.live()[0] ?? '', 'ended', 'FAILED')
    for (let i = 0; i < 3; i++) {
      await one.tick(workOf(['a']))
      endLast()
    }
    await expect(one.tick(workOf(['a']))).rejects.toThrow(/1 run of the study could not be carried out.*job 30_0 failed on n1.*\.slurm\/logs\/12in1-multitask.*study retry/)
    await one.tick(workOf(['a'], {}, { retry: { before: Date.now() + 1, runs: null } }))
    expect(slurm.live()).toEqual(['40_0'])
  })

  it('does not give up a run that gets on', async () => {
    const one = executor()
    const events = join(root, 'runs', 'a', 'events.jsonl')
    mkdirSync(join(root, 'runs', 'a'), { recursive: true })
    for (let i = 0; i < 5; i++) {
      await one.tick(workOf(['a']))
      await new Promise((resolve) => setTimeout(resolve, 5))
      writeFileSync(events, String(i))
      slurm.set(slurm.live()[0] ?? '', 'ended', 'TIMEOUT')
    }
    await one.tick(workOf(['a']))
    expect(slurm.live()).toEqual(['60_0'])
  })

  it('does not ask a controller more often than it should be', async () => {
    const one = slurmExecutor({ slurm: SLURM_DEFAULTS, commands: slurm, command: () => ['work'] })
    for (let i = 0; i < 10; i++) await one.tick(workOf(['a']))
    expect(slurm.queue.mock.calls.length).toBe(0)
    vi.useFakeTimers({ now: Date.now() + 6000, toFake: ['Date'] })
    for (let i = 0; i < 10; i++) await one.tick(workOf(['a']))
    expect(slurm.queue.mock.calls.length).toBe(1)
  })
})

describe('halting', () => {
  it('tells the status why runs wait, until the study is halted', async () => {
    const one = executor()
    const work = workOf(['a', 'b'])
    await one.tick(work)
    await one.tick(work)
    expect([...submittedReasons(work.places)]).toEqual(['a', 'b'].map((id, i) => [id, `job 10_${i} waits behind jobs of higher priority`]))
    await one.halt(work, 'pause')
    expect(submittedReasons(work.places).size).toBe(0)
  })

  it('takes what waits out of the queue, tells what runs to save, and goes on later', async () => {
    const one = executor()
    const work = workOf(['a', 'b'])
    await one.tick(work)
    slurm.set('10_0', 'running', 'RUNNING')
    await one.halt(work, 'pause')
    const hold = join(root, 'studies', '.slurm', 'multitask.paused')
    expect([slurm.told, slurm.live(), existsSync(hold)]).toEqual([['10_0'], ['10_0'], true])
    slurm.set('10_0', 'ended', 'FAILED')
    const next = executor()
    await next.tick(workOf(['a', 'b'], { a: 'paused' }))
    expect([slurm.live(), existsSync(hold)]).toEqual([['20_0', '20_1'], false])
  })

  it('cancels everything of its own study and nothing else', async () => {
    const one = executor()
    await one.tick(workOf(['a', 'b']))
    await one.tick({ ...workOf(['c']), study: 'transfer' })
    slurm.set('10_0', 'running', 'RUNNING')
    await one.halt(workOf(['a', 'b']), 'cancel')
    expect(slurm.live()).toEqual(['20_0'])
  })
})
