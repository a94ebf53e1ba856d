// The model against the released PyTorch implementation, tensor by tensor. fixtures/README.md says what the numbers are.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'
import { readSafetensors } from '../../src/engine/checkpoint/safetensors'
import { readJsonObject } from '../../src/engine/json-object'
import { type ParityReport, runParity } from '../../src/engine/parity/run-parity'
import { readParityModel } from '../../src/engine/parity/parity-model'
import { parameterGroup } from '../../src/engine/optimizer/parameter-groups'

const TINY = join(__dirname, 'fixtures', 'tiny')

describe.each(['cpu', 'wasm'] as const)('the tiny reference model on the backend %s', (choice) => {
  let report: ParityReport
  beforeAll(async () => {
    await loadBackend(choice)
    report = runParity(TINY, null, join(TINY, 'grads', 'grads.safetensors'))
  })

  it('makes every output of every head within 1e-4', () => {
    const outputs = report.differences.filter(({ name }) => name.startsWith('out.'))
    expect(outputs.map(({ name }) => name).sort()).toEqual([...readSafetensors(join(TINY, 'fixture.safetensors')).tensors.keys()].filter((name) => name.startsWith('out.')).sort())
    expect(outputs.filter(({ passed }) => !passed)).toEqual([])
    expect(report.largest).toBeLessThan(2e-5)
  })

  it('agrees at every layer and in every attention map', () => {
    const inner = report.differences.filter(({ name }) => !name.startsWith('out.'))
    expect(inner.length).toBeGreaterThan(30)
    expect(inner.filter(({ passed }) => !passed)).toEqual([])
  })

  it('has the losses and gradients of every kind of task within 1e-3', () => {
    expect(report.gradients.filter(({ name }) => name.endsWith('.loss'))).toHaveLength(7)
    expect(report.gradients.length).toBeGreaterThan(100)
    expect(report.gradients.filter(({ passed }) => !passed)).toEqual([])
  })
})

describe('the parity check', () => {
  it('writes its outputs under the names of the fixture', async () => {
    await loadBackend('auto')
    const folder = mkdtempSync(join(tmpdir(), 'parity-'))
    const file = join(folder, 'out.safetensors')
    runParity(TINY, file)
    const { tensors } = readSafetensors(file)
    expect([...tensors.keys()]).toHaveLength(18)
    expect(tensors.get('out.b3.vision_logit')?.shape).toEqual([3, 8, 1])
    rmSync(folder, { recursive: true })
  })

  it('finds every parameter of the reference in its own group', async () => {
    await loadBackend('auto')
    const groups = readJsonObject(join(TINY, 'grads', 'param_groups_and_norms.json'))['groups'] as Record<string, [number, number]>
    const model = readParityModel(join(TINY, 'config.json'), join(TINY, 'model.safetensors'))
    expect([...model.weights.keys()].sort()).toEqual(Object.keys(groups).sort())
    for (const [name, [rate, decay]] of Object.entries(groups)) {
      expect({ name, ...parameterGroup(name) }).toEqual({ name, rate: rate === 1e-4 ? 'head' : 'trunk', decayed: decay > 0 })
    }
    model.dispose()
  })
})
