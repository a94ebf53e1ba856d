// The npm packages of package-lock.json.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { modulesFolder, projectRoot, readJson } from './places.mjs'
import { SetupError, say } from './report.mjs'
import { runProgram } from './run-program.mjs'

export async function ensureNpmPackages() {
  if (packagesAreInstalled()) return
  // `npm ci` empties node_modules first: right for a fresh clone, wrong beside a running program.
  const fresh = !existsSync(modulesFolder)
  const command = fresh ? ['ci'] : ['install', '--no-save']
  say(`installing npm packages (npm ${command.join(' ')}, about 30 s)`)
  const { status, output } = await runProgram('npm', [...command, '--loglevel=error'], { cwd: projectRoot })
  if (status !== 0 || !packagesAreInstalled()) {
    throw new SetupError(`npm ${command.join(' ')} did not install all packages; its output was:\n${output.trim()}`)
  }
}

/** Compares package-lock.json with npm's own record of what it installed: milliseconds, no npm. */
export function packagesAreInstalled() {
  const locked = readJson(path.join(projectRoot, 'package-lock.json'))
  const installed = readJson(path.join(modulesFolder, '.package-lock.json'))
  if (!locked) throw new SetupError('package-lock.json is missing or broken; restore it with: git checkout package-lock.json')
  if (!installed) return false
  return Object.entries(locked.packages).every(
    ([place, entry]) => place === '' || entry.optional || entry.peer || installed.packages[place]?.version === entry.version,
  )
}
