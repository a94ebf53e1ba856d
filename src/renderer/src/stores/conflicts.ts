// Gradient conflict beside the transfer study, asked for when its card is shown. Read next: ../studies/ConflictCard.vue.

import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ConflictAndTransfer } from '../../../contract/gradient-conflict'
import { workbench } from '../workbench'
import { useNotes } from './notes'

export const useConflicts = defineStore('conflicts', () => {
  const found = shallowRef<ConflictAndTransfer | null>(null)
  const loaded = ref(false)

  async function ask(): Promise<void> {
    try {
      found.value = await workbench.request('study:conflicts', {})
    } catch (error) {
      useNotes().fail(error)
    }
    loaded.value = true
  }
  return { found, loaded, ask }
})
