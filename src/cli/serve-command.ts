// `serve`: the window in a browser, for a machine without a display. The server is a program of its own
// (serve/main.ts); this command starts it and ends with it.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Command } from 'commander'
import { withExample } from './example'

export function addServeCommand(program: Command): void {
  const command = program.command('serve').description('the window in a browser: this computer only, with a secret token in the printed link')
    .option('--port <n>', 'port on the loopback address, 0 for a free one', '0')
    .option('--workspace <dir>', 'workspace folder; the last one unless told')
    .action(async ({ port, workspace }: { port: string; workspace?: string }) => {
      // This file is built into out/cli or out/chunks; the server lies beside either.
      const server = join(__dirname, '..', 'serve', 'main.cjs')
      const child = spawn(process.execPath, [server, '--port', port, ...(workspace === undefined ? [] : ['--workspace', workspace])], { stdio: 'inherit' })
      // A signal reaches both; the server pauses what is live and ends, and then so does this process.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
      process.exitCode = await new Promise<number>((done) => child.on('exit', (status) => done(status ?? 1)))
    })
  withExample(command, 'serve --port 8080')
}
