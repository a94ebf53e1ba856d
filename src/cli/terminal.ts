// What the command line prints: results to stdout, people's text to stderr and only to a terminal, one message for a
// failure. Read next: main.ts.

import { WorkbenchError } from '../contract/check'

/** A result: one JSON line with `--json`, else the text. */
export function printResult(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text()}\n`)
}

/** Something for a person who watches; nothing where nobody does. */
export function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}\n`)
}

/** Replaces the last line of the terminal; throttled, so that it costs the loop nothing. */
export function progressLine(): { show(text: string): void; end(): void } {
  let lastShown = 0
  return {
    show(text) {
      if (!process.stderr.isTTY || Date.now() - lastShown < 100) return
      lastShown = Date.now()
      process.stderr.write(`\r\x1b[K${text.slice(0, Math.max(20, (process.stderr.columns ?? 100) - 1))}`)
    },
    end() {
      if (process.stderr.isTTY && lastShown > 0) process.stderr.write('\r\x1b[K')
    }
  }
}

/** Rows under their headings, in columns; numbers are aligned right. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(String))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  const isNumber = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'))
  return cells
    .map((row) => row.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd())
    .join('\n')
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`
}

/** System errors that mean: the call named something that is not there or may not be used. */
const INPUT_CODES = ['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'EROFS']

/** Prints a failure as one message and returns the exit status: 2 wrong call or input, 1 the work failed. */
export function reportFailure(error: unknown, debug: boolean): 1 | 2 {
  const { code } = error as NodeJS.ErrnoException
  const message = error instanceof Error ? error.message : String(error)
  const expected = error instanceof WorkbenchError || (code !== undefined && INPUT_CODES.includes(code))
  process.stderr.write(`twelve-in-one: ${expected ? message : `${message} (unexpected; --debug shows where)`}\n`)
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  if (error instanceof WorkbenchError) return error.fault === 'work' ? 1 : 2
  return expected ? 2 : 1
}
