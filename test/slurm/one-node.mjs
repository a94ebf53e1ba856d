// A real Slurm with this machine as its only node: Debian's packages, a configuration and state in a folder of its own, ports
// that are free, so that it disturbs no other Slurm. `node test/slurm/one-node.mjs COMMAND…` runs a command under it.
// Needs root: munged and slurmd want it. Read next: cluster-study.test.ts, docs/cluster.md.

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel']
const INSTALL = 'apt-get install --no-install-recommends slurm-wlm munge'
const NODE = hostname().split('.')[0] ?? 'localhost'
/** Debian keeps daemons where a user's path does not look. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

/** @returns {string[]} the programs of Slurm that this machine lacks */
function missingPrograms() {
  const folders = PATH.split(':')
  return PROGRAMS.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))))
}

/**
 * Installs Slurm where that is allowed (root on Debian or Ubuntu).
 * @returns {string} why it cannot be had here, or '' if it is there
 */
export function whyNoSlurm() {
  if (process.platform !== 'linux') return 'a one-node Slurm runs on Linux only'
  if (process.getuid?.() !== 0) return `a one-node Slurm needs root; as root once: ${INSTALL}`
  if (missingPrograms().length === 0) return ''
  if (!existsSync('/etc/debian_version')) return `this is no Debian; missing are ${missingPrograms().join(', ')}`
  process.stderr.write('[slurm] installing slurm-wlm and munge\n')
  // RUNLEVEL=1: the packages do not start services of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const apt = (/** @type {string[]} */ words) => spawnSync('apt-get', words, { env, encoding: 'utf8' })
  apt(['update', '-qq'])
  const { stderr } = apt(['install', '-y', '-qq', '--no-install-recommends', 'slurm-wlm', 'munge'])
  const missing = missingPrograms()
  return missing.length === 0 ? '' : `${INSTALL} did not bring ${missing.join(', ')}: ${(stderr ?? '').trim().split('\n').at(-1) ?? ''}`
}

/** @returns {Promise<number>} a free port of this machine */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** @param {string} folder @param {number} controllerPort @param {number} nodePort */
function configuration(folder, controllerPort, nodePort) {
  const here = (/** @type {string} */ name) => path.join(folder, name)
  return [
    'ClusterName=one', `SlurmctldHost=${NODE}(127.0.0.1)`, 'SlurmUser=root', 'SlurmdUser=root',
    // A requeued job waits as long as a credential lives: 120 s by default.
    `AuthType=auth/munge`, `AuthInfo=socket=${here('munge.socket')},cred_expire=5`,
    `SlurmctldPort=${controllerPort}`, `SlurmdPort=${nodePort}`,
    `StateSaveLocation=${here('state')}`, `SlurmdSpoolDir=${here('spool')}`,
    `SlurmctldPidFile=${here('slurmctld.pid')}`, `SlurmdPidFile=${here('slurmd.pid')}`,
    `SlurmctldLogFile=${here('slurmctld.log')}`, `SlurmdLogFile=${here('slurmd.log')}`,
    'ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'MpiDefault=none', 'SwitchType=switch/none',
    'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', 'GresTypes=gpu',
    // The node is what is written here, whatever the machine has: two places and two cards that nobody looks at.
    'SlurmdParameters=config_overrides', 'ReturnToService=2', 'JobRequeue=1', 'KillWait=10', 'SchedulerParameters=bf_interval=1,sched_interval=1',
    `NodeName=${NODE} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 Gres=gpu:2 State=UNKNOWN`,
    'PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP', 'PartitionName=short Nodes=ALL MaxTime=10 State=UP',
    'PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE', 'PartitionName=urgent Nodes=ALL PriorityTier=10 State=UP', ''
  ].join('\n')
}

