// npm start: set-up, build, then the window; without a display the same window on the loopback address.
// Arguments after `--` go to the program: npm start -- --workspace DIR

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ensureBuilt, outFolder } from './setup/ensure-built.mjs'
import { ensureReady } from './setup/ensure-ready.mjs'
import { reportFailure } from './setup/failure.mjs'
import { withLibraryPath } from './setup/library-path.mjs'
import { projectRoot } from './setup/places.mjs'
import { SetupError, say } from './setup/report.mjs'

const forwarded = process.argv.slice(2)

try {
  const window = hasDisplay()
  const record = await ensureReady({ window })
  await ensureBuilt()
  const env = withLibraryPath(record, { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' })
  // Training processes run on this very Node.js; Electron's own is slower with large arrays.
  env.TWELVE_IN_ONE_NODE = process.execPath
  if (window) startWindow(record.electron.path, env)
  else startServer(env)
} catch (error) {
  reportFailure(error)
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

function startWindow(electron, env) {
  // Chromium's sandbox refuses to run as root (containers, CI); for everyone else it stays on.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  run(electron, [...sandbox, projectRoot, ...forwarded], env)
}

function startServer(env) {
  const program = path.join(outFolder, 'serve', 'main.cjs')
  if (!existsSync(program)) throw new SetupError('there is no display, and the build holds no serve program to use instead.')
  say('no display: serving the window on the loopback address instead')
  run(process.execPath, [program, ...forwarded], env)
}

function run(program, args, env) {
  delete env.ELECTRON_RUN_AS_NODE
  // On Linux in a session of its own, so that its priority can be lowered without the terminal's (src/main/yield-to-training.ts).
  const child = spawn(program, args, { stdio: 'inherit', env, cwd: process.cwd(), detached: process.platform === 'linux' })
  // A signal to npm start is meant for the window or the server: pass it on and end with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => reportFailure(new SetupError(`${program} could not be started: ${error.message}`)))
  child.on('exit', (status, signal) => {
    process.exitCode = signal ? 1 : (status ?? 1)
  })
}
