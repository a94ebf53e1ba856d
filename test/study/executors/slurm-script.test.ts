// The batch script, also run by bash with stand-ins for Slurm's commands: what becomes of an element, by how its run ended.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SLURM_DEFAULTS, parseSlurmOptions } from '../../../src/study/executors/slurm-options'
import { batchOptions, batchScript, quoted, ranges } from '../../../src/study/executors/slurm-script'

function request(folder: string, command: readonly string[] = ['true'], dependency = ''): Parameters<typeof batchScript>[0] {
  return {
    name: '12in1-multitask-1', comment: "a study's runs", dependency, command, options: SLURM_DEFAULTS, variables: { NAME: 'a b' }, logs: join(folder, 'logs'),
    holdFile: join(folder, 'multitask.paused'), runs: [{ index: 4, id: 'cafe', folder: join(folder, 'runs', 'cafe') }]
  }
}

describe('options', () => {
  it('ask for what was given and no more', () => {
    const options = parseSlurmOptions(['partition=gpu', 'account=lab', 'time=1-12:00:00', 'memory=16G', 'gpus=1', 'cpus=4', 'atOnce=8', 'warning=120'])
    const lines = batchOptions({ ...request('/shared'), options, dependency: 'afterok:3_1' })
    expect(lines).toEqual([
      '--job-name=12in1-multitask-1', "--comment='a study'\\''s runs'", '--array=4%8', '--dependency=afterok:3_1', '--kill-on-invalid-dep=yes', '--partition=gpu', '--account=lab',
      '--time=1-12:00:00', '--mem=16G', '--gres=gpu:1', '--nodes=1', '--ntasks=1', '--cpus-per-task=4', '--requeue', '--open-mode=append', '--signal=B:TERM@120', '--output=/shared/logs/%x-%a.log'
    ])
    expect(batchOptions(request('/shared')).some((line) => /gres|partition|dependency|mem/.test(line))).toBe(false)
  })

  it('are refused together, each with what is allowed', () => {
    expect(() => parseSlurmOptions(['time=soon', 'gpu=1', 'cpus=0'])).toThrow(
      "Slurm option 'time' is 'soon'; allowed: minutes, hours:minutes:seconds or days-hours:minutes:seconds.\nSlurm option 'gpu' is unknown; nearest: gpus, cpus, qos.\nSlurm option 'cpus' is '0'; allowed: a whole number from 1.")
  })

  it('write numbers as ranges and texts as words of a shell', () => {
    expect(ranges([7, 1, 0, 2, 9, 8])).toBe('0-2,7-9')
    const text = "it's $HOME `x` \"y\""
    expect(spawnSync('bash', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' }).stdout).toBe(text)
  })
})

describe('an element', () => {
  /** A folder with stand-ins for squeue (state of the job) and scontrol (writes what it was told). */
  function place(jobState: string): { folder: string; run: string; env: NodeJS.ProcessEnv } {
    const folder = mkdtempSync(join(tmpdir(), 'slurm-script-'))
    const run = join(folder, 'runs', 'cafe')
    for (const made of [run, join(folder, 'bin')]) mkdirSync(made, { recursive: true })
    const program = (name: string, text: string): void => writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 })
    program('squeue', `echo ${jobState}`)
    program('scontrol', `echo "$@" >> ${folder}/told; exit 1`)
    return { folder, run, env: { ...process.env, PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, SLURM_ARRAY_TASK_ID: '4', SLURM_JOB_ID: '12', SLURM_RESTART_COUNT: '0' } }
  }

  function ended(states: readonly string[], commandText: string, { jobState = 'RUNNING', paused = false, restarts = '0', number = '4' } = {}): { status: number | null; told: string } {
    const { folder, run, env } = place(jobState)
    if (states.length > 0) writeFileSync(join(run, 'events.jsonl'), states.map((state, i) => `{"kind":"state","state":"${state}","sequence":${i}}\n{"kind":"stopAndGo","state":"go"}\n`).join(''))
    if (paused) writeFileSync(join(folder, 'multitask.paused'), '')
    const script = batchScript(request(folder, ['bash', '-c', commandText, 'work']))
    const { status } = spawnSync('bash', ['-s'], { input: script, env: { ...env, SLURM_RESTART_COUNT: restarts, SLURM_ARRAY_TASK_ID: number }, encoding: 'utf8' })
    const told = join(folder, 'told')
    return { status, told: existsSync(told) ? readFileSync(told, 'utf8').trim() : '' }
  }

  it('ends well when the run is done, and when a measure without a run folder is', () => {
    expect(ended(['running', 'done'], 'exit 0')).toEqual({ status: 0, told: '' })
    expect(ended([], 'exit 0')).toEqual({ status: 0, told: '' })
  })

  it('goes back into the queue when the run was paused', () => {
    expect(ended(['running', 'paused'], 'exit 0')).toEqual({ status: 75, told: 'requeue 12' })
  })

  it('leaves that to Slurm when Slurm ends the job, and does not while the study is paused', () => {
    expect(ended(['running', 'paused'], 'exit 0', { jobState: 'COMPLETING' })).toEqual({ status: 75, told: '' })
    expect(ended(['running', 'paused'], 'exit 0', { paused: true })).toEqual({ status: 75, told: '' })
  })

  it('goes back when the process was killed, but not for ever', () => {
    expect(ended(['running'], 'kill -9 $$')).toEqual({ status: 75, told: 'requeue 12' })
    expect(ended(['running'], 'kill -9 $$', { restarts: '5' })).toEqual({ status: 137, told: '' })
  })

  it('fails when the run failed, was stopped by hand, or the number means no run', () => {
    expect(ended(['running', 'failed'], 'exit 1').status).toBe(1)
    expect(ended(['running', 'stopped'], 'exit 0').status).toBe(3)
    expect(ended(['done'], 'exit 0', { number: '9' }).status).toBe(2)
  })

  it('gives the command its variables and the run id as its last word', () => {
    const { folder, env } = place('RUNNING')
    spawnSync('bash', ['-s'], { input: batchScript(request(folder, ['bash', '-c', `echo "$NAME" "$@" > ${folder}/words`, 'work', 'multitask'])), env })
    expect(readFileSync(join(folder, 'words'), 'utf8')).toBe('a b multitask cafe\n')
  })

  it('hands SIGTERM on and waits until the run has saved', async () => {
    const { folder, env } = place('RUNNING')
    const saves = `trap 'sleep 0.4; echo saved >> ${folder}/saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done`
    const script = join(folder, 'script.sh')
    writeFileSync(script, batchScript(request(folder, ['bash', '-c', saves, 'work'])))
    const child = spawn('bash', [script], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGTERM')
    await new Promise((resolve) => child.on('exit', resolve))
    expect(readFileSync(join(folder, 'saved'), 'utf8')).toBe('saved\n')
  })
})
