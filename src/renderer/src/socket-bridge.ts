// The bridge in a browser: requests and pushes as JSON over one WebSocket, opened again when it is lost.
// Messages: {id, request, argument} → {id, result} or {id, error}; from the server also {push, payload}.

import type { PushName, RequestName, WorkbenchBridge, WorkbenchPushes, WorkbenchRequests } from '../../contract/workbench-api'

/** What is needed of a WebSocket; tests give a small stand-in. */
export interface SocketLike {
  readyState: number
  onopen: ((event: Event) => unknown) | null
  onclose: ((event: CloseEvent) => unknown) | null
  onmessage: ((event: MessageEvent) => unknown) | null
  send(text: string): void
}

export interface SocketOptions {
  open(): SocketLike
  pictureAddress(runId: string, file: string): string
  reconnected(): void
  lost(): void
  /** Milliseconds before a lost connection is tried again. */
  readonly retryAfter?: number
}

interface Waiting {
  readonly text: string
  resolve(result: unknown): void
  reject(error: Error): void
}

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: string
  readonly push?: PushName
  readonly payload?: unknown
}

const OPEN = 1

export function createSocketBridge(options: SocketOptions): WorkbenchBridge {
  const waiting = new Map<number, Waiting>()
  const listeners = new Map<PushName, Set<(payload: never) => void>>()
  let nextId = 1
  let opened = false
  let socket = connect()

  function connect(): SocketLike {
    const made = options.open()
    made.onopen = () => {
      for (const request of waiting.values()) made.send(request.text)
      if (opened) options.reconnected()
      opened = true
    }
    made.onmessage = (event) => receive(String(event.data))
    made.onclose = () => {
      options.lost()
      for (const request of waiting.values()) request.reject(new Error('The connection to the workbench was lost; it is being tried again.'))
      waiting.clear()
      setTimeout(() => { socket = connect() }, options.retryAfter ?? 1000)
    }
    return made
  }

  function receive(text: string): void {
    const message = JSON.parse(text) as Answer
    if (message.push !== undefined) {
      for (const listener of listeners.get(message.push) ?? []) listener(message.payload as never)
      return
    }
    const request = message.id === undefined ? undefined : waiting.get(message.id)
    if (!request || message.id === undefined) return
    waiting.delete(message.id)
    if (message.error !== undefined) request.reject(new Error(message.error))
    else request.resolve(message.result)
  }

  return {
    request<N extends RequestName>(name: N, argument: WorkbenchRequests[N][0]): Promise<WorkbenchRequests[N][1]> {
      return new Promise((resolve, reject) => {
        const id = nextId++
        const text = JSON.stringify({ id, request: name, argument })
        waiting.set(id, { text, resolve: (result) => resolve(result as WorkbenchRequests[N][1]), reject })
        if (socket.readyState === OPEN) socket.send(text)
      })
    },
    on<N extends PushName>(name: N, listener: (payload: WorkbenchPushes[N]) => void): () => void {
      const known = listeners.get(name) ?? new Set()
      listeners.set(name, known)
      known.add(listener as (payload: never) => void)
      return () => { known.delete(listener as (payload: never) => void) }
    },
    pictureUrl: (runId, file) => options.pictureAddress(runId, file)
  }
}
