// Exposes `window.workbench`, exactly the bridge of contract/workbench-api.ts and nothing else.

import { contextBridge, ipcRenderer } from 'electron'
import type { PushName, RequestName, WorkbenchBridge, WorkbenchPushes, WorkbenchRequests } from '../contract/workbench-api'

type Listener = (payload: never) => void
const listeners = new Map<string, Set<Listener>>()

ipcRenderer.on('workbench:push', (_event, name: string, payload: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(payload as never)
})

const bridge: WorkbenchBridge = {
  async request<N extends RequestName>(name: N, argument: WorkbenchRequests[N][0]): Promise<WorkbenchRequests[N][1]> {
    const answer = (await ipcRenderer.invoke('workbench:request', name, argument)) as { result?: WorkbenchRequests[N][1]; error?: string }
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.result as WorkbenchRequests[N][1]
  },
  on<N extends PushName>(name: N, listener: (payload: WorkbenchPushes[N]) => void): () => void {
    const known = listeners.get(name) ?? new Set<Listener>()
    listeners.set(name, known)
    known.add(listener as Listener)
    return () => known.delete(listener as Listener)
  },
  pictureUrl(runId: string, file: string): string {
    const up = file.startsWith('../')
    const path = (up ? file.slice(3) : file).split('/').map(encodeURIComponent).join('/')
    return `app://workbench/picture/${encodeURIComponent(runId)}/${path}${up ? '?up=1' : ''}`
  }
}

contextBridge.exposeInMainWorld('workbench', bridge)
