// app://workbench/ serves the window's own files and the pictures of a run's data folder, nothing else. Electron 25
// brought `protocol.handle`; older ones have `registerBufferProtocol`: one answer function serves both.

import { readFile } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'
import { protocol } from 'electron'
import { WorkbenchError } from '../contract/check'
import { CONTENT_POLICY, CONTENT_TYPES } from '../host/window-files'
import type { WorkbenchHost } from '../host/workbench-host'

const SCHEME = 'app'
export const WINDOW_ORIGIN = `${SCHEME}://workbench`
export const WINDOW_ADDRESS = `${WINDOW_ORIGIN}/index.html`

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
}

export function serveScheme(rendererFolder: string, host: WorkbenchHost): void {
  const headers = (type: string): Record<string, string> => ({
    'Content-Type': type, 'Content-Security-Policy': CONTENT_POLICY, 'X-Content-Type-Options': 'nosniff'
  })
  if (typeof protocol.handle === 'function') {
    protocol.handle(SCHEME, async (request) => {
      const { status, type, body } = await answer(request.url, rendererFolder, host)
      return new Response(new Uint8Array(body), { status, headers: headers(type) })
    })
    return
  }
  protocol.registerBufferProtocol(SCHEME, (request, respond) => {
    void answer(request.url, rendererFolder, host).then(({ status, type, body }) =>
      respond({ statusCode: status, mimeType: type.split(';')[0] ?? type, charset: 'utf-8', headers: headers(type), data: body }))
  })
}

async function answer(address: string, rendererFolder: string, host: WorkbenchHost): Promise<Answer> {
  const url = new URL(address)
  if (url.host !== 'workbench') return failed(404, 'unknown host')
  const path = decodeURIComponent(url.pathname)
  try {
    const picture = /^\/picture\/([^/]+)\/(.+)$/.exec(path)
    if (picture) {
      const { bytes, type } = host.picture(picture[1] as string, `${url.searchParams.get('up') === '1' ? '../' : ''}${picture[2] as string}`)
      return { status: 200, type, body: bytes }
    }
    const file = normalize(join(rendererFolder, path === '/' ? 'index.html' : path))
    if (!file.startsWith(rendererFolder + sep)) return failed(403, 'outside the window’s files')
    const type = CONTENT_TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
    return { status: 200, type, body: await readFile(file) }
  } catch (error) {
    return failed(404, error instanceof WorkbenchError ? error.message : 'not found')
  }
}

function failed(status: number, message: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(message) }
}
