import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/contract/run-events'
import type { RunSummary } from '../../src/contract/workbench-api'
import { demoOf } from '../../src/host/demo'
import { workerLauncher } from '../../src/host/launch-worker'
import { WorkbenchHost } from '../../src/host/workbench-host'
import { processAlive } from '../../src/lock/process-alive'
import { newWorkspace, until } from './run-folders'

const fakeWorker = join(__dirname, 'fixtures', 'fake-worker.cjs')
const open: WorkbenchHost[] = []

function newHost(): { host: WorkbenchHost; events: RunEvent[]; state: (id: string) => RunSummary } {
  const events: RunEvent[] = []
  const host = new WorkbenchHost({
    workspace: newWorkspace(), shell: 'browser', version: '0', cli: [], demo: demoOf('tiny'),
    launch: workerLauncher(fakeWorker),
    onPush: (name, payload) => {
      if (name === 'run:events' && 'events' in payload) events.push(...payload.events)
    }
  })
  open.push(host)
  return { host, events, state: (id) => host.library.summaryOf(id) }
}

afterEach(() => {
  for (const host of open.splice(0)) {
    for (const run of host.manager.live()) process.kill(processIdOf(host, run.id), 'SIGKILL')
    host.dispose()
  }
})

const processIdOf = (host: WorkbenchHost, id: string): number =>
  (JSON.parse(readFileSync(join(host.library.folderOf(id), 'lock'), 'utf8')) as { processId: number }).processId

describe('workbench host', () => {
  it('starts the demo and pushes the events of the run that is followed', async () => {
    const { host, events, state } = newHost()
    const { id } = (await host.handle('demo:start', {})) as { id: string }
    await host.handle('run:follow', { id })
    await until(() => events.some((event) => event.kind === 'step'), 5000)
    expect(state(id).state).toBe('running')
    const onDisk = readFileSync(join(host.library.folderOf(id), 'events.jsonl'), 'utf8')
    for (const event of events) expect(onDisk).toContain(JSON.stringify(event.sequence))
  })

  it('says interrupted within two seconds of kill -9', async () => {
    const { host, state } = newHost()
    const { id } = (await host.handle('demo:start', {})) as { id: string }
    await until(() => state(id).state === 'running', 5000)
    process.kill(processIdOf(host, id), 'SIGKILL')
    expect(await until(() => state(id).state === 'interrupted', 2000)).toBeLessThan(2000)
  })

  it('closes a live run so that it shows as paused, without a process', async () => {
    const { host, state } = newHost()
    const { id } = (await host.handle('demo:start', {})) as { id: string }
    await until(() => state(id).state === 'running', 5000)
    const processId = processIdOf(host, id)
    host.manager.close(id)
    await until(() => !processAlive(processId) && state(id).state === 'paused', 5000)
    expect(state(id).reason).toMatch(/goes on from checkpoint/)
  })

  it('queues a second run where one at a time is the setting, and takes it out of the queue on stop', async () => {
    const { host, state } = newHost()
    await host.handle('app:sideBySide', { setting: 1 })
    const first = (await host.handle('demo:start', {})) as { id: string }
    await until(() => state(first.id).state === 'running', 5000)
    const second = (await host.handle('run:create', { preset: 'tiny', difference: { name: 'second' } })) as { id: string }
    await host.handle('run:start', { id: second.id })
    expect(state(second.id).state).toBe('queued')
    await host.handle('run:command', { id: second.id, command: 'stop' })
    expect(state(second.id).state).toBe('created')
  })

  it('trains two side by side where two is the setting', async () => {
    const { host, state } = newHost()
    expect(await host.handle('app:sideBySide', { setting: 2 })).toMatchObject({ sideBySide: { setting: 2, places: 2 } })
    const ids = await Promise.all(['first', 'second'].map(async (name) => ((await host.handle('run:create', { preset: 'tiny', difference: { name } })) as { id: string }).id))
    for (const id of ids) await host.handle('run:start', { id })
    await until(() => ids.every((id) => state(id).state === 'running'), 5000)
    await expect(host.handle('app:sideBySide', { setting: 0 })).rejects.toThrow(/malformed/)
  })

  it('refuses unknown requests, malformed arguments, unknown runs and deleting a live run', async () => {
    const { host, state } = newHost()
    await expect(host.handle('run:explode', {})).rejects.toThrow(/unknown/)
    await expect(host.handle('run:start', { id: '../x' })).rejects.toThrow(/malformed/)
    await expect(host.handle('run:start', { id: 'nobody' })).rejects.toThrow(/not in this workspace/)
    await expect(host.handle('run:create', { preset: 'tiny', difference: { learningRat: 1 } })).rejects.toThrow(/malformed/)
    await expect(host.handle('run:create', { preset: 'tiny', difference: { seed: 'x' } })).rejects.toThrow(/Setting 'seed' is 'x'/)
    const { id } = (await host.handle('demo:start', {})) as { id: string }
    await until(() => state(id).state === 'running', 5000)
    await expect(host.handle('run:delete', { id })).rejects.toThrow(/live/)
  })

  it('brings a deleted run back', async () => {
    const { host } = newHost()
    const { id } = (await host.handle('run:create', { preset: 'tiny', difference: { name: 'gone' } })) as { id: string }
    await host.handle('run:delete', { id })
    expect(host.library.summaries()).toEqual([])
    await host.handle('run:restore', { id })
    expect(host.library.summaries().map((run) => run.id)).toEqual(['gone'])
  })
})
