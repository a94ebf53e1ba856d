// Colours for canvas charts, read from the tokens on <html>. Canvas knows no CSS variables, so they are read again
// whenever the look changes.

import { computed, type ComputedRef } from 'vue'
import { useSettings } from '../stores/settings'

export interface Palette {
  readonly text1: string
  readonly text2: string
  readonly text3: string
  readonly grid: string
  readonly surface2: string
  readonly rawOpacity: number
  readonly smoothWidth: number
  readonly font: string
  token(name: string): string
}

export function readPalette(): Palette {
  const style = window.getComputedStyle(document.documentElement)
  const known = new Map<string, string>()
  const token = (name: string): string => {
    const value = known.get(name) ?? style.getPropertyValue(name).trim()
    known.set(name, value)
    return value
  }
  return {
    text1: token('--text-1'), text2: token('--text-2'), text3: token('--text-3'), grid: token('--grid'),
    surface2: token('--surface-2'), rawOpacity: Number(token('--opacity-raw')), smoothWidth: Number.parseFloat(token('--stroke-smooth')),
    font: token('--font-ui'), token
  }
}

export function usePalette(): ComputedRef<Palette> {
  const settings = useSettings()
  return computed(() => {
    void settings.look
    return readPalette()
  })
}
