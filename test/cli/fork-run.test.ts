// Forks of a run folder that is only a configuration and the names of its checkpoints; nothing is trained.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { forkedConfig } from '../../src/cli/fork-run'
import { chooseRun, configOf } from '../../src/cli/new-run'
import { parentOf } from '../../src/contract/run-parent'
import { presetConfig } from '../../src/contract/run-presets'

const root = mkdtempSync(join(tmpdir(), 'fork-run-'))
const parent = join(root, 'a@1')
for (const step of [20, 40]) mkdirSync(join(parent, 'checkpoints', `step-${step}`), { recursive: true })
writeFileSync(join(parent, 'config.json'), JSON.stringify({ ...presetConfig('tiny'), name: 'a', tasks: ['vqa', 'gqa'], seed: 5 }))

describe('a fork', () => {
  it('has the settings of its parent but for what is changed, and starts from the checkpoint', () => {
    const config = configOf({ fork: `${parent}@20`, set: ['learningRate=0.5', 'tasks=vqa'] }, 'train')
    expect(config).toEqual({ ...presetConfig('tiny'), name: 'a-from-20', seed: 5, tasks: ['vqa'], learningRate: 0.5, start: join(parent, 'checkpoints', 'step-20') })
    expect(parentOf(config.start)).toEqual({ run: 'a@1', folder: parent, iteration: 20 })
  })

  it('may name the folder of a checkpoint', () => {
    expect(forkedConfig(join(parent, 'checkpoints', 'step-40')).start).toBe(join(parent, 'checkpoints', 'step-40'))
  })

  it('is refused where there is no such run or checkpoint, and with a preset beside it', () => {
    expect(() => forkedConfig(join(root, 'nothing'))).toThrow('is no run folder; give RUN or RUN@STEP')
    expect(() => forkedConfig(`${parent}@30`)).toThrow('Run a@1 has no checkpoint of iteration 30; it has 20, 40.')
    expect(() => chooseRun({ fork: parent, preset: 'tiny' }, 'train')).toThrow('--fork takes the settings of another run; leave out --preset.')
  })
})
