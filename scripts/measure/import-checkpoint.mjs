// How long a checkpoint of the paper's size takes to read and to import, and how much memory at its peak
// (docs/benchmarks.md, "Importing checkpoints"). Each part runs in a process of its own.
//   node scripts/measure/import-checkpoint.mjs [FILE …]     without a file, one is made in a temporary folder
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const project = fileURLToPath(new URL('../..', import.meta.url))
const engine = async (file) => (await runnerImport(path.join(project, 'src/engine/checkpoint', file), { configFile: false, logLevel: 'error' })).module

/** Numbers that no zero page or compression can make cheap; the same every time. */
function numbers(count, start) {
  const words = new Uint32Array(count)
  let state = start | 1
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[i] = 0x3c000000 | (state >>> 9)
  }
  return new Float32Array(words.buffer)
}

const parts = {
  async make(file) {
    const shapes = JSON.parse(readFileSync(path.join(project, 'test/golden/fixtures/full/state_dict_shapes.json'), 'utf8'))
    const { writeTorch } = await engine('torch-writer.ts')
    const words = 'bert.embeddings.word_embeddings.weight'
    writeTorch(file, Object.entries(shapes).map(([name, shape], place) => ({
      name, shape, read: () => numbers(shape.reduce((product, size) => product * size, 1), place), ...(name === 'cls.predictions.decoder.weight' && { sharedWith: words })
    })))
    return {}
  },
  /** Every array in memory at once, as a model would hold them. */
  async read(file) {
    const { openWeights } = await engine('weights-file.ts')
    const before = process.memoryUsage().rss
    const start = performance.now()
    const weights = openWeights(file)
    const seen = new Set()
    const arrays = weights.arrays.filter(({ storage }) => !seen.has(storage) && seen.add(storage)).map((array) => array.read())
    const seconds = (performance.now() - start) / 1000
    weights.close()
    return { format: weights.format, arrays: weights.arrays.length, numbers: arrays.reduce((sum, { length }) => sum + length, 0), seconds, before }
  },
  async import(file) {
    const { importWeights } = await engine('import-weights.ts')
    const { presetTarget } = await engine('target-model.ts')
    const to = `${file}.imported.safetensors`
    const start = performance.now()
    const { matched, missing, unused } = importWeights({ from: file, to, bert: false, target: (shapes) => presetTarget('paper', shapes) })
    const seconds = (performance.now() - start) / 1000
    rmSync(to)
    return { matched: matched.arrays, missing: missing.length, unused: unused.length, seconds }
  }
}

function inProcess(part, file) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--part', part, file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`

if (process.argv[2] === '--part') {
  const result = await parts[process.argv[3]](process.argv[4])
  console.log(JSON.stringify({ ...result, peak: process.resourceUsage().maxRSS * 1024 }))
} else {
  const given = process.argv.slice(2)
  const folder = mkdtempSync(path.join(tmpdir(), 'import-checkpoint-'))
  try {
    const files = given.length > 0 ? given : [path.join(folder, 'model.pt')]
    if (given.length === 0) inProcess('make', files[0])
    for (const file of files) {
      const sizeBytes = statSync(file).size
      const read = inProcess('read', file)
      console.log(`${path.basename(file)}: ${read.format}, ${megabytes(sizeBytes)}, ${read.arrays} arrays, ${read.numbers} numbers`)
      console.log(`  all arrays in memory: ${read.seconds.toFixed(2)} s; memory at the peak ${megabytes(read.peak)}, of which ${megabytes(read.before)} before: ${((read.peak - read.before) / sizeBytes).toFixed(2)} × the file`)
      const imported = inProcess('import', file)
      console.log(`  import (report and safetensors): ${imported.seconds.toFixed(2)} s; memory at the peak ${megabytes(imported.peak)}; ${imported.matched} matched, ${imported.missing} missing, ${imported.unused} unused`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
