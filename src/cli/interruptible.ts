// Long work that Ctrl-C ends cleanly: the first one asks the work to stop between two steps, the second ends the process.
// Read next: evaluate-command.ts.

import { progressLine } from './terminal'

type Line = ReturnType<typeof progressLine>

/** Exit status of a process that Ctrl-C ended (128 + SIGINT). */
const INTERRUPTED = 130

/** Runs the work with a signal that Ctrl-C sets, and a line for its progress, which is cleared at the end. */
export async function interruptible<T>(work: (signal: { readonly aborted: boolean }, line: Line) => Promise<T>): Promise<T> {
  const signal = { aborted: false }
  const line = progressLine()
  const interrupt = (): void => {
    if (signal.aborted) process.exit(INTERRUPTED)
    signal.aborted = true
  }
  process.on('SIGINT', interrupt)
  try {
    return await work(signal, line)
  } finally {
    process.off('SIGINT', interrupt)
    line.end()
  }
}

/** Shows what is done, how much of it, and about how long it will still take. */
export function progressOn(line: Line): (progress: { readonly what: string; readonly done: number; readonly total: number }) => void {
  let started = { what: '', at: 0 }
  return ({ what, done, total }) => {
    if (started.what !== what) started = { what, at: Date.now() }
    const left = done > 0 ? ((Date.now() - started.at) / done) * (total - done) : Number.NaN
    line.show(`${what} ${done} of ${total}${left > 2000 ? `, about ${Math.round(left / 1000)} s left; Ctrl-C stops` : ''}`)
  }
}
