// How the product is built: the Node programs (CommonJS for Electron 22's Node 16), the preload, the window.
// scripts/setup/ensure-built.mjs calls it and says where the result goes; entries that do not exist are left out.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const root = fileURLToPath(new URL('.', import.meta.url))
const out = process.env['TWELVE_IN_ONE_OUT'] ?? path.join(root, 'out')

/** Output name → source; the output is out/<name>.cjs. */
const programs = {
  'main/index': 'src/main/index.ts',
  'worker/main': 'src/worker/main.ts',
  'cli/main': 'src/cli/main.ts',
  'serve/main': 'src/serve/main.ts',
  'picture-worker/main': 'src/engine/mini-world/picture-worker.ts',
  'checkpoint-writer/main': 'src/engine/checkpoint/writer-thread.ts',
  'weight-drawer/main': 'src/engine/execution/weight-drawer.ts',
  'batch-maker/main': 'src/engine/pipeline/batch-maker.ts',
}

/** Kept as require(): native code, and TensorFlow.js, of which there may be only one copy per process. */
const external = [/^@tensorflow\//, /^@resvg\//, 'bufferutil', 'utf-8-validate']

function existing(entries: Record<string, string>): Record<string, string> {
  const found = Object.entries(entries).filter(([, source]) => existsSync(path.join(root, source)))
  return Object.fromEntries(found.map(([name, source]) => [name, path.join(root, source)]))
}

const node = { target: 'node16', externalizeDeps: false, minify: false, emptyOutDir: false } as const
const commonJs = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
} as const

const main = existing(programs)
const preload = existing({ 'preload/index': 'src/preload/index.ts' })
const page = path.join(root, 'src', 'renderer', 'index.html')

export default defineConfig({
  ...(Object.keys(main).length > 0 && {
    main: { build: { ...node, outDir: out, rollupOptions: { input: main, external, output: commonJs } } },
  }),
  ...(Object.keys(preload).length > 0 && {
    preload: { build: { ...node, outDir: out, rollupOptions: { input: preload, output: commonJs } } },
  }),
  ...(existsSync(page) && {
    renderer: {
      root: path.dirname(page),
      base: './',
      plugins: [vue()],
      build: {
        target: 'chrome108',
        cssTarget: 'chrome108',
        minify: true,
        outDir: path.join(out, 'renderer'),
        emptyOutDir: true,
        assetsInlineLimit: 0, // the page's security policy allows no data: fonts
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 2000,
        rollupOptions: { input: page },
      },
    },
  }),
})
