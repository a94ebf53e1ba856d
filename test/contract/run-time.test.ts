import { describe, expect, it } from 'vitest'
import { expectedRun } from '../../src/contract/expected-run'
import { type RunConfig, resolveConfig } from '../../src/contract/run-config'
import type { StepEvent, ValidationEvent } from '../../src/contract/run-events'
import { presetConfig } from '../../src/contract/run-presets'
import { joinMeasured, measureSteps, runTime, stepKey } from '../../src/contract/run-time'
import { needsWarning, timeWords } from '../../src/renderer/src/run/run-needs'

const config = (changes: Readonly<Record<string, unknown>> = {}): RunConfig => resolveConfig(presetConfig('mini'), { tasks: 'vqa,coco', iterations: 100, validateEvery: 50, validationExamples: 200, ...changes })
const step = (task: StepEvent['task'], milliseconds: number): StepEvent => ({ kind: 'step', sequence: 1, time: 1, iteration: 1, task, loss: 1, score: 1, learningRate: 1, gradientNorm: 1, milliseconds, examples: 32 })
const check = (task: ValidationEvent['task'], split: 'val' | 'test', examples: number, milliseconds: number): ValidationEvent =>
  ({ kind: 'validation', sequence: 1, time: 1, iteration: 1, task, split, metrics: { score: 1 }, examples, constantGuess: 0, textOnlyGuess: 0, spread: 1, milliseconds })
const forecastOf = (settings: RunConfig) => expectedRun(settings, 1e12).forecast
const runOf = (id: string, events: readonly (StepEvent | ValidationEvent)[]) => ({ id, device: 'a processor', tasks: measureSteps(events) ?? {} })

describe('the time of a run', () => {
  it('is its rounds of measured steps, its checks and the test at the end', () => {
    const measured = joinMeasured([runOf('a', [step('vqa', 40), step('vqa', 60), step('coco', 100), check('vqa', 'val', 100, 300), check('vqa', 'test', 400, 2000), check('coco', 'val', 200, 800)])])
    const time = runTime(config(), forecastOf(config()), measured)
    // 100 rounds of 50 + 100 ms; two checks of 200 examples at 3 and 4 ms, and one test of 2 s.
    expect(time?.stepSeconds).toBeCloseTo(15, 9)
    expect(time?.checkSeconds).toBeCloseTo((2 * 200 * 3 + 2000 + 2 * 200 * 4) / 1000, 9)
    expect(time?.seconds).toBeCloseTo(18 + 1.8, 9)
    expect(timeWords(config(), time, measured).how).toContain('100 rounds with steps of 75.0 ms in the mean: 15 s; checks 5 s. Measured in 3 steps of a on a processor.')
  })

  it('leaves out the first of several checks, in which TensorFlow prepares it', () => {
    const measured = measureSteps([step('vqa', 40), check('vqa', 'val', 100, 9000), check('vqa', 'val', 100, 300), check('vqa', 'val', 100, 500)])
    expect(measured?.vqa).toMatchObject({ checkMsPerExample: 4, checkExamples: 100 })
  })

  it('counts once what the first step and the first check of a run took longer', () => {
    const first = { ...step('vqa', 900), iteration: 0 }
    const measured = joinMeasured([runOf('a', [first, step('vqa', 40), step('vqa', 60), check('vqa', 'val', 100, 1300), check('vqa', 'val', 100, 300), step('coco', 50)])])
    expect(measured?.tasks.vqa).toMatchObject({ stepMs: 50, firstMs: 850 + 1000 })
    expect(measured?.tasks.coco).toMatchObject({ stepMs: 50, firstMs: 0 })
    expect(runTime(config(), forecastOf(config()), measured)?.stepSeconds).toBeCloseTo(100 * 0.1 + 1.85, 9)
  })

  it('follows from the multiplications of a step where a task was never seen, and says so', () => {
    const measured = joinMeasured([runOf('a', [step('vqa', 50)])])
    const time = runTime(config(), forecastOf(config()), measured)
    const [vqa, coco] = [...forecastOf(config()).tasks].sort((a) => (a.task === 'vqa' ? -1 : 1))
    expect(time?.guessed).toEqual(['coco'])
    expect(time?.stepSeconds).toBeCloseTo((100 * 50 * (1 + (coco?.products ?? 0) / (vqa?.products ?? 1))) / 1000, 6)
    expect([time?.checksKnown, time?.checkSeconds]).toEqual([false, 0])
    expect(timeWords(config(), time, measured).how).toContain('COCO: from the multiplications')
  })

  it('is not known without a measurement, and nobody makes one up', () => {
    expect(runTime(config(), forecastOf(config()), null)).toBeNull()
    expect(joinMeasured([])).toBeNull()
    expect(measureSteps([check('vqa', 'val', 10, 10)])).toBeNull()
    expect(timeWords(config(), null, null).how).toContain('no time is known')
  })

  it('takes a task’s figures from the newest run that trained it, without its slowest twentieth', () => {
    const steps = Array.from({ length: 20 }, (_, i) => step('vqa', i === 7 ? 60_000 : 10))
    const joined = joinMeasured([runOf('new', steps), runOf('old', [step('vqa', 99), step('coco', 30)])])
    expect(joined?.tasks).toMatchObject({ vqa: { stepMs: 10, steps: 20 }, coco: { stepMs: 30, steps: 1 } })
    expect(joined?.runs).toEqual(['new', 'old'])
  })

  it('compares only runs whose steps are alike: model, batch, way of computing', () => {
    expect(stepKey(config({ seed: 7, iterations: 9, tasks: 'vqa', learningRate: 1e-5 }))).toBe(stepKey(config()))
    for (const other of [{ model: 'tiny' }, { batchRows: 64 }, { dropout: 0.1 }, { engine: 'eager' }, { world: 'none' }, { kind: 'pretrain' }]) {
      expect(stepKey(config(other)), JSON.stringify(other)).not.toBe(stepKey(config()))
    }
  })
})

describe('the warning of the form', () => {
  it('says what a run needs that does not fit, and how a large batch is cut', () => {
    const paper = resolveConfig(presetConfig('paper'), { tasks: 'vqa' })
    const warn = (memory: number) => needsWarning(paper, expectedRun(paper, memory), memory)
    expect(warn(1e12)).toBeNull()
    expect(warn(16 * 2 ** 30)).toMatchObject({ tone: 'parts' })
    expect(warn(4 * 2 ** 30)?.text).toMatch(/^Does not fit: it needs even row by row 5\.\d GB; this machine has 4 GB/)
  })
})
