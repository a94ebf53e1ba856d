// Presets: named differences to the defaults of run-config.ts. Each says what it is for and what it costs.

import { WorkbenchError, nearestNames } from './check'
import { type ConfigDifference, type RunConfig, defaultConfig } from './run-config'

export interface Preset {
  readonly id: string
  readonly label: string
  readonly about: string
  readonly difference: ConfigDifference
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'mini',
    label: 'Mini-world, twelve tasks',
    about: 'The demo: the small trunk, pre-trained on the mini-world’s captions, learns all twelve tasks at once.',
    difference: {
      preset: 'mini', name: 'demo', model: 'mini', world: 'mini', data: 'data/mini-world', start: 'pretrained',
      iterations: 400, validateEvery: 40, validationExamples: 320, checkpointEvery: 40, retrievalCheck: 'hard', batchRows: 32,
      learningRate: 3e-4, headLearningRate: 3e-4, taskScale: 'equal', biasCorrection: true, clipNorm: 1, dropout: 0
    }
  },
  {
    id: 'tiny',
    label: 'Tiny, for tests',
    about: 'Seconds on any machine: a trunk of width 32 on sixty rows per data set, from random weights.',
    difference: {
      preset: 'tiny', name: 'tiny', model: 'tiny', world: 'tiny', data: 'data/tiny-world', start: 'random',
      iterations: 20, validateEvery: 10, checkpointEvery: 10, batchRows: 8,
      learningRate: 1e-3, headLearningRate: 1e-3, taskScale: 'equal', biasCorrection: true, clipNorm: 1, dropout: 0.1
    }
  },
  {
    id: 'mini-pretrain',
    label: 'Mini-world, pre-training',
    about: 'Masked words, masked regions and alignment on the mini-world’s captions; makes the shipped mini trunk.',
    difference: {
      preset: 'mini-pretrain', name: 'pretrain-mini', kind: 'pretrain', model: 'mini', world: 'mini', data: 'data/mini-world',
      start: 'random', iterations: 16_000, validateEvery: 1000, validationExamples: 512, checkpointEvery: 1000, batchRows: 32,
      learningRate: 5e-4, headLearningRate: 5e-4, beta2: 0.98, adamEpsilon: 1e-8, biasCorrection: true, clipNorm: 1, dropout: 0,
      taskToken: 'none', objective: 1
    }
  },
  {
    id: 'paper',
    label: 'Paper, 270 M parameters',
    about: 'bert_base_6layer_6conect with the paper’s schedule (spec sections 1 and 4); needs the real data sets and GPUs.',
    difference: {
      preset: 'paper', name: 'paper', model: 'paper', world: 'none', data: 'data/published', start: 'random',
      iterations: 202_240, validateEvery: 'epoch', checkpointEvery: 10_112, batchRows: 'reference',
      learningRate: 'reference', headLearningRate: 1e-4, taskScale: 'reference', idleHeads: 'drift'
    }
  }
]

export function presetConfig(id: string): RunConfig {
  const preset = PRESETS.find((row) => row.id === id)
  if (!preset) {
    const ids = PRESETS.map((row) => row.id)
    throw new WorkbenchError(`Preset '${id}' is unknown; nearest: ${nearestNames(id, ids, 1).join('')}. Known presets: ${ids.join(', ')}.`)
  }
  return { ...defaultConfig(), ...preset.difference }
}
