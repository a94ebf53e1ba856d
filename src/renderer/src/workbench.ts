// The one place that touches `window.workbench`. In Electron the preload has put the bridge there; in a browser the
// same bridge is made over a WebSocket. Everything else imports `workbench`. Read next: socket-bridge.ts.

import type { WorkbenchBridge } from '../../contract/workbench-api'
import { createSocketBridge } from './socket-bridge'

declare global {
  interface Window {
    readonly workbench?: WorkbenchBridge
  }
}

function tokenOfAddress(): string {
  const hash = new URLSearchParams(window.location.hash.replace(/^#/, ''))
  return hash.get('token') ?? new URLSearchParams(window.location.search).get('token') ?? ''
}

function browserBridge(): WorkbenchBridge {
  const { protocol, host } = window.location
  const token = encodeURIComponent(tokenOfAddress())
  const reconnected = (): void => {
    window.dispatchEvent(new Event('workbench:reconnected'))
  }
  const lost = (): void => {
    window.dispatchEvent(new Event('workbench:lost'))
  }
  return createSocketBridge({
    open: () => new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/socket?token=${token}`),
    pictureAddress: (runId, file) => pictureAddress(runId, file, token),
    reconnected, lost
  })
}

/** Addresses cannot hold `..`: a picture beside the data folder is asked for with `up`. */
export function pictureAddress(runId: string, file: string, token: string): string {
  const up = file.startsWith('../')
  const path = (up ? file.slice(3) : file).split('/').map(encodeURIComponent).join('/')
  return `/picture/${encodeURIComponent(runId)}/${path}?token=${token}${up ? '&up=1' : ''}`
}

export const workbench: WorkbenchBridge = window.workbench ?? browserBridge()
