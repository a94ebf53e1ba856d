// Debian's packages: libraries Electron needs, a virtual display for tests, a C++ compiler.
// Installed when this user may (root on Debian or Ubuntu); otherwise the exact command is said.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { SetupError, say } from './report.mjs'
import { works } from './run-program.mjs'

/** Newer Ubuntu releases renamed some packages (…t64): the first name the machine knows is taken. */
const windowPackages = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libxss1'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['libdrm2'],
]
const displayPackages = [['xvfb'], ['xauth']]

/** @param {string} electronBinary checked with ldd: only what is really missing counts */
export function ensureWindowLibraries(electronBinary) {
  if (process.platform !== 'linux') return
  const missing = missingLibraries(electronBinary)
  if (missing.length > 0) install(windowPackages, `the window needs ${missing.join(', ')}`)
}

/** The virtual display the end-to-end tests run in. */
export function ensureVirtualDisplay() {
  if (process.platform !== 'linux' || (works('xvfb-run', ['--help']) && works('which', ['xauth']))) return
  install(displayPackages, 'the end-to-end tests need a virtual display')
}

export function ensureCompiler() {
  if (!works('g++', ['--version'])) install([['g++']], 'the native part of TensorFlow.js needs a C++ compiler')
}

/** pip fetches what cannot be had from its own release page. */
export function installPip() {
  install([['python3-pip']], "TensorFlow's library is fetched with Python's pip")
}

/** Linked libraries that ldd does not find, and those Electron opens by name while it runs. */
function missingLibraries(binary) {
  const linked = spawnSync('ldd', [binary], { encoding: 'utf8' }).stdout ?? ''
  const known = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? ''
  const missing = [...linked.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
  const opened = known === '' ? [] : ['libgtk-3.so.0', 'libasound.so.2', 'libnss3.so'].filter((name) => !known.includes(name))
  return [...new Set([...missing, ...opened])]
}

function install(packages, reason) {
  const debian = existsSync('/etc/debian_version')
  const root = process.getuid?.() === 0
  if (!debian || !root) {
    const names = packages.map((candidates) => candidates.at(-1)).join(' ')
    throw new SetupError(`${reason}; run this once and start again: sudo apt-get install --no-install-recommends ${names}`)
  }
  say(`installing system packages: ${reason}`)
  apt(['update', '-qq'])
  const names = packages.map((candidates) => candidates.find(isKnown) ?? candidates.at(-1) ?? '')
  apt(['install', '-y', '-qq', '--no-install-recommends', ...names])
}

function isKnown(name) {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' })
  return /Candidate: (?!\(none\))/.test(stdout ?? '')
}

function apt(args) {
  const { status, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0) {
    throw new SetupError(`apt-get ${args.join(' ')} failed (${(stderr ?? '').trim().split('\n').at(-1)}); run it by hand and start again.`)
  }
}
