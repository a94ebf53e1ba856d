// The first Ctrl-C asks work to stop, and leaves no listener behind.

import { describe, expect, it } from 'vitest'
import { interruptible, progressOn } from '../../src/cli/interruptible'

describe('interruptible work', () => {
  it('sees that Ctrl-C was pressed, and only then', async () => {
    const before = process.listenerCount('SIGINT')
    const seen = await interruptible(async (signal) => {
      expect(signal.aborted).toBe(false)
      const ours = process.listeners('SIGINT').slice(before)
      expect(ours).toHaveLength(1)
      ours[0]?.('SIGINT')
      return Promise.resolve(signal.aborted)
    })
    expect(seen).toBe(true)
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  it('leaves no listener behind when the work fails', async () => {
    const before = process.listenerCount('SIGINT')
    await expect(interruptible(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  it('shows what is done', () => {
    const shown: string[] = []
    progressOn({ show: (text) => shown.push(text), end: () => undefined })({ what: 'pairs', done: 3, total: 9 })
    expect(shown).toEqual(['pairs 3 of 9'])
  })
})
