// What Slurm says of the elements of job arrays: lines of squeue, or of sacct where accounting is kept. Pure.
// Read next: slurm-commands.ts, slurm-executor.ts.

/** `waiting`: in the queue. `running`: on a node, starting or ending there. `ended`: will not run again by itself. */
export type ElementPhase = 'waiting' | 'running' | 'ended'

export interface ArrayElement {
  /** Name of the submission. */
  readonly name: string
  /** Number of the whole array. */
  readonly jobId: number
  readonly index: number
  readonly phase: ElementPhase
  /** Slurm's word for the state, for example PENDING or NODE_FAIL. */
  readonly state: string
  /** Slurm's word for why it waits or ended. */
  readonly reason: string
  /** `%N`: where it runs or ran. */
  readonly node: string
}

/** Asked of squeue; the reason may contain anything and is last. */
export const SQUEUE_FORMAT = '%F|%K|%j|%T|%N|%r'
export const SACCT_FORMAT = 'JobID,JobName,State,NodeList'

const WAITING = ['PENDING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT', 'RESV_DEL_HOLD']
const RUNNING = ['RUNNING', 'CONFIGURING', 'COMPLETING', 'SUSPENDED', 'STOPPED', 'SIGNALING', 'STAGE_OUT', 'RESIZING']

/** A state may carry more: `CANCELLED by 1000`, `PENDING+REQUEUED`. */
export function phaseOf(state: string): ElementPhase {
  const words = state.split(/[+ ]/)
  if (words.some((word) => RUNNING.includes(word))) return 'running'
  return words.some((word) => WAITING.includes(word)) ? 'waiting' : 'ended'
}

/** Lines of `squeue --array --format=SQUEUE_FORMAT`; other lines (warnings) are left out. */
export function parseSqueue(text: string): ArrayElement[] {
  return text.split('\n').flatMap((line) => {
    const [jobId = '', index = '', name = '', state = '', node = '', ...reason] = line.split('|')
    if (!/^\d+$/.test(jobId.trim()) || !/^\d+$/.test(index.trim())) return []
    // A refused submission leaves a failed job behind that never was.
    if (state === 'FAILED' && reason[0] === 'BadConstraints') return []
    return [{ name, jobId: Number(jobId), index: Number(index), phase: phaseOf(state), state, node: node.trim(), reason: reason.join('|').trim() }]
  })
}

/** Lines of `sacct --parsable2 --noheader --format=SACCT_FORMAT`; steps of jobs are left out. */
export function parseSacct(text: string): ArrayElement[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', name = '', state = '', node = ''] = line.split('|')
    const [, jobId, index] = /^(\d+)_(\d+)$/.exec(id) ?? []
    if (jobId === undefined || index === undefined) return []
    return [{ name, jobId: Number(jobId), index: Number(index), phase: phaseOf(state), state, node: node === 'None assigned' ? '' : node, reason: 'None' }]
  })
}

/** The number in `12` or `12;cluster`, as `sbatch --parsable` prints it; undefined for anything else. */
export function parseSubmitted(text: string): number | undefined {
  const last = text.trim().split('\n').pop() ?? ''
  const [, id] = /^(\d+)(;.*)?$/.exec(last.trim()) ?? []
  return id === undefined ? undefined : Number(id)
}

/** Reasons with which an element waits for ever unless someone changes something. */
const HOPELESS: Readonly<Record<string, string>> = {
  PartitionTimeLimit: 'asks for more time than the partition allows; give a smaller time with --slurm time=…',
  PartitionNodeLimit: 'asks for more nodes than the partition has',
  AssocMaxWallDurationPerJobLimit: 'asks for more time than the account allows; give a smaller time with --slurm time=…',
  QOSMaxWallDurationPerJobLimit: 'asks for more time than the quality of service allows; give a smaller time with --slurm time=…',
  JobHeldUser: 'is held; release it with: scontrol release',
  JobHeldAdmin: 'is held by an administrator',
  BadConstraints: 'asks for what no node has',
  DependencyNeverSatisfied: 'needs a run that failed',
  InvalidAccount: 'has an account that Slurm does not know'
}

const PATIENT: Readonly<Record<string, string>> = {
  Resources: 'waits for free places',
  Priority: 'waits behind jobs of higher priority',
  Dependency: 'waits for runs it needs',
  BeginTime: 'was interrupted; starts again soon, from its last checkpoint',
  JobArrayTaskLimit: 'waits until fewer runs of its array run',
  PartitionDown: 'waits: the partition is down',
  NodeDown: 'waits: a node is down',
  None: 'waits to be looked at by the scheduler'
}

/** Why an element is where it is, in a sentence without its subject. */
export function wordsOf({ phase, state, reason, node }: ArrayElement): string {
  if (phase === 'running') return state === 'RUNNING' ? `runs on ${node}` : `${state.toLowerCase()} on ${node || 'a node'}`
  if (phase === 'ended') return endWords(state, node)
  const known = HOPELESS[reason] ?? PATIENT[reason]
  if (known !== undefined) return known
  if (reason.startsWith('ReqNodeNotAvail') || /drain/i.test(reason)) return `waits: nodes are drained or down (${reason})`
  return `waits (${reason})`
}

/** Whether an element in the queue will never start without help. */
export function isHopeless({ phase, reason }: ArrayElement): boolean {
  return phase === 'waiting' && reason in HOPELESS
}

function endWords(state: string, node: string): string {
  const where = node === '' ? '' : ` on ${node}`
  const [word = state] = state.split(/[+ ]/)
  switch (word) {
    case 'COMPLETED': return `has ended${where}`
    case 'CANCELLED': return 'was cancelled'
    case 'TIMEOUT': return `ran into its time limit${where}`
    case 'OUT_OF_MEMORY': return `ran out of memory${where}; ask for more with --slurm memory=…`
    case 'NODE_FAIL': return `lost its node ${node}`
    case 'PREEMPTED': return `was preempted${where}`
    case 'BOOT_FAIL': return `could not start its node ${node}`
    default: return `${word.toLowerCase().replace(/_/g, ' ')}${where}`
  }
}
