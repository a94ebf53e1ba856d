// Every command's --help ends with an example that can be copied.

import type { Command } from 'commander'

export function withExample(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExample:\n${lines.map((line) => `  twelve-in-one ${line}`).join('\n')}`)
}
