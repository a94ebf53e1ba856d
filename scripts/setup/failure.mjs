// How a script ends when something expected went wrong: one sentence, exit status 1; a bug keeps its stack.

import { SetupError, say } from './report.mjs'

export function reportFailure(error) {
  if (error instanceof SetupError) say(error.message)
  else process.stderr.write(`${error?.stack ?? error}\n`)
  process.exitCode = 1
}
