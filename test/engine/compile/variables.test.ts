// Arrays on their way into the variables of a session and out again: by slots, and one by one as on a GPU.

import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../../src/engine/backend'
import { createGraph } from '../../../src/engine/compile/graph'
import { encodeSavedModel } from '../../../src/engine/compile/graph-def'
import { openSession } from '../../../src/engine/compile/session'
import { addVariableAccess, createVariables } from '../../../src/engine/compile/variables'
import type { NamedArray } from '../../../src/engine/execution/step-engine'
import { readEach, writeVariables } from '../../../src/engine/execution/variable-transfer'

beforeAll(async () => {
  await loadBackend('cpu')
})

/** More arrays than a run has slots, of several ranks. */
const shapes = [[], [3], [2, 5], [1, 4, 2], [20, 30]]
const arrays = (scale: number): NamedArray[] => Array.from({ length: 70 }, (_, place) => {
  const shape = shapes[place % shapes.length] ?? []
  const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (__, i) => scale * (1000 * place + i))
  return { name: `p${place}`, shape, data }
})

describe.each([['by slots', false], ['one by one', true]])('variables written %s', (_, gpu) => {
  it('hold what was written, and what was not written stays', async () => {
    const graph = createGraph()
    const variables = createVariables(graph, arrays(1))
    variables.moment('m', 'p2')
    const access = addVariableAccess(graph, variables, gpu, (name) => name === 'm/p2')
    const compiled = { session: openSession(encodeSavedModel(graph.nodes)), variables: variables.all(), access }
    expect(access.assignAny === undefined).toBe(gpu)
    try {
      if (access.zero !== undefined) compiled.session.run([], [access.zero])
      expect(await writeVariables(compiled, [...arrays(1), { name: 'unknown', shape: [], data: new Float32Array(1) }])).toEqual(['unknown'])
      const second = arrays(2).filter((__, place) => place % 3 === 0)
      expect(await writeVariables(compiled, second)).toEqual([])
      for (const { data } of second) data.fill(7)
      const read: NamedArray[] = []
      await readEach(compiled, 'all', (array) => void read.push(array))
      const [ones, twos] = [arrays(1), arrays(2)]
      expect(read).toEqual([...ones.map((one, place) => (place % 3 === 0 ? twos[place] : one)), { name: 'm/p2', shape: [2, 5], data: new Float32Array(10) }])
      await expect(writeVariables(compiled, [{ name: 'p1', shape: [4], data: new Float32Array(4) }])).rejects.toThrow("'p1' has the shape [4]")
    } finally {
      compiled.session.close()
    }
  })
})
