// Train the demo: one request makes the run and starts it; the live view then shows it preparing.

import { type Ref, ref } from 'vue'
import { useApp } from './stores/app'
import { useRuns } from './stores/runs'

export function useDemo(): { readonly starting: Ref<boolean>; start(): Promise<void> } {
  const app = useApp()
  const runs = useRuns()
  const starting = ref(false)
  return {
    starting,
    async start() {
      starting.value = true
      if (await runs.startDemo()) app.show('live')
      starting.value = false
    }
  }
}
