// Fetches one wheel by name and version with `pip download` and checks its size and SHA-256 against pins.json.
// A checked wheel stays in the cache until what it is for is complete, so that an interrupted set-up goes on there.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder, newPartialFolder, sha256OfFile } from './places.mjs'
import { SetupError, startProgress } from './report.mjs'
import { runProgram, works } from './run-program.mjs'
import { installPip } from './system-packages.mjs'

const pipCommands = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['python', '-m', 'pip'],
  ['pip'],
]

function pipFromSystem() {
  installPip()
  const pip = findPip()
  if (!pip) throw new SetupError("Python's pip was not found; install it (Debian: apt-get install python3-pip) and start again.")
  return pip
}

/** @returns the command that starts pip, or undefined where there is none */
function findPip() {
  return pipCommands.find(([program, ...args]) => works(program, [...args, '--version']))
}

/**
 * @param {{ package: string, version: string, file: string, sizeBytes: number, sha256: string }} pin
 * @returns {Promise<string>} the checked wheel in the cache
 */
export async function downloadWheel(pin) {
  const kept = keptWheel(pin)
  if (existsSync(kept)) return kept // checked before it was moved there
  const pip = findPip() ?? pipFromSystem()
  const folder = newPartialFolder(pin.package)
  try {
    await runPip(pip, pin, folder)
    await checkWheel(path.join(folder, pin.file), pin)
    mkdirSync(path.dirname(kept), { recursive: true })
    renameSync(path.join(folder, pin.file), kept)
    return kept
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Deletes a wheel whose content has reached its place. */
export function discardWheel(pin) {
  rmSync(keptWheel(pin), { force: true })
}

function keptWheel(pin) {
  return path.join(cacheFolder(), 'wheels', pin.file)
}

async function runPip([program, ...pipArgs], pin, folder) {
  const temporary = path.join(folder, 'temporary')
  mkdirSync(temporary)
  const progress = startProgress(`downloading ${pin.package} ${pin.version}`, pin.sizeBytes)
  const timer = setInterval(() => progress.update(bytesIn(folder)), 500)
  const platforms = ['manylinux2014_x86_64', 'manylinux1_x86_64'].flatMap((name) => ['--platform', name])
  const args = [
    ...pipArgs,
    ...['download', '--quiet', '--no-deps', '--no-cache-dir', '--disable-pip-version-check'],
    ...['--only-binary=:all:', '--python-version', '311', ...platforms],
    ...['--dest', folder, `${pin.package}==${pin.version}`],
  ]
  const { status, output } = await runProgram(program, args, { env: { ...process.env, TMPDIR: temporary } })
  clearInterval(timer)
  progress.done()
  if (status !== 0) {
    const lines = output.trim().split('\n')
    const reason = lines.reverse().find((line) => /error/i.test(line)) ?? lines[0]
    throw new SetupError(`pip could not fetch ${pin.package} ${pin.version} (${reason}); check the network or pip's settings and start again.`)
  }
}

async function checkWheel(file, pin) {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size
  if (sizeBytes !== pin.sizeBytes) {
    throw new SetupError(
      `${pin.file} has ${sizeBytes ?? 'no'} bytes where scripts/setup/pins.json expects ${pin.sizeBytes}; nothing was installed from it, start again.`,
    )
  }
  const sha256 = await sha256OfFile(file)
  if (sha256 !== pin.sha256) {
    throw new SetupError(
      `${pin.file} has the SHA-256 ${sha256} where scripts/setup/pins.json expects ${pin.sha256}; nothing was installed from it.`,
    )
  }
}

/** Sums the sizes of all files below a folder; files that vanish meanwhile count nothing. */
function bytesIn(folder) {
  let sum = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) sum += bytesIn(place)
    else sum += statSync(place, { throwIfNoEntry: false })?.size ?? 0
  }
  return sum
}
