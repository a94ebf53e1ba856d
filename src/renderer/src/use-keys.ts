// The keys of keys.ts that work everywhere. Keys of a view (J, K, H) are handled by the view.

import { onScopeDispose } from 'vue'
import { type View, useApp } from './stores/app'
import { useChartView } from './stores/chart-view'
import { useStudies } from './stores/studies'
import { useRunControls } from './use-run-controls'

const VIEW_KEYS: Readonly<Record<string, View>> = { '1': 'home', '2': 'runs', '3': 'live', '4': 'studies', '5': 'samples' }

/** Where typing is meant: keys belong to the text. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

/** Controls that Space presses by itself. */
function pressesItself(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, input, select, summary, a[href], [role="button"], [role="menuitem"], [role="tab"]') !== null
}

export function useKeys(): void {
  const app = useApp()
  const view = useChartView()
  const controls = useRunControls()

  function withControl(event: KeyboardEvent): boolean {
    const next = VIEW_KEYS[event.key]
    if (event.key.toLowerCase() === 'k') app.dialog = app.dialog === 'palette' ? 'none' : 'palette'
    else if (event.key.toLowerCase() === 'n') app.openNewRun()
    else if (event.key === ',') app.show('settings')
    else if (next) app.show(next)
    else return false
    return true
  }

  function alone(event: KeyboardEvent): boolean {
    const middle = (view.range[0] + view.range[1]) / 2
    switch (event.key) {
      case ' ':
        if (pressesItself(event.target)) return false
        if (!event.repeat) (app.view === 'studies' ? useStudies() : controls).toggle()
        return true
      case 'Escape': return closeDrawers()
      case '?': app.dialog = 'help'; return true
      case '/': return focusSearch()
      case '+':
      case '=': view.zoomAround(middle, 0.8); return true
      case '-': view.zoomAround(middle, 1.25); return true
      case '0': view.zoom = null; return true
      default: return false
    }
  }

  function closeDrawers(): boolean {
    const open = app.listDrawer || app.inspectorDrawer
    app.listDrawer = false
    app.inspectorDrawer = false
    return open
  }

  function focusSearch(): boolean {
    const field = document.querySelector<HTMLElement>('[data-search]')
    if (!field && app.isNarrow) {
      app.listDrawer = true
      window.setTimeout(() => document.querySelector<HTMLElement>('[data-search]')?.focus())
      return true
    }
    field?.focus()
    return field !== null
  }

  function down(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey) return
    const modal = app.dialog !== 'none'
    const handled = event.ctrlKey || event.metaKey
      ? (!modal || app.dialog === 'palette') && withControl(event)
      : !modal && !isTextField(event.target) && alone(event)
    if (handled) event.preventDefault()
  }

  window.addEventListener('keydown', down)
  onScopeDispose(() => window.removeEventListener('keydown', down))
}
