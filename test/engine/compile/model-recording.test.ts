// The whole model through the recorder: every shape compared with the real op's, and nothing left to chance.

import { beforeAll, describe, expect, it } from 'vitest'
import { type TaskId, taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { type Graph, createGraph } from '../../../src/engine/compile/graph'
import type { TypedValues } from '../../../src/engine/compile/native-binding'
import { OPEN } from '../../../src/engine/compile/open-batch'
import type { ExecMode } from '../../../src/engine/compile/record'
import { type StepTools, addSettings, recordPretraining, recordTask } from '../../../src/engine/compile/step-graph'
import { createVariables } from '../../../src/engine/compile/variables'
import { type EngineOptions, type InputSpec, engineModel, pretrainingInputSpecs, taskInputSpecs } from '../../../src/engine/execution/engine-options'
import { initialWeights } from '../../../src/engine/execution/initial-weights'
import { stepProgram } from '../../../src/engine/execution/step-program'
import { decays, usesHeadRate } from '../../../src/engine/optimizer/parameter-groups'
import { pretrainingOptions, sampleOptions, samplePretraining, sampleShape } from './sample-batches'

beforeAll(async () => {
  await loadBackend('cpu')
})

function toolsOf(options: EngineOptions, exec?: (graph: Graph) => ExecMode): StepTools {
  const graph = createGraph()
  addSettings(graph)
  const parameters = stepProgram.modelParameters(engineModel(options))
  const rules = { ...options.optimizer, decays, isHead: usesHeadRate }
  return { graph, variables: createVariables(graph, parameters), parameters, rules, ...(exec ? { exec: exec(graph) } : {}) }
}

/** Numbers of a full sentinel batch: zero ids, ones, and the initial weights. */
function realNumbers(options: EngineOptions, specs: readonly InputSpec[], rowsPerExample: number, compared: string[]): (graph: Graph) => ExecMode {
  const weights = new Map(initialWeights(options).map(({ name, data }) => [`var/${name}:0`, data]))
  const feeds = new Map(specs.map(({ name, dtype, shape }) => {
    const count = shape.reduce<number>((product, size) => product * (size === 'e' ? OPEN : size === 'b' ? OPEN * rowsPerExample : size), 1)
    return [name, dtype === 'int32' ? new Int32Array(count) : new Float32Array(count).fill(1)]
  }))
  return (graph) => ({
    compared: (op) => compared.push(op),
    values(output): TypedValues {
      if (output === 'settings/dropoutSeed:0') return Int32Array.of(1, 2)
      if (output.startsWith('settings/')) return Float32Array.of(1)
      const [node] = output.split(':')
      const fed = feeds.get(/feed\/(\w+)$/.exec(node ?? '')?.[1] ?? '')
      const read = weights.get(graph.nodes.find(({ name }) => name === node)?.inputs[0] ?? '')
      const values = fed ?? read
      if (values === undefined) throw new Error(`No numbers for ${output}`)
      return values
    },
  })
}

describe('the inferred shapes of the whole model', { timeout: 240_000 }, () => {
  it.each(['vqa', 'refcoco', 'snli-ve'] as const)('are those of TensorFlow in each op of a training step: %s', (id: TaskId) => {
    const options = sampleOptions({ dropout: 0.1 })
    const shape = sampleShape(taskById(id))
    const compared: string[] = []
    const tools = toolsOf(options, realNumbers(options, taskInputSpecs(options, shape), 1, compared))
    recordTask(tools, options, shape, 'train')
    expect(compared.length).toBeGreaterThan(500)
    expect(new Set(compared)).toContain('StatelessRandomUniform')
  })

  it('are those of TensorFlow in each op of a pre-training step', () => {
    const options = pretrainingOptions({ dropout: 0.1 })
    const compared: string[] = []
    const tools = toolsOf(options, realNumbers(options, pretrainingInputSpecs(options, samplePretraining), 1, compared))
    recordPretraining(tools, options, samplePretraining, 'train')
    expect(compared.length).toBeGreaterThan(500)
  })
})

describe('recording the model', () => {
  it('gives the same graph twice: no number was drawn in JavaScript', () => {
    const options = sampleOptions({ dropout: 0.1 })
    const [first, second] = [toolsOf(options), toolsOf(options)]
    for (const tools of [first, second]) for (const id of ['vqa', 'nlvr2', 'coco'] as const) recordTask(tools, options, sampleShape(taskById(id)), 'train')
    expect(second.graph.nodes).toEqual(first.graph.nodes)
  })

  it('updates exactly the parameters on the way from the inputs to the loss', () => {
    const options = sampleOptions()
    const step = recordTask(toolsOf(options), options, sampleShape(taskById('snli-ve')), 'train')
    expect(step.updates).toContain('vil_tri_prediction.weight')
    expect(step.updates).toContain('bert.embeddings.word_embeddings.weight')
    expect(step.updates.filter((name) => name.startsWith('cls.') || name.startsWith('vision_logit') || /vil_(prediction|logit|binary)/.test(name))).toEqual([])
  })
})
