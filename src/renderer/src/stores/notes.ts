// Short notes at the bottom left: six seconds, with one action at most; failures stay until read.

import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Note {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'failure'
  readonly action?: { readonly label: string; readonly run: () => void }
}

const SHOWN_MS = 6000

export const useNotes = defineStore('notes', () => {
  const notes = ref<Note[]>([])
  let nextId = 1

  function dismiss(id: number): void {
    notes.value = notes.value.filter((note) => note.id !== id)
  }

  function say(text: string, action?: Note['action']): void {
    const id = nextId++
    notes.value = [...notes.value, { id, text, tone: 'plain', ...(action ? { action } : {}) }]
    window.setTimeout(() => dismiss(id), SHOWN_MS)
  }

  /** A failure: what happened, in the words of whoever refused. */
  function fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    if (notes.value.some((note) => note.text === text)) return
    notes.value = [...notes.value, { id: nextId++, text, tone: 'failure' }]
  }

  return { notes, say, fail, dismiss }
})
