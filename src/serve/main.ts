// The program behind `npm start` without a display and `twelve-in-one serve`: opens the server and prints its link.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { WorkbenchError } from '../contract/check'
import { version } from '../../package.json'
import { type Served, serve } from './serve'

const OUT = join(__dirname, '..')

run().catch((error: Error) => {
  process.stderr.write(`${error instanceof WorkbenchError ? error.message : error.stack}\n`)
  process.exit(error instanceof WorkbenchError ? 2 : 1)
})

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, workspace: { type: 'string' } } })
  const port = values.port === undefined ? 0 : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new WorkbenchError(`Port '${values.port}' is not one; give a whole number from 0 to 65535.`)
  const served = await serve({
    out: OUT, port, version,
    ...(values.workspace === undefined ? {} : { workspace: values.workspace })
  })
  process.stdout.write(`12-in-1 Workbench is open at ${served.link}\nIt listens on this computer only. Ctrl-C pauses live runs and ends it.\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(served))
}

/** Live runs write a checkpoint and end; they show as paused and go on with Resume. */
async function leave(served: Served): Promise<void> {
  const live = served.host.manager.live()
  for (const { id } of live) served.host.manager.close(id)
  if (live.length > 0) process.stdout.write(`Pausing ${live.map(({ name }) => name).join(', ')}; Resume goes on from the checkpoint.\n`)
  await served.close()
  process.exit(0)
}
