// The batch script of a job array: each element trains one run folder, from its last checkpoint if it has one. Whatever
// interrupts it (time limit, preemption, a crash) the element goes back into the queue; only a finished or failed run ends it.
// Read next: slurm-executor.ts, slurm-options.ts.

import type { SlurmOptions } from './slurm-options'

export interface ScriptRun {
  /** Number of the element in its array. */
  readonly index: number
  readonly id: string
  /** Absolute path of the run folder, the same on every node; a measure has none there. */
  readonly folder: string
}

export interface ScriptRequest {
  /** Unique; a submission that was not recorded is found again by it. */
  readonly name: string
  readonly comment: string
  readonly runs: readonly ScriptRun[]
  /** As Slurm writes it, for example `afterok:12_3:12_5`; empty for none. */
  readonly dependency: string
  readonly options: SlurmOptions
  /** The command that carries out a run; its id is added as the last word. */
  readonly command: readonly string[]
  /** Variables that the command needs, for example LD_LIBRARY_PATH. */
  readonly variables: Readonly<Record<string, string>>
  /** Folder for what the jobs print. */
  readonly logs: string
  /** While this file exists, the study is paused: nothing goes back into the queue by itself. */
  readonly holdFile: string
}

/** A job that is killed again after so many restarts is given up. */
const RESTARTS_ALLOWED = 5

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`
}

/** The options of sbatch, one a line of the script. */
export function batchOptions({ name, comment, runs, dependency, options, logs }: ScriptRequest): string[] {
  const { partition, account, qos, constraint, time, memory, gpus, cpus, atOnce, warning } = options
  const given = (key: string, value: string | undefined): string[] => (value === undefined || value === '' ? [] : [`--${key}=${value}`])
  return [
    `--job-name=${name}`,
    `--comment=${quoted(comment)}`,
    `--array=${ranges(runs.map(({ index }) => index))}${atOnce > 0 ? `%${atOnce}` : ''}`,
    ...given('dependency', dependency),
    // A run whose parent failed can never start: it shall not wait for ever.
    ...(dependency === '' ? [] : ['--kill-on-invalid-dep=yes']),
    ...given('partition', partition), ...given('account', account), ...given('qos', qos), ...given('constraint', constraint),
    ...given('time', time), ...given('mem', memory),
    ...(gpus > 0 ? [`--gres=gpu:${gpus}`] : []),
    '--nodes=1', '--ntasks=1', `--cpus-per-task=${cpus}`,
    '--requeue', '--open-mode=append', `--signal=B:TERM@${warning}`,
    `--output=${quoted(`${logs}/%x-%a.log`)}`
  ]
}

/** `0-3,7` for the numbers 0, 1, 2, 3 and 7. */
export function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = parts[parts.length - 1]
    if (last && last[1] === number - 1) last[1] = number
    else parts.push([number, number])
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')
}

export function batchScript(request: ScriptRequest): string {
  const { runs, options, command, variables } = request
  return [
    '#!/bin/bash',
    ...batchOptions(request).map((option) => `#SBATCH ${option}`),
    '',
    'case "$SLURM_ARRAY_TASK_ID" in',
    ...runs.map(({ index, id, folder }) => `  ${index}) id=${quoted(id)}; run=${quoted(folder)} ;;`),
    '  *) echo "No run has the number $SLURM_ARRAY_TASK_ID." >&2; exit 2 ;;',
    'esac',
    '',
    ...Object.entries(variables).map(([key, value]) => `export ${key}=${quoted(value)}`),
    ...(options.setUp === undefined ? [] : [options.setUp]),
    '',
    '# Time limit, preemption, pause: the run writes a checkpoint and ends. The shell waits for that.',
    'told=; child=',
    'trap \'told=yes; [ -n "$child" ] && kill -TERM "$child" 2>/dev/null\' TERM',
    `${command.map(quoted).join(' ')} "$id" </dev/null &`,
    'child=$!',
    'if [ -n "$told" ]; then kill -TERM "$child"; fi # told before there was anyone to tell',
    'wait "$child"; status=$?',
    'while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done',
    'trap - TERM',
    ...ending(request),
    ''
  ].join('\n')
}

/** What becomes of the element: the run folder says how the run ended, for measures the exit status. */
function ending({ holdFile }: ScriptRequest): string[] {
  return [
    '',
    'state=$(tail -n 50 "$run/events.jsonl" 2>/dev/null | grep -o \'"kind":"state","state":"[a-z]*"\' | tail -n 1 | cut -d\'"\' -f8)',
    'if [ "$status" -eq 0 ] && { [ -z "$state" ] || [ "$state" = done ]; }; then exit 0; fi',
    '# Back into the queue, unless Slurm itself is ending the job (preemption, scancel) or the study is paused.',
    'requeue() {',
    `  if [ "$(squeue --noheader --job="$SLURM_JOB_ID" --format=%T)" = RUNNING ] && [ ! -e ${quoted(holdFile)} ]; then`,
    '    scontrol requeue "$SLURM_JOB_ID" && sleep 60',
    '  fi',
    '  exit 75',
    '}',
    'if [ "$state" = paused ] && [ "$status" -le 128 ]; then requeue; fi',
    'if [ "$status" -gt 128 ]; then',
    '  echo "killed by signal $((status - 128)); restart ${SLURM_RESTART_COUNT:-0}" >&2',
    `  if [ "\${SLURM_RESTART_COUNT:-0}" -lt ${RESTARTS_ALLOWED} ]; then requeue; fi`,
    'fi',
    'if [ "$status" -eq 0 ]; then exit 3; fi # stopped by hand: what needs this run shall not start',
    'exit "$status"'
  ]
}
