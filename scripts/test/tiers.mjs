// The test tiers in the order they run: cheap ones first. Each runs a program and says how many checks passed.

import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { modulesFolder, projectRoot } from '../setup/places.mjs'
import { runProgram } from '../setup/run-program.mjs'
import { countPlaywright, countVitest, one } from './counts.mjs'

const resultsFolder = path.join(projectRoot, 'test-results')

/** Name → { needsBuild, run }; run resolves to { passed, failed, skipped }. */
export const tiers = {
  types: { needsBuild: false, run: checkTypes },
  lint: { needsBuild: false, run: lint },
  unit: { needsBuild: true, run: () => vitest('unit') },
  invariants: { needsBuild: false, run: () => vitest('invariants') },
  golden: { needsBuild: true, run: () => vitest('golden') },
  leak: { needsBuild: false, run: () => vitest('leak') },
  training: { needsBuild: true, run: () => vitest('training') },
  e2e: { needsBuild: true, needsDisplay: true, run: endToEnd },
}

async function checkTypes() {
  const waiting = [
    ['typescript/bin/tsc', 'tsconfig.engine.json'],
    ['typescript/bin/tsc', 'tsconfig.node.json'],
    ['typescript/bin/tsc', 'tsconfig.preload.json'],
    ['vue-tsc/bin/vue-tsc.js', 'tsconfig.web.json'],
    ['vue-tsc/bin/vue-tsc.js', 'tsconfig.test.json'],
  ]
  let clean = true
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [program, project] = next
      const notes = path.join(modulesFolder, '.cache', 'types', `${project}.tsbuildinfo`)
      const args = [path.join(modulesFolder, program), '-p', project, '--incremental', '--tsBuildInfoFile', notes]
      const { status, output } = await runProgram(process.execPath, args, { cwd: projectRoot })
      if (status !== 0) clean = false
      process.stdout.write(`${project}: ${status === 0 ? 'ok' : 'failed'}\n${output}`)
    }
  }
  await Promise.all([work(), work()]) // two cores
  return one(clean)
}

async function lint() {
  return one((await runNode('eslint/bin/eslint.js', ['.', '--max-warnings=0'])) === 0)
}

async function vitest(tier) {
  const report = freshReport(tier)
  const status = await runNode('vitest/vitest.mjs', [
    ...['run', '--project', tier],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ])
  return countVitest(report, status)
}

async function endToEnd() {
  const report = freshReport('e2e')
  const program = path.join(modulesFolder, '@playwright', 'test', 'cli.js')
  const command = [process.execPath, program, 'test']
  const display = ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24']
  const status = await run(process.platform === 'linux' ? [...display, ...command] : command)
  return countPlaywright(report, status)
}

/** Where a tier's report will be written; an older one is removed so that it cannot be read by mistake. */
function freshReport(tier) {
  mkdirSync(resultsFolder, { recursive: true })
  const report = path.join(resultsFolder, `${tier}.json`)
  rmSync(report, { force: true })
  return report
}

function runNode(program, args) {
  return run([process.execPath, path.join(modulesFolder, program), ...args])
}

async function run([program, ...args]) {
  const env = { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' }
  const { status } = await runProgram(program, args, { cwd: projectRoot, env, show: true })
  return status
}
