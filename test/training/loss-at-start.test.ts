// With small random weights every logit is near 0, so every loss is known: ln 4 for four alternatives, ln 2 for each answer,
// region or class, ln of the vocabulary for a hidden word. A wrong mask, mean or sum shows at once.

import { describe, expect, it } from 'vitest'
import { TASKS, TASK_IDS } from '../../src/contract/task-catalog'
import { loadBackend } from '../../src/engine/backend'
import { createCompiledEngine } from '../../src/engine/execution/compiled-engine'
import { defaultConfig } from '../../src/contract/run-config'
import { openPretrainingData } from '../../src/engine/pretraining/pretraining-data'
import { modelConfig } from '../../src/engine/trunk/trunk-config'
import type { TaskBatch } from '../../src/engine/tasks/task-batch'
import { tinyData, tinyEngine } from './tiny-engine'
import { tinyWorld } from './tiny-world'

/** Standard deviation of the reference's initial weights. */
const SMALL = 0.02

function expectedLoss(batch: TaskBatch): number {
  const { objective } = TASKS.find(({ id }) => id === batch.task) ?? { objective: 'classes' }
  const counted = batch.targetMask.reduce((sum, mask) => sum + mask, 0) / batch.examples
  if (objective === 'alternatives') return Math.log(4)
  return objective === 'classes' ? Math.log(2) : counted * Math.log(2)
}

describe('the loss at the start', () => {
  it('has its known value in each of the twelve tasks', async () => {
    const data = await tinyData(TASK_IDS, 16)
    const engine = await tinyEngine(data, { model: { ...modelConfig('tiny', data), initializer_range: SMALL } })
    try {
      for (const task of TASK_IDS) {
        const batch = data.train(task).batch(0)
        const { loss } = await engine.predict(batch)
        const known = expectedLoss(batch)
        expect(Math.abs(loss / known - 1), `${task}: loss ${loss}, known ${known}`).toBeLessThan(0.05)
      }
    } finally {
      engine.dispose()
    }
  })

  it('has its known values in pre-training', async () => {
    const data = openPretrainingData({ root: await tinyWorld(), config: defaultConfig() })
    await loadBackend('cpu')
    const engine = await createCompiledEngine({
      model: { ...modelConfig('tiny', { ...data, answers: 1, gqaAnswers: 1 }), initializer_range: SMALL }, shapes: [], pretraining: data.shape, seed: 1, taskToken: 'none', dropout: 0,
      optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: true, weightDecay: 0, clipNorm: 1 }
    })
    try {
      const batch = data.train.batch(0)
      const { wordLoss, regionLoss, alignmentLoss } = await engine.predictPretraining(batch)
      // KL divergence from a uniform guess: ln(classes) less the entropy of the target.
      let entropy = 0
      batch.regionTargets.forEach((share) => (entropy -= share > 0 ? share * Math.log(share) : 0))
      const regions = batch.regionLabels.reduce((sum, label) => sum + label, 0)
      expect(wordLoss / Math.log(data.vocabularySize)).toBeCloseTo(1, 1)
      expect(regionLoss / (Math.log(data.classes) - entropy / regions)).toBeCloseTo(1, 1)
      expect(Math.abs(alignmentLoss / Math.log(2) - 1)).toBeLessThan(0.05)
    } finally {
      engine.dispose()
    }
  })
})
