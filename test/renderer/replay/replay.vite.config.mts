// `npx vite build -c test/renderer/replay/replay.vite.config.mts` → out/replay, a static page to look at.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  root: here,
  base: './',
  plugins: [vue()],
  build: { outDir: fileURLToPath(new URL('../../../out/replay', import.meta.url)), emptyOutDir: true, target: 'chrome108', minify: false }
})
