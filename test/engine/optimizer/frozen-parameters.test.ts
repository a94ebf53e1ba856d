// Which parameters `freeze` names, and that a frozen prefix has no backward pass in the recorded graph.

import { beforeAll, describe, expect, it } from 'vitest'
import { configProblems } from '../../../src/contract/run-config'
import { WorkbenchError } from '../../../src/contract/check'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { type Graph, createGraph } from '../../../src/engine/compile/graph'
import { addSettings, recordTask } from '../../../src/engine/compile/step-graph'
import { createVariables } from '../../../src/engine/compile/variables'
import { frozenBy } from '../../../src/engine/optimizer/frozen-parameters'
import { decays, usesHeadRate } from '../../../src/engine/optimizer/parameter-groups'
import { modelParameters } from '../../../src/engine/trunk/parameters'
import { sampleModel, sampleOptions, sampleShape } from '../compile/sample-batches'

const names = modelParameters(sampleModel).map(({ name }) => name)

/** Nodes that a run with these fetches needs. */
function needed({ nodes }: Graph, fetches: readonly string[]): string[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const found = new Set<string>()
  const visit = (output: string): void => {
    const name = output.replace(/^\^/, '').replace(/:\d+$/, '')
    if (found.has(name)) return
    found.add(name)
    byName.get(name)?.inputs.forEach(visit)
  }
  fetches.forEach(visit)
  return [...found].flatMap((name) => byName.get(name)?.op ?? [])
}

function recorded(freeze: string): { products: number; updates: readonly string[] } {
  const options = sampleOptions({ freeze })
  const graph = createGraph()
  addSettings(graph)
  const parameters = modelParameters(sampleModel)
  const tools = { graph, variables: createVariables(graph, parameters), parameters, rules: { ...options.optimizer, decays, isHead: usesHeadRate }, frozen: frozenBy(freeze, sampleModel) }
  const { fetches, updates } = recordTask(tools, options, sampleShape(taskById('vqa')), 'train')
  return { products: needed(graph, Object.values(fetches)).filter((op) => /MatMul/.test(op)).length, updates }
}

beforeAll(async () => {
  await loadBackend('cpu')
})

describe('freeze', () => {
  it('names the embeddings and the first layers of a stream, or the whole trunk', () => {
    const frozen = (freeze: string): string[] => names.filter(frozenBy(freeze, sampleModel))
    expect(frozen('none')).toEqual([])
    expect(frozen('text:0').every((name) => name.startsWith('bert.embeddings.'))).toBe(true)
    expect(frozen('text:1').filter((name) => !name.startsWith('bert.embeddings.')).every((name) => name.startsWith('bert.encoder.layer.0.'))).toBe(true)
    expect(frozen('text:1').length).toBe(frozen('text:0').length + 16)
    expect(frozen('vision:0').every((name) => name.startsWith('bert.v_embeddings.'))).toBe(true)
    expect(frozen('text:1,vision:1').length).toBe(frozen('text:1').length + frozen('vision:1').length)
    expect(frozen('trunk').every((name) => name.startsWith('bert.')) && frozen('trunk').length > 50).toBe(true)
    expect(() => frozenBy('text:9', sampleModel)).toThrow(WorkbenchError)
  })

  it('is checked as a setting', () => {
    for (const freeze of ['none', 'trunk', 'text:6', 'vision:0', 'text:6,vision:2']) expect(configProblems({ freeze }), freeze).toEqual([])
    for (const freeze of ['text', 'text:-1', 'vision:2,text:1', 'all']) expect(configProblems({ freeze }), freeze).toHaveLength(1)
  })

  it('takes the backward pass of the frozen prefix out of the graph', () => {
    const [all, prefix, heads] = [recorded('none'), recorded('text:1,vision:0'), recorded('trunk')]
    // Of the two embeddings' dense layers and the first text layer: two products of the gradient for each in the forward pass.
    expect(prefix.products).toBeLessThan(all.products - 12)
    expect(heads.products).toBeLessThan(all.products / 2)
    expect(prefix.updates.some((name) => name.startsWith('bert.encoder.layer.0.') || name.includes('embeddings'))).toBe(false)
    expect(heads.updates.every((name) => name.startsWith('vil_prediction.'))).toBe(true)
  })

  it('never computes a head that the task does not need', () => {
    expect(recorded('none').updates.filter((name) => !name.startsWith('bert.')).every((name) => name.startsWith('vil_prediction.'))).toBe(true)
  })
})
