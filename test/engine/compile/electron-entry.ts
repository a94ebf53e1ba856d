// Runs in Electron (electron.test.ts): arrays handed to an engine, and changed afterwards, must not change the engine's
// variables; and a training must give the same numbers as in Node. Prints one JSON line.

import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { sampleBatch, sampleOptions, sampleShape, settingsOf } from './sample-batches'

async function main(): Promise<void> {
  await loadBackend('cpu')
  const vqa = taskById('vqa')
  // Wide enough that arrays are large and lie on page boundaries, where Electron shares their memory.
  const model = { ...sampleOptions().model, vocab_size: 40_000 }
  const engine = await createCompiledEngine(sampleOptions({ shapes: [sampleShape(vqa)], model, dropout: 0.1 }))
  const saved = await engine.read('all')
  await engine.write(saved)
  const before = await engine.predict(sampleBatch(vqa))
  for (const { data } of saved) data.fill(7)
  const after = await engine.predict(sampleBatch(vqa))
  const losses: number[] = []
  for (let step = 1; step <= 8; step++) {
    const batch = sampleBatch(vqa, 4, step)
    losses.push((await engine.train(batch, settingsOf(step))).loss)
    batch.features.fill(1e6)
  }
  engine.dispose()
  console.log(JSON.stringify({ electron: process.versions['electron'] ?? null, before: [...before.logits], after: [...after.logits], losses }))
}

void main()
