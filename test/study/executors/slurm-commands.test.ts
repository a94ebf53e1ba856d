// Slurm's answers as recorded from Slurm 22.05 (Debian 12), and one message for each way a command fails.

import { describe, expect, it } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { type CommandResult, type RunCommand, SlurmSilent, failureOf, runCommand, slurmCommands } from '../../../src/study/executors/slurm-commands'
import { isHopeless, parseSacct, parseSqueue, parseSubmitted, phaseOf, wordsOf } from '../../../src/study/executors/slurm-jobs'

const failed = (stderr: string): CommandResult => ({ status: 1, stdout: '', stderr })

describe('squeue', () => {
  const text = [
    '1|2|12in1-a|COMPLETED|vm|None', '5|0|12in1-b|PENDING||BeginTime', '5|1|12in1-b|RUNNING|vm|None', '6|N/A|wrap|PENDING||Dependency',
    '7|3|12in1-c|FAILED|vm|NonZeroExitCode', '2|0|12in1-d|FAILED||BadConstraints', 'slurm_load_jobs warning: something', '8|0|12in1-e|PENDING||ReqNodeNotAvail, UnavailableNodes:vm', ''
  ].join('\n')

  it('gives the elements of arrays, and leaves out other jobs, other lines and refused submissions', () => {
    expect(parseSqueue(text).map(({ jobId, index, phase }) => [jobId, index, phase])).toEqual([[1, 2, 'ended'], [5, 0, 'waiting'], [5, 1, 'running'], [7, 3, 'ended'], [8, 0, 'waiting']])
  })

  it('says in words why an element is where it is', () => {
    expect(parseSqueue(text).map(wordsOf)).toEqual([
      'has ended on vm', 'was interrupted; starts again soon, from its last checkpoint', 'runs on vm', 'failed on vm',
      'waits: nodes are drained or down (ReqNodeNotAvail, UnavailableNodes:vm)'
    ])
  })

  it('tells an element that waits from one that can never start', () => {
    const [patient, hopeless] = parseSqueue('4|0|a|PENDING||Resources\n4|1|a|PENDING||PartitionTimeLimit')
    expect([patient, hopeless].map((element) => element && isHopeless(element))).toEqual([false, true])
    expect(hopeless && wordsOf(hopeless)).toBe('asks for more time than the partition allows; give a smaller time with --slurm time=…')
  })

  it('takes states that carry more than one word', () => {
    expect(['CANCELLED by 1000', 'PENDING+REQUEUED', 'COMPLETING+CANCELLED', 'NODE_FAIL', 'PREEMPTED'].map(phaseOf)).toEqual(['ended', 'waiting', 'running', 'ended', 'ended'])
  })
})

describe('sacct', () => {
  it('gives elements and leaves out their steps', () => {
    const text = '12_0|12in1-a|COMPLETED|vm\n12_0.batch|batch|COMPLETED|vm\n12_1|12in1-a|CANCELLED by 0|None assigned\n12_[2-3]|12in1-a|PENDING|None assigned'
    expect(parseSacct(text).map((element) => [element.index, element.phase, wordsOf(element)])).toEqual([[0, 'ended', 'has ended on vm'], [1, 'ended', 'was cancelled']])
  })

  it('is done without where no accounting is kept', async () => {
    const slurm = slurmCommands(async () => failed('Slurm accounting storage is disabled\n'))
    expect(await slurm.history(['a'], new Date(0))).toEqual([])
  })
})

describe('sbatch', () => {
  it('gives the number of the array, with or without a cluster name, after warnings', () => {
    expect(['17\n', '17;one\n', 'sbatch: a warning\n17\n', 'nothing', ''].map(parseSubmitted)).toEqual([17, 17, 17, undefined, undefined])
  })

  it.each([
    ['sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified',
      'Slurm refused (sbatch): invalid partition specified: nope; Batch job submission failed: Invalid partition name specified. Give one that `sinfo` lists, with --slurm partition=….'],
    ['sbatch: error: Batch job submission failed: Requested node configuration is not available',
      'Slurm refused (sbatch): Batch job submission failed: Requested node configuration is not available. No node of the partition has that many cores, GPUs or so much memory; ask for less with --slurm gpus=, cpus=, memory=.'],
    ['sbatch: error: Invalid --time specification', 'Slurm refused (sbatch): Invalid --time specification. Give a time like 12:00:00 with --slurm time=….'],
    ['sbatch: error: Batch job submission failed: Invalid feature specification',
      'Slurm refused (sbatch): Batch job submission failed: Invalid feature specification. Give a node feature that `sinfo --format=%f` lists, with --slurm constraint=….'],
    ['sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified',
      'Slurm refused (sbatch): Batch job submission failed: Invalid account or account/partition combination specified. Give one of yours with --slurm account=…; `sacctmgr show associations` lists them.']
  ])('is refused with its reason and what to do: %s', (stderr, message) => {
    expect(failureOf('sbatch', failed(stderr))).toEqual(new WorkbenchError(message))
  })

  it('is absent: says where to run instead', async () => {
    const result = await runCommand('no-such-program-of-slurm', [])
    expect(result.status).toBe('absent')
    expect(failureOf('sbatch', result)).toEqual(new WorkbenchError("Slurm's command 'sbatch' is not on this machine. Run the study on a login node of the cluster, or with --executor local."))
  })

  it.each(['sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)', 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'])(
    'may have been heard or not: %s', (stderr) => {
      expect(failureOf('sbatch', failed(stderr))).toBeInstanceOf(SlurmSilent)
    })

  it('gets the script as its input', async () => {
    expect((await runCommand('cat', ['-'], '#!/bin/bash\n')).stdout).toBe('#!/bin/bash\n')
  })
})

it('cancels elements that have ended meanwhile without a failure, and says every other one', async () => {
  const answer = (stderr: string): RunCommand => async () => failed(stderr)
  await slurmCommands(answer('scancel: error: Kill job error on job id 9_1: Invalid job id specified')).cancel(['9_1'])
  await expect(slurmCommands(answer('scancel: error: Access/permission denied')).cancel(['9_1'])).rejects.toThrow('Slurm refused (scancel): Access/permission denied.')
})
