import { describe, expect, it, vi } from 'vitest'
import { type SocketLike, createSocketBridge } from '../../src/renderer/src/socket-bridge'

class FakeSocket implements SocketLike {
  readyState = 0
  onopen: ((event: Event) => unknown) | null = null
  onclose: ((event: CloseEvent) => unknown) | null = null
  onmessage: ((event: MessageEvent) => unknown) | null = null
  readonly sent: string[] = []
  send(text: string): void {
    this.sent.push(text)
  }
  open(): void {
    this.readyState = 1
    this.onopen?.({} as Event)
  }
  close(): void {
    this.readyState = 3
    this.onclose?.({} as CloseEvent)
  }
  receive(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent)
  }
}

function made() {
  const sockets: FakeSocket[] = []
  const heard: string[] = []
  const bridge = createSocketBridge({
    open: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
    pictureAddress: (id, file) => `/picture/${id}/${file}`, reconnected: () => heard.push('again'), lost: () => heard.push('lost'), retryAfter: 5
  })
  const socket = (index: number): FakeSocket => sockets[index] as FakeSocket
  return { bridge, socket, sockets, heard }
}

describe('the bridge of a browser', () => {
  it('sends requests made before the connection once it is open, and gives each its own answer', async () => {
    const { bridge, socket } = made()
    const list = bridge.request('runs:list', {})
    const open = bridge.request('run:start', { id: 'a' })
    expect(socket(0).sent).toEqual([])
    socket(0).open()
    const ids = socket(0).sent.map((text) => (JSON.parse(text) as { id: number; request: string }).id)
    socket(0).receive({ id: ids[1], error: 'Run a is done.' })
    socket(0).receive({ id: ids[0], result: [] })
    await expect(list).resolves.toEqual([])
    await expect(open).rejects.toThrow('Run a is done.')
  })

  it('hands pushes to those who listen until they stop', () => {
    const { bridge, socket } = made()
    socket(0).open()
    const heard: unknown[] = []
    const off = bridge.on('runs:changed', (runs) => heard.push(runs))
    socket(0).receive({ push: 'runs:changed', payload: [] })
    off()
    socket(0).receive({ push: 'runs:changed', payload: [] })
    expect(heard).toEqual([[]])
  })

  it('refuses what was waiting when the connection is lost, and connects again', async () => {
    vi.useFakeTimers()
    const { bridge, socket, sockets, heard } = made()
    socket(0).open()
    const waiting = bridge.request('runs:list', {})
    socket(0).close()
    await expect(waiting).rejects.toThrow('connection')
    vi.advanceTimersByTime(10)
    expect(sockets.length).toBe(2)
    socket(1).open()
    expect(heard).toEqual(['lost', 'again'])
    vi.useRealTimers()
  })
})
