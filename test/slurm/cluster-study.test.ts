// A study on a real Slurm with one node: killed and preempted jobs go on from their checkpoints, a killed runner is replaced
// without a second submission, a drained node is waited for. Needs root on Debian or Ubuntu. Read next: one-node.mjs.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StudyPlan, StudyStatus } from '../../src/contract/study'
import { slurmCommands } from '../../src/study/executors/slurm-commands'
import { SLURM_DEFAULTS } from '../../src/study/executors/slurm-options'
import type { Submission } from '../../src/study/executors/slurm-records'
import { batchScript } from '../../src/study/executors/slurm-script'
import { eventsOf } from '../training/interrupted-run'
import { tinyWorld } from '../training/tiny-world'
import { startOneNode, whyNoSlurm } from './one-node.mjs'

const program = fileURLToPath(new URL('../../out/cli/main.cjs', import.meta.url))
const why = whyNoSlurm()
if (why !== '') process.stderr.write(`The tests on a real Slurm are skipped: ${why}\n`)

describe.skipIf(why !== '')('a study on Slurm', () => {
  let slurm: Awaited<ReturnType<typeof startOneNode>>
  const root = mkdtempSync(join(tmpdir(), 'slurm-study-'))
  const runners: ChildProcess[] = []

  beforeAll(async () => {
    slurm = await startOneNode()
    // slurmCommands runs in this process.
    Object.assign(process.env, { SLURM_CONF: slurm.env['SLURM_CONF'], PATH: slurm.env['PATH'] })
  }, 60_000)
  afterAll(() => {
    for (const runner of runners) if (runner.exitCode === null) runner.kill('SIGKILL')
    slurm?.stop()
  })

  const call = (name: string, ...words: string[]): string => spawnSync(name, words, { env: slurm.env, encoding: 'utf8' }).stdout
  const study = (...words: string[]): ReturnType<typeof spawnSync> => spawnSync(process.execPath, [program, 'study', ...words, '--out', root], { env: slurm.env, encoding: 'utf8' })
  const status = (): StudyStatus => JSON.parse(String(study('status', 'multitask', '--json').stdout)) as StudyStatus
  const startRunner = (): ChildProcess => {
    const runner = spawn(process.execPath, [program, 'study', 'run', 'multitask', '--out', root, '--json'], { env: slurm.env, stdio: ['ignore', 'pipe', 'pipe'] })
    runners.push(runner)
    return runner
  }
  const submissions = (): Submission[] => readdirSync(join(root, 'studies', '.slurm')).filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(root, 'studies', '.slurm', name), 'utf8')) as Submission)
  const elementsOf = (run: string): string[] => submissions().flatMap(({ jobId, elements }) => elements.flatMap((element) => (element.run === run ? [`${jobId}_${element.index}`] : [])))
  const folderOf = (run: string): string => join(root, 'runs', run)
  const starts = (run: string): (string | undefined)[] => eventsOf(folderOf(run)).flatMap((event) => (event.kind === 'state' && event.state === 'running' ? [event.reason] : []))

  /** Waits for something to be there. */
  async function until<T>(what: string, find: () => T | undefined, seconds = 60): Promise<T> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      const found = find()
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`After ${seconds} s there was no ${what}. ${call('squeue', '-r', '-t', 'all')}`)
  }

  /** A run with a process and a checkpoint, none of those given. */
  function running(but: readonly string[] = []): { run: string; processId: number } | undefined {
    const names = existsSync(join(root, 'runs')) ? readdirSync(join(root, 'runs')) : []
    for (const run of names.filter((name) => !but.includes(name))) {
      const lock = join(folderOf(run), 'lock')
      if (!existsSync(lock) || !existsSync(join(folderOf(run), 'events.jsonl'))) continue
      const last = eventsOf(folderOf(run)).filter(({ kind }) => kind === 'checkpoint' || kind === 'state').pop()
      if (last?.kind === 'checkpoint') return { run, processId: (JSON.parse(readFileSync(lock, 'utf8')) as { processId: number }).processId }
    }
    return undefined
  }

  /** Interrupts runs until one did not get to its end before; the run. */
  async function interrupted(but: readonly string[], how: 'interrupted' | 'paused', interrupt: (found: { run: string; processId: number }) => void): Promise<string> {
    for (;;) {
      const found = await until(`run to be ${how}`, () => running(but))
      interrupt(found)
      const { run } = found
      const last = await until(`end of run ${run}`, () => lastState(run, found.processId))
      if (last === how) return run
    }
  }

  /** How a process left its run; undefined while it is at work. */
  function lastState(run: string, processId: number): string | undefined {
    const [, after = ''] = readFileSync(join(folderOf(run), 'events.jsonl'), 'utf8').split(`"processId":${processId}`).slice(-2)
    const state = /"kind":"state","state":"(paused|done)"/.exec(after)?.[1]
    return state ?? (existsSync(`/proc/${processId}`) ? undefined : 'interrupted')
  }

  it('is done although jobs, the runner and the node fail it', async () => {
    const data = await tinyWorld()
    const settings = ['tasks=vqa,coco', 'iterations=60', 'validateEvery=60', 'checkpointEvery=5', 'validationExamples=8', `data=${data}`, 'backend=cpu']
    // The plan is written by a runner that is refused.
    const refused = study('run', 'multitask', '--executor', 'slurm', '--slurm', 'partition=nope', '--preset', 'tiny', '--seeds', '1,2', '--settings', 'st,at,at-st,st-equal,at-without-questions', '--set', ...settings)
    expect([refused.status, String(refused.stderr)]).toEqual([2, expect.stringContaining('invalid partition specified: nope')])
    expect(status().total).toBe(12)

    const first = spawn(process.execPath, [program, 'study', 'run', 'multitask', '--out', root, '--slurm', 'partition=test', 'time=30', 'memory=1000M', 'gpus=1'], { env: slurm.env, stdio: 'ignore' })
    runners.push(first)
    const killed = await interrupted([], 'interrupted', ({ processId }) => void call('kill', '-KILL', String(processId)))
    first.kill('SIGKILL')
    const second = startRunner()
    const preempted = await interrupted([killed], 'paused', () => void call('sbatch', '--partition=urgent', '--exclusive', '--output=/dev/null', '--wrap=true'))
    const cancelled = await interrupted([killed, preempted], 'paused', ({ run }) => void call('scancel', elementsOf(run)[0] ?? ''))

    call('scontrol', 'update', `nodename=${slurm.node}`, 'state=drain', 'reason=test')
    await until('drained node', () => (/drained/.test(call('sinfo', '--noheader', '--format=%T')) ? true : undefined))
    const done = status().done
    const waits = await until('run that waits for the node', () => status().runs.find(({ state, reason }) => state === 'submitted' && /drained/i.test(reason)), 20)
    expect(waits.reason).toMatch(/^job \d+_\d+ waits/)
    call('scontrol', 'update', `nodename=${slurm.node}`, 'state=resume')

    const ended = new Promise((resolve) => second.on('exit', resolve))
    let printed = ''
    second.stdout?.on('data', (chunk) => (printed += String(chunk)))
    await ended
    expect(JSON.parse(printed)).toEqual({ study: 'multitask', end: 'done', runs: 12, done: 12, notNeeded: 0 })
    expect(done).toBeLessThan(12)

    // Each went on from a checkpoint: two by themselves in the same element, the cancelled one by a new submission.
    for (const run of [killed, preempted, cancelled]) expect(starts(run)[1], run).toMatch(/^goes on from checkpoint step-\d+$/)
    expect([killed, preempted, cancelled].map((run) => elementsOf(run).length)).toEqual([1, 1, 2])
    for (const run of [killed, preempted]) expect(call('scontrol', 'show', 'job', elementsOf(run)[0] ?? '')).toMatch(/ Restarts=[1-9]/)
    // Nothing else was submitted twice, whoever was killed, but what had waited for the cancelled run and left the queue with it.
    const { runs } = JSON.parse(readFileSync(join(root, 'studies', 'multitask', 'plan.json'), 'utf8')) as StudyPlan
    const others = runs.filter(({ id, needs }) => id !== cancelled && !needs.includes(cancelled))
    expect(others.map(({ id }) => elementsOf(id).length)).toEqual(others.map(() => 1))
    expect(others.length).toBeGreaterThanOrEqual(9)
    for (const { id } of status().runs) expect(spawnSync(process.execPath, [program, 'runs', 'verify', folderOf(id)], { encoding: 'utf8' }).stdout).toContain('nothing is wrong')
  }, 300_000)

  it('matches the elements of two arrays one to one, and takes those out whose parent failed', async () => {
    const commands = slurmCommands()
    const request = (name: string, dependency: string, command: string): Parameters<typeof batchScript>[0] => ({
      name, comment: '', dependency, options: SLURM_DEFAULTS, variables: {}, logs: root, holdFile: join(root, 'hold'),
      command: ['bash', '-c', command, 'work'], runs: ['good', 'bad'].map((id, index) => ({ index, id, folder: join(root, id) }))
    })
    const parents = await commands.submit(batchScript(request('parents', '', 'sleep 1; [ "$1" = good ]')))
    await commands.submit(batchScript(request('children', `aftercorr:${parents}`, 'true')))
    let states: string[] = []
    for (let tries = 0; tries < 100 && !(states.length === 2 && states.every((state) => /COMPLETED|CANCELLED/.test(state))); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      states = (await commands.queue(['children'])).sort((a, b) => a.index - b.index).map(({ state }) => state)
    }
    expect(states).toEqual(['COMPLETED', 'CANCELLED'])
  }, 60_000)
})
