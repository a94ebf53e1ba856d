// Configurations of which there are no recorded numbers: what must hold for any of them. The model is read from a
// config.json and a weights file, as the `parity` command does it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Tensor, gather, tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { writeSafetensors } from '../../../src/engine/checkpoint/safetensors'
import { valueAndGradients } from '../../../src/engine/execution/gradients'
import { type Inputs, input, stepProgram } from '../../../src/engine/execution/step-program'
import { forwardContext } from '../../../src/engine/nn/forward-context'
import { allHeads } from '../../../src/engine/parity/all-heads'
import { furthest } from '../../../src/engine/parity/comparison'
import { type ParityModel, readParityModel, tidied } from '../../../src/engine/parity/parity-model'
import { randomStream } from '../../../src/engine/random'
import type { TrunkInputs } from '../../../src/engine/trunk/embeddings'
import { isFrozen } from '../../../src/engine/trunk/frozen-prefix'
import { modelParameters } from '../../../src/engine/trunk/parameters'
import { layerSchedule } from '../../../src/engine/trunk/trunk'
import { readModelConfig } from '../../../src/engine/trunk/trunk-config'

const BASE = {
  vocab_size: 40, hidden_size: 16, num_hidden_layers: 3, num_attention_heads: 4, intermediate_size: 24, max_position_embeddings: 12,
  v_feature_size: 10, v_target_size: 6, v_hidden_size: 24, v_num_hidden_layers: 2, v_num_attention_heads: 3, v_intermediate_size: 20,
  bi_hidden_size: 12, bi_num_attention_heads: 2, v_biattention_id: [0, 1], t_biattention_id: [1, 2], task_specific_tokens: true
}
const CONFIGURATIONS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['as the recordings, other widths', {}],
  ['one connection, late', { v_biattention_id: [1], t_biattention_id: [2] }],
  ['three connections, two at the same place', { num_hidden_layers: 4, v_biattention_id: [0, 0, 1], t_biattention_id: [1, 1, 3] }],
  ['connection before any text layer', { v_biattention_id: [0], t_biattention_id: [0] }],
  ['sum, without task tokens', { fusion_method: 'sum', task_specific_tokens: false }],
  ['dynamic attention', { dynamic_attention: true }],
  ['dynamic attention, relu and swish', { dynamic_attention: true, hidden_act: 'relu', v_hidden_act: 'swish', fusion_method: 'sum' }],
  ['streams that never meet', { with_coattention: false }],
  ['wide text, narrow vision', { hidden_size: 32, num_attention_heads: 2, v_hidden_size: 8, v_num_attention_heads: 4, bi_hidden_size: 20, bi_num_attention_heads: 5 }],
  ['fixed first layers', { num_hidden_layers: 4, v_num_hidden_layers: 3, v_biattention_id: [1, 2], t_biattention_id: [2, 3], fixed_t_layer: 2, fixed_v_layer: 1 }]
]
const folders: string[] = []

function modelOf(difference: Readonly<Record<string, unknown>>): ParityModel {
  const folder = mkdtempSync(join(tmpdir(), 'configuration-'))
  folders.push(folder)
  const json = { ...BASE, ...difference }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(json))
  const config = readModelConfig(json, { answers: 5, gqaAnswers: 4 })
  writeSafetensors(join(folder, 'model.safetensors'), modelParameters(config).map(({ name, shape, init }) => {
    const stream = randomStream(1, 'configuration', name)
    const centre = init === 'ones' ? 1 : 0
    return { name, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => centre + 0.3 * stream.normal()) }
  }))
  return readParityModel(join(folder, 'config.json'), join(folder, 'model.safetensors'))
}

const ROWS = 4
interface Arrays {
  readonly words: number
  readonly regions: number
  /** By row. */
  readonly ids: readonly (readonly number[])[]
  readonly wordMask: readonly (readonly number[])[]
  readonly features: readonly (readonly (readonly number[])[])[]
  readonly boxes: readonly (readonly (readonly number[])[])[]
  readonly regionMask: readonly (readonly number[])[]
}

/** Rows of different lengths; padding is filled with `junk`, which must not matter. */
function arraysOf(words: number, regions: number, junk: number): Arrays {
  const rows = Array.from({ length: ROWS }, (_, row) => row)
  const stream = (row: number, what: string): (() => number) => {
    const own = randomStream(2, what, row)
    return () => own.normal()
  }
  const real = { words: (row: number) => 3 + row, regions: (row: number) => 5 - row }
  return {
    words, regions,
    ids: rows.map((row) => Array.from({ length: words }, (_, i) => (i < real.words(row) ? 1 + ((7 * row + 3 * i) % 39) : Math.abs(Math.round(junk)) % 40))),
    wordMask: rows.map((row) => Array.from({ length: words }, (_, i) => (i < real.words(row) ? 1 : 0))),
    features: rows.map((row) => { const next = stream(row, 'features'); return Array.from({ length: regions }, (_, i) => Array.from({ length: 10 }, () => (i < real.regions(row) ? next() : junk))) }),
    boxes: rows.map((row) => { const next = stream(row, 'boxes'); return Array.from({ length: regions }, (_, i) => Array.from({ length: 5 }, () => (i < real.regions(row) ? next() : junk))) }),
    regionMask: rows.map((row) => Array.from({ length: regions }, (_, i) => (i < real.regions(row) ? 1 : 0)))
  }
}

