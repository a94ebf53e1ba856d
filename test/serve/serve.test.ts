import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Served, serve } from '../../src/serve/serve'
import { newRunFolder, newWorkspace } from '../host/run-folders'

let served: Served
let address: URL
let token: string

beforeAll(async () => {
  const out = mkdtempSync(join(tmpdir(), 'twelve-out-'))
  mkdirSync(join(out, 'renderer'))
  writeFileSync(join(out, 'renderer', 'index.html'), '<title>window</title>')
  writeFileSync(join(out, 'secret.txt'), 'no')
  const workspace = newWorkspace()
  newRunFolder(workspace, 'a')
  mkdirSync(join(workspace.data, 'tiny-world'), { recursive: true })
  writeFileSync(join(workspace.data, 'tiny-world', 'x.png'), 'png')
  served = await serve({ out, version: '0', workspace: workspace.root })
  address = new URL(served.link)
  token = address.hash.slice('#token='.length)
})

afterAll(() => served.close())

function status(path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((done, fail) => {
    get({ host: '127.0.0.1', port: address.port, path, headers }, (response) => {
      response.resume()
      done(response.statusCode ?? 0)
    }).on('error', fail)
  })
}

function ask(key: string, message: object): Promise<unknown> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}/socket?token=${key}`)
    socket.on('error', fail)
    socket.on('open', () => socket.send(JSON.stringify(message)))
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as { id?: number }
      if (answer.id === undefined) return
      socket.close()
      done(answer)
    })
  })
}

describe('the window on the loopback address', () => {
  it('serves its page on 127.0.0.1 and nothing beside it', async () => {
    expect(address.hostname).toBe('127.0.0.1')
    expect([await status('/'), await status('/nothing.js'), await status('/..%2fsecret.txt')]).toEqual([200, 404, 403])
  })

  it('refuses other host names, so that a web page cannot reach it by its own name', async () => {
    expect(await status('/', { host: 'evil.example' })).toBe(403)
    expect(await status(`/picture/a/x.png?token=${token}`, { origin: 'http://evil.example' })).toBe(403)
  })

  it('gives pictures and answers only to who has the token', async () => {
    expect([await status('/picture/a/x.png'), await status('/picture/a/x.png?token=wrong'), await status(`/picture/a/x.png?token=${token}`)]).toEqual([403, 403, 200])
    await expect(ask('wrong', { id: 1, request: 'runs:list', argument: {} })).rejects.toThrow()
  })

  it('does not mistake a picture whose address is written in escapes for a file of the page', async () => {
    expect([await status('/%70icture/a/x.png'), await status('/%ff')]).toEqual([403, 404])
  })

  it('answers requests, and tells a refusal in words', async () => {
    const list = (await ask(token, { id: 7, request: 'runs:list', argument: {} })) as { id: number; result: { id: string }[] }
    expect([list.id, list.result.map((run) => run.id)]).toEqual([7, ['a']])
    expect(await ask(token, { id: 8, request: 'run:command', argument: { id: 'a', command: 'pause' } })).toEqual({
      id: 8, error: expect.stringMatching(/no live process/) as string
    })
  })

  it('says in one message that a port is taken', async () => {
    await expect(serve({ out: '/nowhere', version: '0', workspace: newWorkspace().root, port: Number(address.port) })).rejects.toThrow(/taken/)
  })
})
