// Outside → run: a small JSON file in the run folder, replaced atomically by whoever commands it, read by the loop
// between two steps. The number makes a command take effect once.

export const RUN_COMMANDS = ['pause', 'resume', 'stop', 'checkpoint', 'validate'] as const
export type RunCommand = (typeof RUN_COMMANDS)[number]

export interface ControlFile {
  readonly number: number
  readonly command: RunCommand
}

function isRunCommand(value: unknown): value is RunCommand {
  return (RUN_COMMANDS as readonly unknown[]).includes(value)
}

/** The control file's content, or undefined if it is not one (being written, damaged). */
export function parseControlFile(text: string): ControlFile | undefined {
  try {
    const value = JSON.parse(text) as Partial<ControlFile>
    return typeof value.number === 'number' && isRunCommand(value.command) ? { number: value.number, command: value.command } : undefined
  } catch {
    return undefined
  }
}
