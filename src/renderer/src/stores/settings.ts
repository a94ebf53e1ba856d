// What the user chose about the look: theme, contrast, motion. Kept in the window's own storage and put on <html>,
// where tokens.css and base.css read it. Read next: ../charts/palette.ts (colours for canvas charts).

import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'

export const THEMES = ['system', 'dark', 'light'] as const
export type Theme = (typeof THEMES)[number]
export const CONTRASTS = ['system', 'normal', 'more'] as const
export type Contrast = (typeof CONTRASTS)[number]
export const MOTIONS = ['system', 'reduced'] as const
export type Motion = (typeof MOTIONS)[number]

const KEY = 'workbench-look'

function stored(): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function known<T extends string>(values: readonly T[], value: unknown, fallback: T): T {
  return values.find((candidate) => candidate === value) ?? fallback
}

function mediaRef(query: string): { readonly value: boolean } {
  const media = window.matchMedia(query)
  const matches = ref(media.matches)
  media.addEventListener('change', (event) => { matches.value = event.matches })
  return matches
}

export const useSettings = defineStore('settings', () => {
  const saved = stored()
  const theme = ref<Theme>(known(THEMES, saved['theme'], 'system'))
  const contrast = ref<Contrast>(known(CONTRASTS, saved['contrast'], 'system'))
  const motion = ref<Motion>(known(MOTIONS, saved['motion'], 'system'))
  const systemDark = mediaRef('(prefers-color-scheme: dark)')
  const systemContrast = mediaRef('(prefers-contrast: more)')

  const isDark = computed(() => (theme.value === 'system' ? systemDark.value : theme.value === 'dark'))
  const isHighContrast = computed(() => (contrast.value === 'system' ? systemContrast.value : contrast.value === 'more'))
  /** Changes whenever colours do: charts watch it. */
  const look = computed(() => `${isDark.value ? 'dark' : 'light'}-${isHighContrast.value ? 'more' : 'normal'}`)

  watch([isDark, isHighContrast, motion], () => {
    const root = document.documentElement
    root.dataset['theme'] = isDark.value ? 'dark' : 'light'
    root.dataset['contrast'] = isHighContrast.value ? 'more' : 'normal'
    root.dataset['motion'] = motion.value
  }, { immediate: true, flush: 'sync' })

  watch([theme, contrast, motion], () => {
    try {
      window.localStorage.setItem(KEY, JSON.stringify({ theme: theme.value, contrast: contrast.value, motion: motion.value }))
    } catch {
      // A window without storage keeps the choice until it closes.
    }
  })

  return { theme, contrast, motion, isDark, isHighContrast, look }
})
