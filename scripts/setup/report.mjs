// What the set-up says while it works: one line per step, a moving percentage on a terminal, quarters elsewhere.

const toTerminal = process.stderr.isTTY === true

/** Prints one line of progress. Everything the set-up says goes to stderr, so that stdout stays free for results. */
export function say(text) {
  process.stderr.write(`${toTerminal ? '\r\u001b[K' : ''}[set-up] ${text}\n`)
}

/** @returns the size in words, for example "207 MB" */
export function megabytes(bytes) {
  return `${Math.max(1, Math.round(bytes / 1e6))} MB`
}

/**
 * A progress line for one long step.
 * @param {string} label what is going on
 * @param {number} totalBytes the known end
 */
export function startProgress(label, totalBytes) {
  let lastQuarter = -1
  say(`${label} (${megabytes(totalBytes)})`)
  return {
    update(bytes) {
      const percent = Math.min(100, Math.floor((bytes / totalBytes) * 100))
      const quarter = Math.floor(percent / 25)
      if (toTerminal) process.stderr.write(`\r\u001b[K[set-up] ${label} ${percent} %`)
      else if (quarter > lastQuarter && quarter > 0) say(`${label} ${quarter * 25} %`)
      lastQuarter = Math.max(lastQuarter, quarter)
    },
    done() {
      if (toTerminal) process.stderr.write('\r\u001b[K')
    },
  }
}

/** An expected failure of the set-up: its message is one sentence that says what to do. */
export class SetupError extends Error {
  constructor(message) {
    super(message)
    this.name = 'SetupError'
  }
}
