// app://workbench/ serves the window's own files and the pictures of a run's data folder, nothing else. Electron 25
// brought `protocol.handle`; older ones have `registerBufferProtocol`: one answer function serves both.

import { protocol } from 'electron'
import { CONTENT_POLICY, type WindowAnswer, answerAddress, failedAnswer } from '../host/window-files'
import type { WorkbenchHost } from '../host/workbench-host'

const SCHEME = 'app'
export const WINDOW_ORIGIN = `${SCHEME}://workbench`
export const WINDOW_ADDRESS = `${WINDOW_ORIGIN}/index.html`

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
    void Promise.resolve(answer(request.url, rendererFolder, host)).then(({ status, type, body }) =>
      respond({ statusCode: status, mimeType: type.split(';')[0] ?? type, charset: 'utf-8', headers: headers(type), data: body }))
  })
}

function answer(address: string, rendererFolder: string, host: WorkbenchHost): WindowAnswer | Promise<WindowAnswer> {
  const url = new URL(address)
  return url.host === 'workbench' ? answerAddress(url, rendererFolder, host) : failedAnswer(404, 'unknown host')
}
