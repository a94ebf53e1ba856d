// What must hold of a forecast whatever its constants are; test/cli/forecast.test.ts holds it against reality.

import { describe, expect, it } from 'vitest'
import { stepCase } from '../../../src/engine/bench/step-case'
import { fittingMicroBatch, forecast } from '../../../src/engine/execution/forecast'
import { pretrainingOptions, sampleOptions } from '../compile/sample-batches'

const full = stepCase('full', 0)

describe('a forecast', () => {
  it('counts parameters, those that are trained, and their moments', () => {
    const { parameters, trainedParameters, weightBytes, momentBytes } = forecast(full)
    expect(parameters).toBe(268_028_859)
    expect(trainedParameters).toBeLessThan(parameters)
    expect(weightBytes).toBe(4 * parameters)
    expect(momentBytes).toBe(8 * trainedParameters)
  })

  it('trains less with frozen parameters, down to the head alone', () => {
    const trained = (freeze: string): number => forecast({ ...full, freeze }).trainedParameters
    expect(trained('text:6')).toBeLessThan(trained('none'))
    // vil_prediction: 1024 → 2048 → 3129, with a LayerNorm between.
    expect(trained('trunk')).toBe(1024 * 2048 + 2048 + 2 * 2048 + 2048 * 3129 + 3129)
  })

  it('grows with the batch, with texts and with dropout, and is bounded by the micro-batch', () => {
    const [shape] = full.shapes
    if (!shape) throw new Error('no shape')
    const activations = (changes: Partial<typeof shape>, dropout = 0): number => forecast({ ...full, dropout, shapes: [{ ...shape, ...changes }] }).activationBytes
    expect(activations({ examples: 8 })).toBeCloseTo(2 * activations({ examples: 4 }), 0)
    expect(activations({ words: 72 })).toBeGreaterThan(activations({ words: 36 }))
    expect(activations({}, 0.1)).toBeGreaterThan(activations({}))
    const [task] = forecast({ ...full, microBatch: 2, shapes: [{ ...shape, examples: 64 }] }).tasks
    expect(task).toMatchObject({ rows: 64, rowsAtOnce: 2 })
    expect(task?.activationBytes).toBeCloseTo(activations({ examples: 2 }), 0)
  })

  it('finds the largest part that fits, and nothing to cut where the whole batch does', () => {
    const large = { ...full, shapes: full.shapes.map((shape) => ({ ...shape, examples: 64 })) }
    expect(fittingMicroBatch(large, 1e12)).toBeUndefined()
    const microBatch = fittingMicroBatch(large, 8e9)
    expect(microBatch).toBeGreaterThan(1)
    expect(forecast({ ...large, microBatch: microBatch ?? 0 }, 'run').peakBytes).toBeLessThanOrEqual(8e9)
    expect(forecast({ ...large, microBatch: 2 * (microBatch ?? 0) }, 'run').peakBytes).toBeGreaterThan(8e9)
    expect(fittingMicroBatch(large, 1e9)).toBe(1)
  })

  it('counts the work of each task: four pairs an example cost about four times as much, two pictures twice', () => {
    const { tasks } = forecast(sampleOptions())
    const products = (id: string): number => tasks.find(({ task }) => task === id)?.products ?? Number.NaN
    expect(products('coco') / products('vqa')).toBeGreaterThan(3)
    expect(products('nlvr2') / products('vqa')).toBeGreaterThan(1.6)
  })

  it('knows the heads of pre-training, whose logits are most of what a step keeps', () => {
    const pretraining = forecast(pretrainingOptions())
    expect(pretraining.tasks).toMatchObject([{ task: 'pretraining', rows: 4, rowsAtOnce: 4 }])
    expect(pretraining.trainedParameters).toBeLessThan(pretraining.parameters)
  })
})
