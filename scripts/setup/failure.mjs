// How a script ends when something expected went wrong: one sentence, exit status 1; a bug keeps its stack.

import { SetupError, say } from './report.mjs'

export function reportFailure(error) {
  if (error instanceof SetupError) say(error.message)
  else if (error?.code === 'ENOSPC') say(`the disk is full (${error.path ?? 'while writing'}); free 2 GB, or set TWELVE_IN_ONE_CACHE to a folder on another disk, and start again.`)
  else process.stderr.write(`${error?.stack ?? error}\n`)
  process.exitCode = 1
}
