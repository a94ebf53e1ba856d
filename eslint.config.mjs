// Lint: correctness rules, and the import boundaries (who may import whom; test/invariants/boundaries.test.ts
// holds the same table for every form of import, this file shows it in the editor).

import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

/** A boundary as a rule: imports whose text matches are refused with the reason. */
function refuse(...pairs) {
  return [
    'error',
    { patterns: pairs.map(([regex, message]) => ({ regex, message: `${message} (the table is in test/invariants/boundaries.test.ts)` })) },
  ]
}

const parts = (names) => `^(\\.\\./)+(${names.join('|')})/`
const nativeTensorflow = ['^@tensorflow/(?!tfjs-core($|/))', 'only src/engine/backend.ts loads a TensorFlow.js backend']
const anyTensorflow = ['^@tensorflow/', 'a native crash must not reach this process: leave TensorFlow to the worker']
const notEngine = [parts(['engine']), 'this process never loads the engine']
const windowPackages = ['^(electron|vue|pinia|echarts|reka-ui)($|/)', 'this code runs without a window']

const boundaries = [
  { files: ['src/contract/**'], rule: refuse(['^(?!\\./)', 'the contract imports only the contract']) },
  { files: ['src/lock/**'], rule: refuse(['^(?!\\./|\\.\\./contract/|node:)', 'the lock imports only the contract and Node']) },
  {
    files: ['src/engine/**'],
    ignores: ['src/engine/backend.ts', 'src/engine/schedule/**'],
    rule: refuse([parts(['host', 'main', 'preload', 'renderer', 'cli', 'worker', 'serve', 'study']), 'the engine knows no host'], windowPackages, nativeTensorflow),
  },
  {
    files: ['src/engine/schedule/**'],
    rule: refuse(['^(?!\\./|\\.\\./\\.\\./contract/)', 'the schedule imports only the contract']),
  },
  { files: ['src/worker/**', 'src/cli/**'], rule: refuse(windowPackages, nativeTensorflow, [parts(['main', 'preload', 'renderer']), 'this code runs without a window']) },
  { files: ['src/host/**', 'src/serve/**', 'src/study/**'], rule: refuse(windowPackages, anyTensorflow, notEngine, [parts(['main', 'preload', 'renderer', 'worker', 'cli']), 'the host is used by main and serve, not the other way round']) },
  { files: ['src/main/**'], rule: refuse(anyTensorflow, notEngine, [parts(['worker', 'cli', 'serve', 'renderer', 'preload']), 'main starts other programs by path and imports none of them']) },
  {
    files: ['src/preload/**', 'src/renderer/**'],
    rule: refuse(anyTensorflow, notEngine, ['^node:', 'the window has no Node'], [parts(['host', 'main', 'worker', 'cli', 'serve']), 'the window imports only the contract and itself']),
  },
]

export default tseslint.config(
  { ignores: ['node_modules/**', 'out/**', 'test-results/**', 'playwright-report/**'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/essential'].map((config) => ({ files: ['src/**/*.vue'], ...config })),
  {
    files: ['src/**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser } },
  },
  {
    files: ['src/**', 'test/**'],
    rules: {
      eqeqeq: 'error',
      'no-debugger': 'error',
      'no-shadow': 'off',
      '@typescript-eslint/no-shadow': 'error',
      'block-scoped-var': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'use a seeded stream of src/engine/random.ts' }],
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    // Electron 22's main and utility processes run Node 16.17, which lacks these.
    files: ['src/contract/**', 'src/lock/**', 'src/engine/**', 'src/worker/**', 'src/host/**', 'src/study/**', 'src/main/**'],
    rules: {
      'no-restricted-globals': ['error', 'fetch', 'structuredClone', 'Blob', 'FormData', 'BroadcastChannel', 'WebSocket', 'navigator'],
    },
  },
  {
    files: ['src/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: { '@typescript-eslint/no-floating-promises': 'error' },
  },
  { files: ['**/*.cjs', 'scripts/setup/electron-start-up/**'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  ...boundaries.map(({ files, ignores, rule }) => ({ files, ...(ignores && { ignores }), rules: { 'no-restricted-imports': rule } })),
)
