// The keys of a view that shows one thing of a list: J and K walk, H hides the boxes.

import { onBeforeUnmount, onMounted } from 'vue'
import { useApp } from './stores/app'
import { isTextField } from './use-keys'

export interface Walk {
  step(by: number): void
  boxes: boolean
}

export function useWalkKeys(walk: Walk): void {
  const app = useApp()
  function keys(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || app.dialog !== 'none' || isTextField(event.target)) return
    if (event.key === 'j') walk.step(1)
    else if (event.key === 'k') walk.step(-1)
    else if (event.key === 'h') walk.boxes = !walk.boxes
    else return
    event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', keys))
  onBeforeUnmount(() => window.removeEventListener('keydown', keys))
}
