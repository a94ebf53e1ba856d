// Commands to a running loop: from control.json in the run folder (window, other programs) or from the process itself
// (Ctrl-C). The loop looks between two steps, never inside one, so weights and optimizer always agree.
// Read next: contract/run-commands.ts, training-loop.ts.

import { readFileSync, rmSync, statSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { join } from 'node:path'
import { type RunCommand, parseControlFile } from '../../contract/run-commands'
import { RUN_FILES } from '../../contract/run-format'

const POLL_MS = 50

/** `leave`: pause, write a checkpoint, end the process (Ctrl-C, SIGTERM); only from inside the process. */
export type LoopCommand = RunCommand | 'leave'

export interface RunControl {
  /** From inside the process; takes effect at the loop's next look. */
  request(command: LoopCommand): void
  /** The oldest command that was not taken yet, once. */
  take(): LoopCommand | undefined
  /** The next command, waiting for it; the event loop stays free. */
  wait(): Promise<LoopCommand>
  /** Forgets the control file, so that the next start does not obey it. */
  close(): void
}

export function openRunControl(folder: string): RunControl {
  const file = join(folder, RUN_FILES.control)
  const requested: LoopCommand[] = []
  let lastNumber = Number.NEGATIVE_INFINITY
  // Commands from before this process were for another one.
  let seenAt = performance.timeOrigin
  let seenFile = ''

  const look = (): void => {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (!stat || stat.mtimeMs < seenAt) return
    // Commands come by renaming a new file: its inode tells two apart that were written within one clock tick.
    const name = `${stat.ino}/${stat.mtimeMs}/${stat.size}`
    if (name === seenFile) return
    const control = readControl(file)
    if (!control) return
    seenAt = stat.mtimeMs
    seenFile = name
    if (control.number === lastNumber) return
    lastNumber = control.number
    requested.push(control.command)
  }

  const take = (): LoopCommand | undefined => {
    look()
    return requested.shift()
  }
  return {
    request: (command) => void requested.push(command),
    take,
    async wait() {
      for (;;) {
        const command = take()
        if (command) return command
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
    },
    close: () => rmSync(file, { force: true })
  }
}

function readControl(file: string): ReturnType<typeof parseControlFile> {
  try {
    return parseControlFile(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