function inputsOf(model: ParityModel, { ids, wordMask, features, boxes, regionMask, words, regions }: Arrays): TrunkInputs {
  return {
    wordIds: tensor(ids.flat(), [ROWS, words], 'int32'), wordMask: tensor(wordMask.flat(), [ROWS, words]),
    features: tensor(features.flat(2), [ROWS, regions, 10]), boxes: tensor(boxes.flat(2), [ROWS, regions, 5]), regionMask: tensor(regionMask.flat(), [ROWS, regions]),
    ...(model.config.task_specific_tokens ? { tokenRows: tensor([1, 9, 12, 17], [ROWS], 'int32') } : {})
  }
}

const heads = (model: ParityModel, inputs: TrunkInputs): Record<string, Tensor> => allHeads(forwardContext(model.config, model.parameters), inputs)
const near = (a: Tensor, b: Tensor): boolean => furthest(a.dataSync(), b.dataSync()) < 2e-5
const POOLED = ['vil_prediction', 'vil_prediction_gqa', 'vil_logit', 'vil_binary_prediction', 'vil_tri_prediction']

beforeAll(async () => {
  await loadBackend('auto')
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

describe.each(CONFIGURATIONS)('%s', (_name, difference) => {
  it('permutes region logits as regions are permuted, and nothing else', () => {
    const model = modelOf(difference)
    const arrays = arraysOf(7, 6, 0)
    // Region 0 is what the pooler reads: it stays.
    const order = [0, 3, 1, 5, 2, 4]
    const same = tidied(() => {
      const plain = heads(model, inputsOf(model, arrays))
      const inputs = inputsOf(model, arrays)
      const moved = (x: Tensor): Tensor => gather(x, tensor(order, [6], 'int32'), 1)
      const permuted = heads(model, { ...inputs, features: moved(inputs.features), boxes: moved(inputs.boxes), regionMask: moved(inputs.regionMask) })
      const regional = ['vision_logit', 'vision_prediction'].map((name) => near(moved(plain[name] as Tensor), permuted[name] as Tensor))
      const rest = [...POOLED, 'linguisic_prediction', 'linguisic_logit'].map((name) => near(plain[name] as Tensor, permuted[name] as Tensor))
      return [...regional, ...rest]
    })
    expect(same).toEqual(same.map(() => true))
    model.dispose()
  })

  it('does not see padding: neither what is in it nor how much of it', () => {
    const model = modelOf(difference)
    const same = tidied(() => {
      const [plain, junk, longer] = [arraysOf(7, 6, 0), arraysOf(7, 6, 3), arraysOf(9, 8, 0)].map((arrays) => heads(model, inputsOf(model, arrays)))
      return POOLED.flatMap((name) => [junk, longer].map((other) => near(plain?.[name] as Tensor, other?.[name] as Tensor)))
    })
    expect(same).toEqual(same.map(() => true))
    model.dispose()
  })

  it('gives each row of a batch its own result, whatever stands beside it', () => {
    const model = modelOf(difference)
    const same = tidied(() => {
      const inputs = inputsOf(model, arraysOf(7, 6, 0))
      const order = tensor([2, 3, 0, 1], [ROWS], 'int32')
      const moved = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, gather(value as Tensor, order, 0)])) as unknown as TrunkInputs
      const [plain, other] = [heads(model, inputs), heads(model, moved)]
      // Two rows make one pair.
      const place = (name: string): Tensor => (name === 'vil_binary_prediction' ? tensor([1, 0], [2], 'int32') : order)
      return Object.keys(plain).map((name) => near(gather(plain[name] as Tensor, place(name), 0), other[name] as Tensor))
    })
    expect(same).toEqual(same.map(() => true))
    model.dispose()
  })

  it('gives padding no gradient, fixed layers none, and every other used parameter one', () => {
    const model = modelOf(difference)
    const { gradients, padding } = tidied(() => {
      const inputs = inputsOf(model, arraysOf(7, 6, 0))
      const { features, wordMask, regionMask } = inputs
      const fed: Inputs = { ...(inputs as unknown as Record<string, Tensor>), targets: tensor([1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0], [4, 3]), targetMask: tensor(new Float32Array(12).fill(1), [4, 3]), weights: tensor([1, 1, 1, 1]) }
      const task = taskById('snli-ve')
      const loss = (given: Inputs): Tensor => {
        const { logits } = stepProgram.taskForward(forwardContext(model.config, model.parameters), task, given)
        return stepProgram.taskLoss(logits, input(given, 'targets'), input(given, 'targetMask'), input(given, 'weights'), task.objective)
      }
      const trained = new Map<string, Tensor>([...model.weights].filter(([name]) => !isFrozen(model.config, name)))
      const found = valueAndGradients(() => loss(fed), new Map([...trained, ['features', features]])).gradients
      const perRegion = found.get('features')?.arraySync() as number[][][]
      const mask = regionMask.arraySync() as number[][]
      const outside = perRegion.flatMap((row, r) => row.flatMap((values, i) => (mask[r]?.[i] === 0 ? values.map(Math.abs) : [])))
      return { gradients: [...found.keys()], padding: { largest: Math.max(...outside), count: outside.length, words: wordMask.size } }
    })
    expect(padding.count).toBeGreaterThan(10)
    expect(padding.largest).toBe(0)
    const trunk = gradients.filter((name) => name.startsWith('bert.'))
    expect(trunk.filter((name) => isFrozen(model.config, name))).toEqual([])
    const unused = [...model.weights.keys()].filter((name) => name.startsWith('bert.') && !name.includes('q_dense') && !isFrozen(model.config, name) && !trunk.includes(name))
    // Streams that never meet leave their connection layers alone.
    expect(unused.filter((name) => model.config.with_coattention || !name.includes('.c_layer.'))).toEqual([])
    model.dispose()
  })
})

