// idleHeads=drift in both engines: heads of other tasks go on with what they had, and nothing moves before its first gradient.
import { beforeAll, expect, it } from 'vitest'
import type { TaskId } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { NamedArray, StepEngine } from '../../../src/engine/execution/step-engine'
import { STEP, tinyBatch, tinyOptions, tinyShape } from './tiny-run'

const TASKS: readonly TaskId[] = ['vqa', 'refcoco', 'snli-ve']

function options(idleHeads: 'rest' | 'drift', more: Partial<EngineOptions['optimizer']> = {}): EngineOptions {
  const { model, seed, taskToken, dropout, optimizer } = tinyOptions()
  return { model, seed, taskToken, dropout, shapes: TASKS.map((id) => tinyShape(id)), optimizer: { ...optimizer, idleHeads, ...more } }
}

async function stepped(engine: StepEngine, tasks: readonly TaskId[], from = 1): Promise<void> {
  for (const [place, task] of tasks.entries()) await engine.train(tinyBatch(task), { ...STEP, update: from + place })
}

const arrayOf = (arrays: readonly NamedArray[], name: string): number[] => [...(arrays.find((array) => array.name === name)?.data ?? [])]
const ROUND = ['vqa', 'refcoco', 'snli-ve', 'vqa', 'refcoco'] as const

beforeAll(async () => {
  await loadBackend('cpu')
})

it('lets a head drift in other tasks\' steps, but not before its first own step', async () => {
  const engine = await createCompiledEngine(options('drift'))
  const start = await engine.read('weights')
  await stepped(engine, ['vqa', 'vqa'])
  const vqaOnly = await engine.read('weights')
  for (const head of ['vision_logit.weight', 'vil_tri_prediction.weight']) expect(arrayOf(vqaOnly, head)).toEqual(arrayOf(start, head))
  await stepped(engine, ['refcoco'], 3)
  const after = await engine.read('weights')
  expect(arrayOf(after, 'vil_prediction.logit_fc.3.weight')).not.toEqual(arrayOf(vqaOnly, 'vil_prediction.logit_fc.3.weight'))
  // Without decay a bias moves by its moments alone.
  expect(arrayOf(after, 'vil_prediction.logit_fc.3.bias')).not.toEqual(arrayOf(vqaOnly, 'vil_prediction.logit_fc.3.bias'))
  expect(arrayOf(after, 'vil_tri_prediction.weight')).toEqual(arrayOf(start, 'vil_tri_prediction.weight'))
  engine.dispose()
})

it('rests by default', async () => {
  const engine = await createCompiledEngine(options('rest'))
  await stepped(engine, ['vqa'])
  const before = arrayOf(await engine.read('weights'), 'vil_prediction.logit_fc.3.weight')
  await stepped(engine, ['refcoco'], 2)
  expect(arrayOf(await engine.read('weights'), 'vil_prediction.logit_fc.3.weight')).toEqual(before)
  engine.dispose()
})

it.each(['adamw', 'radam'] as const)('is the same in the compiled and the plain engine, also where a run was resumed in between or batches are computed in parts: %s', async (kind) => {
  // Another rate for BERT's weights and no decay of LayerNorms must agree as well.
  const made = options('drift', { kind, bertRate: 0.5, decayRule: 'norms', weightDecay: 0.1 })
  const [compiled, eager, resumed] = [await createCompiledEngine(made), await createEagerEngine(made), await createCompiledEngine(made)]
  const parts = await createCompiledEngine({ ...made, microBatch: 2 })
  await stepped(compiled, ROUND.slice(0, 2))
  await stepped(eager, ROUND)
  await stepped(parts, ROUND)
  await resumed.write(await compiled.read('all'))
  for (const engine of [compiled, resumed]) await stepped(engine, ROUND.slice(2), 3)
  const [a, b, c] = [await compiled.read('weights'), await eager.read('weights'), await resumed.read('weights')]
  expect(c).toEqual(a)
  const others = [b, await parts.read('weights')]
  for (const { name, data } of a) {
    // A single element with a gradient near zero amplifies rounding: the mean tells.
    const means = others.map((other) => {
      const values = arrayOf(other, name)
      return data.reduce((sum, value, i) => sum + Math.abs(value - (values[i] ?? Number.NaN)), 0) / data.length
    })
    if (!/key[12]?\.bias$/.test(name)) expect([name, ...means.map((mean) => mean < 2e-5)]).toEqual([name, true, true])
  }
  for (const engine of [compiled, eager, resumed, parts]) engine.dispose()
})
