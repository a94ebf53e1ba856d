// What the workspace's finished runs say of the length of steps: the faster runs count.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { presetConfig } from '../../src/contract/run-presets'
import { paceKey, workspacePace } from '../../src/study/measured-pace'
import { Digests } from '../../src/study/run-digest'
import { runFolder } from '../../src/study/study-places'
import { newPlaces } from './study-fixtures'

const config = presetConfig('tiny')

it('is that of the faster runs: other work on the machine slows runs down', () => {
  const places = newPlaces()
  const run = (id: string, stepMs: number, state = 'done'): void => {
    const folder = runFolder(places, id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
    const step = { kind: 'step', task: 'vqa', loss: 1, score: 1, learningRate: 1, gradientNorm: 1, milliseconds: stepMs, examples: 8 }
    const events = [{ kind: 'state', state: 'running', iterations: 1 }, step, step, { kind: 'state', state }]
    writeFileSync(join(folder, 'events.jsonl'), events.map((event, index) => `${JSON.stringify({ sequence: index + 1, time: index, iteration: 0, ...event })}\n`).join(''))
  }
  for (const [index, milliseconds] of [700, 90, 80, 300, 310, 320, 95, 600].entries()) run(`r${index}`, milliseconds)
  run('cut-off', 1, 'failed')
  const pace = workspacePace(places, new Digests(places)).get(paceKey(config))
  expect(pace).toMatchObject({ runs: 8, stepMs: { vqa: 90, any: 90 }, checkMs: {} })
})
