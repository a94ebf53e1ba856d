// The test tiers below the end-to-end one. A tier is a folder of test/; everything else is the unit tier.
// Forks, not threads: the native TensorFlow library may be loaded once per process only.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const special = ['invariants', 'golden', 'leak', 'training'] as const
const root = fileURLToPath(new URL('.', import.meta.url))

function tier(name: string, include: string[], exclude: string[], testTimeoutMs: number) {
  return {
    root,
    plugins: [vue()],
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', 'test/e2e/**', ...exclude],
      environment: 'node',
      testTimeout: testTimeoutMs,
      hookTimeout: testTimeoutMs,
      env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    },
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      tier('unit', ['test/**/*.test.ts'], special.map((name) => `test/${name}/**`), 30_000),
      tier('invariants', ['test/invariants/**/*.test.ts'], [], 60_000),
      tier('golden', ['test/golden/**/*.test.ts'], [], 120_000),
      tier('leak', ['test/leak/**/*.test.ts'], [], 300_000),
      tier('training', ['test/training/**/*.test.ts'], [], 900_000),
    ],
  },
})
