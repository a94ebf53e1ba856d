// The same window in a browser, for a GPU box reached by SSH: HTTP and a WebSocket on the loopback address only, with a
// random token in the printed link. Runs go on when the browser closes; Ctrl-C pauses those that are live.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { WorkbenchError } from '../contract/check'
import { demoOf } from '../host/demo'
import { workerLauncher } from '../host/launch-worker'
import { CONTENT_POLICY, type WindowAnswer, answerAddress, failedAnswer, isPicture } from '../host/window-files'
import { WorkbenchHost } from '../host/workbench-host'
import { openWorkspace } from '../host/workspace'

export interface ServeOptions {
  /** Folder of the built programs (main, worker, cli, renderer). */
  readonly out: string
  readonly port?: number
  readonly workspace?: string
  readonly version: string
}

export interface Served {
  /** The link with its token. */
  readonly link: string
  readonly host: WorkbenchHost
  close(): Promise<void>
}

/** Starts serving; resolves when the address is open. A taken port is one clear message. */
export async function serve(options: ServeOptions): Promise<Served> {
  const token = randomBytes(24).toString('base64url')
  const sockets = new Set<WebSocket>()
  const host = new WorkbenchHost({
    workspace: openWorkspace(options.workspace),
    shell: 'browser',
    version: options.version,
    launch: workerLauncher(join(options.out, 'worker', 'main.cjs')),
    cli: [process.execPath, join(options.out, 'cli', 'main.cjs')],
    demo: demoOf(process.env['TWELVE_IN_ONE_DEMO']),
    onPush: (push, payload) => {
      const message = JSON.stringify({ push, payload })
      for (const socket of sockets) socket.send(message)
    }
  })
  const files = join(options.out, 'renderer')
  const server = createServer((request, response) => void answer(request, response, files, token, host))
  const listener = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 })
  server.on('upgrade', (request, socket, head) => {
    if (!trusted(request, token) || new URL(request.url ?? '/', 'http://x').pathname !== '/socket') return void socket.destroy()
    listener.handleUpgrade(request, socket, head, (client) => {
      sockets.add(client)
      client.on('close', () => sockets.delete(client))
      client.on('message', (data) => void answerMessage(client, String(data), host))
    })
  })
  const port = await listen(server, options.port ?? 0).catch((error: unknown) => {
    host.dispose()
    throw error
  })
  return {
    link: `http://127.0.0.1:${port}/#token=${token}`,
    host,
    async close() {
      host.dispose()
      for (const socket of sockets) socket.terminate()
      await new Promise<void>((done) => server.close(() => done()))
    }
  }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'EADDRINUSE' ? new WorkbenchError(`Port ${port} is taken; choose another with --port, or 0 for a free one.`) : error))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      done(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** Our own page or nobody: the Host header must be loopback (no DNS rebinding), and the token must fit. */
function trusted(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(new URL(request.url ?? '/', 'http://x').searchParams.get('token') ?? '')
  const wanted = Buffer.from(token)
  return loopback(request) && given.length === wanted.length && timingSafeEqual(given, wanted)
}

function loopback(request: IncomingMessage): boolean {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '')
  const origin = request.headers.origin
  const ours = (host: string): boolean => host === '127.0.0.1' || host === 'localhost'
  return ours(name) && (origin === undefined || ours(new URL(origin).hostname))
}

async function answer(request: IncomingMessage, response: ServerResponse, files: string, token: string, host: WorkbenchHost): Promise<void> {
  const { status, type, body } = await answerTrusted(request, files, token, host)
  response.writeHead(status, {
    'Content-Type': type, 'Content-Security-Policy': CONTENT_POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer'
  })
  response.end(body)
}

/** The page is anyone's on this computer; pictures are the token's. */
function answerTrusted(request: IncomingMessage, files: string, token: string, host: WorkbenchHost): WindowAnswer | Promise<WindowAnswer> {
  if (!loopback(request)) return failedAnswer(403, 'loopback only')
  const url = new URL(request.url ?? '/', 'http://x')
  if (isPicture(url) && !trusted(request, token)) return failedAnswer(403, 'the token is missing or wrong')
  return answerAddress(url, files, host)
}

async function answerMessage(client: WebSocket, text: string, host: WorkbenchHost): Promise<void> {
  let message: { id?: unknown; request?: unknown; argument?: unknown }
  try {
    message = JSON.parse(text) as typeof message
  } catch {
    return client.close(1003, 'not JSON')
  }
  try {
    client.send(JSON.stringify({ id: message.id, result: await host.handle(String(message.request), message.argument) }))
  } catch (error) {
    client.send(JSON.stringify({ id: message.id, error: error instanceof Error ? error.message : String(error) }))
  }
}
