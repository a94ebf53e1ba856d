// The masking inspector's request: the command line opens the captions in a process of its own (the host loads no engine)
// and prints what pre-training shows of them. Read next: ../cli/masking-command.ts.

import { execFile } from 'node:child_process'
import { WorkbenchError } from '../contract/check'
import type { MaskingPage, MaskingRequest } from '../contract/masking-sample'

/** Reading a large set of captions takes this long at most. */
const LIMIT_MS = 120_000

/** `cli`: command and arguments that run the command line; rejects with its message. */
export function readMasking(cli: readonly string[], runFolder: string, { split, seed, objective, from, count }: MaskingRequest): Promise<MaskingPage> {
  const [command, ...args] = cli
  if (command === undefined) throw new WorkbenchError('This window has no command line beside it, so masking cannot be shown.')
  const words = ['data', 'masking', '--run', runFolder, '--split', split, '--seed', seed, '--objective', objective, '--from', from, '--count', count, '--json'].map(String)
  return new Promise((resolve, reject) => {
    execFile(command, [...args, ...words], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, maxBuffer: 1 << 28, timeout: LIMIT_MS }, (error, stdout, stderr) => {
      if (error) return reject(new WorkbenchError(stderr.replace(/^twelve-in-one: /, '').trim() || `The captions could not be read: ${error.message}`))
      try {
        resolve(JSON.parse(stdout) as MaskingPage)
      } catch {
        reject(new WorkbenchError('The command line gave no masking samples; run `npm run -s cli -- data masking` to see why.'))
      }
    })
  })
}