describe('a configuration', () => {
  it('runs its layers in the order of its two lists', () => {
    const order = (difference: Readonly<Record<string, unknown>>): string =>
      layerSchedule(readModelConfig({ ...BASE, ...difference }, { answers: 5, gqaAnswers: 4 })).map(({ kind, index }) => `${kind[0]}${index}`).join(' ')
    expect(order({})).toBe('t0 c0 t1 v0 c1 v1 t2')
    expect(order({ num_hidden_layers: 4, v_biattention_id: [0, 0, 1], t_biattention_id: [1, 1, 3] })).toBe('t0 c0 c1 t1 t2 v0 c2 v1 t3')
    expect(order({ with_coattention: false })).toBe('t0 t1 v0 v1 t2')
  })

  it('makes a difference with each of its options', () => {
    const results = ['{}', '{"fusion_method":"sum"}', '{"hidden_act":"relu"}', '{"v_hidden_act":"swish"}', '{"t_biattention_id":[0,2]}', '{"with_coattention":false}', '{"task_specific_tokens":false}']
      .map((json) => {
        const model = modelOf(JSON.parse(json) as Record<string, unknown>)
        const logits = tidied(() => [...heads(model, inputsOf(model, arraysOf(7, 6, 0)))['vil_tri_prediction']?.dataSync() ?? []].map((value) => value.toFixed(3)).join())
        model.dispose()
        return logits
      })
    expect(new Set(results).size).toBe(results.length)
  })

  it.each([
    [{ hidden_size: 15 }, /hidden_size 15 must be a multiple of num_attention_heads 4/],
    [{ v_biattention_id: [0] }, /must have the same length/],
    [{ v_biattention_id: [1, 0] }, /v_biattention_id \[1, 0\] must rise/],
    [{ t_biattention_id: [1, 3] }, /must rise and stay below the 3 layers/],
    [{ fixed_t_layer: 2 }, /fixed_t_layer is 2; allowed: a whole number from 0 to 1, where the first connection is/],
    [{ fusion_method: 'max' }, /fusion_method is 'max'; allowed: mul, sum/],
    [{ hidden_act: 'tanh' }, /hidden_act is 'tanh'; allowed: gelu, relu, swish/],
    [{ visual_target: 3 }, /visual_target is 3; allowed: 0, 1, 2/],
    [{ visual_target: 2 }, /v_target_size 6 must be v_feature_size 10/],
    [{ num_hidden_layers: '3' }, /num_hidden_layers is "3"; expected a number/],
    [{ in_batch_pairs: true }, /in_batch_pairs is true/],
    [{ model: 'roberta' }, /roberta' with task_specific_tokens; the reference fails on that/],
    [{ hidden_size: 15, fusion_method: 'max' }, /hidden_size 15.*fusion_method/]
  ] as const)('%j is refused with the reason', (difference, message) => {
    expect(() => readModelConfig({ ...BASE, ...difference }, { answers: 5, gqaAnswers: 4 })).toThrow(message)
  })

  it('refuses weights of another configuration by name and shape', () => {
    const model = modelOf({})
    const folder = folders[folders.length - 1] ?? ''
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...BASE, intermediate_size: 25 }))
    expect(() => readParityModel(join(folder, 'config.json'), join(folder, 'model.safetensors'))).toThrow(/intermediate.dense.weight' in .* has the shape \[24, 16\]; config.json needs \[25, 16\]/)
    model.dispose()
  })
})
