// npm test: set-up, then every tier; all run even if one fails. `npm run test:unit` and the like run single ones.
// The last line is the sum: "N passed, N failed".

import { ensureBuilt } from './setup/ensure-built.mjs'
import { ensureReady } from './setup/ensure-ready.mjs'
import { reportFailure } from './setup/failure.mjs'
import { withLibraryPath } from './setup/library-path.mjs'
import { SetupError } from './setup/report.mjs'
import { tiers } from './test/tiers.mjs'

const asked = process.argv.slice(2)

try {
  await main(asked.length > 0 ? asked : Object.keys(tiers))
} catch (error) {
  reportFailure(error)
  process.stdout.write('0 passed, 1 failed\n')
}

async function main(names) {
  const unknown = names.find((name) => !(name in tiers))
  if (unknown) throw new SetupError(`there is no test tier '${unknown}'; tiers: ${Object.keys(tiers).join(', ')}.`)
  const record = await ensureReady({ tests: names.some((name) => tiers[name].needsDisplay) })
  Object.assign(process.env, withLibraryPath(record, process.env))
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  const rows = []
  if (names.some((name) => tiers[name].needsBuild)) rows.push(await timed('build', buildChecked))
  for (const name of names) rows.push(await timed(name, tiers[name].run))
  summarise(rows)
}

/** A build that fails is one failure; the tiers that need no build still run. */
async function buildChecked() {
  try {
    await ensureBuilt()
    return { passed: 0, failed: 0, skipped: 0 }
  } catch (error) {
    reportFailure(error)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function timed(name, run) {
  process.stdout.write(`\n── ${name}\n`)
  const started = Date.now()
  const counts = await run()
  return { name, seconds: (Date.now() - started) / 1000, ...counts }
}

function summarise(rows) {
  process.stdout.write('\ntier         seconds   passed   failed  skipped\n')
  for (const { name, seconds, passed, failed, skipped } of rows) {
    const cells = [seconds.toFixed(1), passed, failed, skipped].map((cell) => String(cell).padStart(9))
    process.stdout.write(`${name.padEnd(11)}${cells.join('')}\n`)
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0)
  if (sum('failed') > 0) process.exitCode = 1
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`)
}
