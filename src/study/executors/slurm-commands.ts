// Slurm's own commands, and one clear message for each way they fail. Nothing here remembers anything.
// Read next: slurm-jobs.ts, slurm-executor.ts.

import { type ExecFileException, execFile } from 'node:child_process'
import { WorkbenchError } from '../../contract/check'
import { type ArrayElement, SACCT_FORMAT, SQUEUE_FORMAT, parseSacct, parseSqueue, parseSubmitted } from './slurm-jobs'

export interface CommandResult {
  /** Exit status; `absent` where the program is not on this machine, `silent` where it gave no answer in time. */
  readonly status: number | 'absent' | 'silent'
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program with words and a text as its input. Tests put recorded answers in its place. */
export type RunCommand = (program: string, words: readonly string[], input?: string) => Promise<CommandResult>

/** Slurm does not answer now (restarting, network): what was asked may or may not have happened; try again later. */
export class SlurmSilent extends Error {}

const TIMEOUT_MS = 60_000

export const runCommand: RunCommand = (program, words, input = '') =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' }
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ status: error === null ? 0 : error.code === 'ENOENT' ? 'absent' : error.killed ? 'silent' : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    const child = execFile(program, [...words], { env, encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 1 << 28 }, done)
    // A program that ends before it has read its input breaks the pipe; its exit status says the rest.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })

export interface Slurm {
  /** Submits a script; the array's number. Throws a WorkbenchError where Slurm refuses, SlurmSilent where it does not answer. */
  submit(script: string): Promise<number>
  /** Elements of the named submissions that Slurm still knows. */
  queue(names: readonly string[]): Promise<ArrayElement[]>
  /** What accounting remembers of elements that have left the queue; empty where none is kept. */
  history(names: readonly string[], since: Date): Promise<ArrayElement[]>
  /** Takes elements (`12_3`) out of the queue, and ends them where they run. */
  cancel(elements: readonly string[]): Promise<void>
  /** Tells running elements to save and end. */
  tellToLeave(elements: readonly string[]): Promise<void>
  /** Changes how many elements of an array may run at a time; 0 for no limit. */
  throttle(jobId: number, atOnce: number): Promise<void>
}

export function slurmCommands(run: RunCommand = runCommand): Slurm {
  const ask = async (program: string, words: readonly string[], input?: string): Promise<string> => {
    const result = await run(program, words, input)
    if (result.status === 0) return result.stdout
    throw failureOf(program, result)
  }
  /** Elements that have ended meanwhile are no failure. */
  const end = async (words: readonly string[], elements: readonly string[]): Promise<void> => {
    for (const part of parts(elements, 500)) {
      try {
        await ask('scancel', [...words, ...part])
      } catch (error) {
        if (!(error instanceof WorkbenchError) || !/invalid job id|already complet|not running/i.test(error.message)) throw error
      }
    }
  }
  return {
    async submit(script) {
      const id = parseSubmitted(await ask('sbatch', ['--parsable'], script))
      if (id === undefined) throw new SlurmSilent('sbatch gave no job number')
      return id
    },
    async queue(names) {
      const found: ArrayElement[] = []
      for (const part of parts(names, 100)) found.push(...parseSqueue(await ask('squeue', ['--noheader', '--array', '--states=all', `--name=${part.join(',')}`, `--format=${SQUEUE_FORMAT}`])))
      return found
    },
    async history(names, since) {
      if (names.length === 0) return []
      const from = since.toISOString().slice(0, 10)
      const result = await run('sacct', ['--noheader', '--parsable2', '--array', `--starttime=${from}`, `--name=${names.join(',')}`, `--format=${SACCT_FORMAT}`])
      // Without accounting sacct fails or says nothing: the run folders tell how it ended.
      return result.status === 0 ? parseSacct(result.stdout) : []
    },
    cancel: (elements) => end([], elements),
    tellToLeave: (elements) => end(['--batch', '--signal=TERM'], elements),
    async throttle(jobId, atOnce) {
      await ask('scontrol', ['update', `JobId=${jobId}`, `ArrayTaskThrottle=${atOnce}`])
    }
  }
}

function parts<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/invalid partition/i, 'Give one that `sinfo` lists, with --slurm partition=….'],
  [/invalid account|account.*not permitted|Invalid account or account\/partition/i, 'Give one of yours with --slurm account=…; `sacctmgr show associations` lists them.'],
  [/invalid qos/i, 'Leave --slurm qos=… out or give one that you may use.'],
  [/invalid feature/i, 'Give a node feature that `sinfo --format=%f` lists, with --slurm constraint=….'],
  [/invalid --time|invalid time|time limit/i, 'Give a time like 12:00:00 with --slurm time=….'],
  [/memory specification|requested node configuration|more processors/i, 'No node of the partition has that many cores, GPUs or so much memory; ask for less with --slurm gpus=, cpus=, memory=.'],
  [/invalid.*(gres|generic resource)/i, 'This cluster has no such GPUs; leave --slurm gpus=… out.'],
  [/array.*(limit|size)|invalid job array/i, 'The cluster allows fewer elements in an array.'],
  [/limit|QOSMax|AssocMax/i, 'Your share of the cluster is used up; try again when jobs have ended.']
]

const SILENT = /unable to contact slurm|socket timed out|connect(ion)? (failure|refused|timed)|communication|zero bytes|temporarily|try again|slurmctld.*down|transport/i

/** The failure of a command as one message: what, the reason in Slurm's words, what to do. */
export function failureOf(program: string, { status, stdout, stderr }: CommandResult): Error {
  if (status === 'absent') {
    return new WorkbenchError(`Slurm's command '${program}' is not on this machine. Run the study on a login node of the cluster, or with --executor local.`)
  }
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.replace(/^\w+: (error|fatal): /, '').trim()).filter((line) => line !== '')
  const said = [...new Set(lines)].slice(0, 3).join('; ') || `exit status ${status}`
  if (status === 'silent' || SILENT.test(said)) return new SlurmSilent(`${program}: ${status === 'silent' ? 'no answer' : said}`)
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1]
  return new WorkbenchError(`Slurm refused (${program}): ${said}.${remedy === undefined ? '' : ` ${remedy}`}`)
}
