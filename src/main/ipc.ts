// The only file that uses ipcMain. Requests are accepted from our own window alone and checked by the host.

import { type BrowserWindow, ipcMain } from 'electron'
import type { PushName, WorkbenchPushes } from '../contract/workbench-api'
import type { WorkbenchHost } from '../host/workbench-host'
import { WINDOW_ORIGIN } from './scheme'

/** Answers are `{ result }` or `{ error }`: Electron would put its own words around a rejected handler's message. */
export function carryRequests(host: WorkbenchHost, window: () => BrowserWindow | null): void {
  ipcMain.handle('workbench:request', async (event, name: unknown, argument: unknown) => {
    const frame = event.senderFrame
    if (!frame || !frame.url.startsWith(`${WINDOW_ORIGIN}/`) || event.sender !== window()?.webContents) {
      return { error: 'Requests are accepted from the workbench window only.' }
    }
    try {
      return { result: await host.handle(String(name), argument) }
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  })
}

export function pushToWindow<N extends PushName>(window: BrowserWindow | null, name: N, payload: WorkbenchPushes[N]): void {
  if (window && !window.isDestroyed()) window.webContents.send('workbench:push', name, payload)
}