/** @param {string} program @param {string[]} words @param {NodeJS.ProcessEnv} env */
function start(program, words, env) {
  const { status, stderr } = spawnSync(program, words, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} did not start: ${(stderr ?? '').trim()}`)
}

/**
 * Starts munged, slurmctld and slurmd.
 * @returns {Promise<{ env: NodeJS.ProcessEnv, node: string, folder: string, stop(): void }>} `env`: what Slurm's commands need to find it
 */
export async function startOneNode() {
  const folder = mkdtempSync(path.join(tmpdir(), 'one-node-slurm-'))
  chmodSync(folder, 0o755) // munged wants its socket to be reachable by all
  for (const name of ['state', 'spool']) mkdirSync(path.join(folder, name))
  writeFileSync(path.join(folder, 'munge.key'), randomBytes(1024), { mode: 0o600 })
  writeFileSync(path.join(folder, 'slurm.conf'), configuration(folder, await freePort(), await freePort()))
  writeFileSync(path.join(folder, 'gres.conf'), 'Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n')
  const env = { ...process.env, PATH, SLURM_CONF: path.join(folder, 'slurm.conf') }
  const stop = () => stopDaemons(folder, env)
  process.once('exit', stop)
  try {
    const files = ['key', 'pid', 'log', 'seed'].map((name) => `--${name}-file=${path.join(folder, `munge.${name}`)}`)
    start('munged', [...files, `--socket=${path.join(folder, 'munge.socket')}`], env)
    start('slurmctld', [], env)
    start('slurmd', ['-N', NODE], env)
    await nodeReady(env, folder)
  } catch (error) {
    stop()
    throw error
  }
  return {
    env, node: NODE, folder,
    stop() {
      process.removeListener('exit', stop)
      stop()
    }
  }
}

/** @param {NodeJS.ProcessEnv} env @param {string} folder */
async function nodeReady(env, folder) {
  for (let tries = 0; tries < 150; tries++) {
    const { stdout } = spawnSync('sinfo', ['--noheader', '--format=%T'], { env, encoding: 'utf8' })
    if ((stdout ?? '').includes('idle')) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const log = ['slurmctld.log', 'slurmd.log'].map((name) => path.join(folder, name)).filter((file) => existsSync(file))
  throw new Error(`The one-node Slurm did not become ready in 15 s:\n${log.map((file) => readFileSync(file, 'utf8').slice(-1500)).join('\n')}`)
}

/** Ends all jobs, then the three daemons, by the process ids they wrote. @param {string} folder @param {NodeJS.ProcessEnv} env */
function stopDaemons(folder, env) {
  if (!existsSync(folder)) return
  if (existsSync(path.join(folder, 'slurmctld.pid'))) {
    for (const words of [['--signal=KILL', '--full'], []]) spawnSync('scancel', [...words, '--user=root'], { env, timeout: 5000 })
  }
  const processIds = ['slurmd.pid', 'slurmctld.pid', 'munge.pid'].flatMap((name) => {
    const file = path.join(folder, name)
    const id = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    return id > 0 ? [id] : []
  })
  for (const id of processIds) {
    try {
      process.kill(id, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
  }
  const until = Date.now() + 5000
  while (Date.now() < until && processIds.some(isAlive)) spawnSync('sleep', ['0.1'])
  for (const id of processIds) if (isAlive(id)) process.kill(id, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

/** @param {number} id */
function isAlive(id) {
  try {
    process.kill(id, 0)
    return !/\) Z /.test(readFileSync(`/proc/${id}/stat`, 'utf8'))
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [program, ...words] = process.argv.slice(2)
  const why = program === undefined ? 'give a command to run under a one-node Slurm, for example: sinfo' : whyNoSlurm()
  if (why !== '' || program === undefined) {
    process.stderr.write(`${why}\n`)
    process.exitCode = 2
  } else {
    const slurm = await startOneNode()
    const { status } = spawnSync(program, words, { env: slurm.env, stdio: 'inherit' })
    slurm.stop()
    process.exitCode = status ?? 1
  }
}
