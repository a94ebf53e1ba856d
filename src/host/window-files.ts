// What both carriers of the window (Electron's scheme, the loopback server) answer: the window's own files and the
// pictures of a run's data folder, nothing else.

import { readFile } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { WorkbenchHost } from './workbench-host'

/** ECharts sets inline styles; nothing needs eval or the network. */
export const CONTENT_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self'",
  "connect-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"
].join('; ')

/** Content type by file ending. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml',
  png: 'image/png', jpg: 'image/jpeg', woff2: 'font/woff2', json: 'application/json', map: 'application/json'
}

export interface WindowAnswer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/** A refusal in words. */
export function failedAnswer(status: number, message: string): WindowAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(message) }
}

/** True for an address that names a picture of a run, however its letters are written (`%70icture`). */
export function isPicture(url: URL): boolean {
  try {
    return decodeURIComponent(url.pathname).startsWith('/picture/')
  } catch {
    return false // malformed: answered with 404
  }
}

/** The file or picture of an address; a path that leads out of the window's folder is refused. */
export async function answerAddress(url: URL, rendererFolder: string, host: WorkbenchHost): Promise<WindowAnswer> {
  try {
    const path = decodeURIComponent(url.pathname)
    const picture = /^\/picture\/([^/]+)\/(.+)$/.exec(path)
    if (picture) {
      const { bytes, type } = host.picture(picture[1] as string, `${url.searchParams.get('up') === '1' ? '../' : ''}${picture[2] as string}`)
      return { status: 200, type, body: bytes }
    }
    const file = normalize(join(rendererFolder, path === '/' ? 'index.html' : path))
    if (!file.startsWith(rendererFolder + sep)) return failedAnswer(403, 'outside the window’s files')
    const type = CONTENT_TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
    return { status: 200, type, body: await readFile(file) }
  } catch (error) {
    return failedAnswer(404, error instanceof WorkbenchError ? error.message : 'not found')
  }
}
