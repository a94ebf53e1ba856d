#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node
// The command line from a checkout: builds out/ if a source has changed, then runs out/cli/main.cjs in this process.
// With CUDA the dynamic linker must know TensorFlow's library folders from the start, so the process begins anew once.

const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const path = require('node:path')

const program = path.join(__dirname, '..', 'out', 'cli', 'main.cjs')

async function start() {
  const { modulesFolder, readJson, setupRecordFile } = await import('../scripts/setup/places.mjs')
  if (!existsSync(modulesFolder)) return fail('the workbench is not set up yet; run: npm run setup')
  const { withLibraryPath } = await import('../scripts/setup/library-path.mjs')
  const env = withLibraryPath(readJson(setupRecordFile), process.env)
  if (env !== process.env) return startAnew(env)
  try {
    const { ensureBuilt } = await import('../scripts/setup/ensure-built.mjs')
    await ensureBuilt()
  } catch (error) {
    return fail(error.message)
  }
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.argv[1] = program
  require(program)
}

function startAnew(env) {
  const child = spawn(process.execPath, [__filename, ...process.argv.slice(2)], { stdio: 'inherit', env })
  // A terminal sends Ctrl-C to both processes; this one waits for the other's answer.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (status) => process.exit(status ?? 1))
}

function fail(message) {
  process.stderr.write(`twelve-in-one: ${message}\n`)
  process.exitCode = 1
}

start()
