// The reference's optimizer scenarios (spec 4.1, 4.3–4.5): parameters after steps of its own training loop, against our
// optimizer, schedule and loss scales on the same batches. Read next: ../optimizer/adamw.ts, ../schedule/learning-rate.ts.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mul, tidy } from '@tensorflow/tfjs-core'
import { check } from '../../contract/check'
import { TASKS } from '../../contract/task-catalog'
import { type StoredTensor, asFloat32, readSafetensors } from '../checkpoint/safetensors'
import { valueAndGradients } from '../execution/gradients'
import { readJsonObject } from '../json-object'
import { createAdamw } from '../optimizer/adamw'
import { parameterGroup } from '../optimizer/parameter-groups'
import { rateFactor } from '../schedule/learning-rate'
import { type ParityRow, type ParitySection, absoluteRow, furthest, identicalRow, lengthOf, relativeRow } from './comparison'
import { fixtureInputs, fixtureLoss, taskOfPrefix } from './parity-losses'
import { type ParityModel, readParityModel } from './parity-model'

interface Scenario {
  readonly optimizer: { readonly betas: readonly [number, number]; readonly eps: number; readonly correct_bias: boolean }
  readonly tasks: readonly string[]
  readonly argv: readonly string[]
  readonly yml_overrides: Readonly<Record<string, { readonly lr: number }>>
  readonly steps: readonly { readonly step: number; readonly lr_base: number; readonly lr_vil: number }[]
  readonly snapshots: readonly number[]
  readonly zero_grad: string
}

/** The reference's TASKn and the prefix of its batch in the gradient file. */
const PREFIX: Readonly<Record<number, string>> = { 1: 'vqa', 7: 'retrieval', 9: 'refcoco', 12: 'nlvr2' }
const WEIGHT_DECAY = 0.01
const HEAD_RATE = 1e-4
/** Single elements with a gradient near zero amplify rounding, so a tensor's largest difference may be larger than its mean. */
const LIMITS = { mean: 2e-6, largest: 2e-4 } as const

/** Whether the folder has scenarios. */
export function hasOptimizerScenarios(folder: string): boolean {
  return existsSync(join(folder, 'grads', 'optimizer.json'))
}

/** Runs every scenario of the folder; one section each, and one for the parameter groups. */
export function compareOptimizer(folder: string): ParitySection[] {
  const grads = join(folder, 'grads')
  const scenarios = readJsonObject(join(grads, 'optimizer.json'))['scenarios'] as Readonly<Record<string, Scenario>>
  const recorded = readJsonObject(join(grads, 'param_groups_and_norms.json')) as unknown as Recorded
  const expected = readSafetensors(join(grads, 'optimizer.safetensors')).tensors
  const batches = readSafetensors(join(grads, 'grads.safetensors')).tensors
  const sections = Object.entries(scenarios).map(([name, scenario]): ParitySection => {
    const model = readParityModel(join(folder, 'config.json'), join(folder, 'model.safetensors'))
    try {
      return { title: `optimizer ${name}`, rows: runScenario({ name, scenario, model, expected, batches, recorded }) }
    } finally {
      model.dispose()
    }
  })
  return [...sections, { title: 'parameter groups', rows: groupRows(recorded) }]
}

interface Recorded {
  readonly groups: Readonly<Record<string, readonly [number, number]>>
  readonly norm_columns: readonly string[]
  readonly param_l2_norms: Readonly<Record<string, readonly number[]>>
}

interface Running {
  readonly name: string
  readonly scenario: Scenario
  readonly model: ParityModel
  readonly expected: ReadonlyMap<string, StoredTensor>
  readonly batches: ReadonlyMap<string, StoredTensor>
  readonly recorded: Recorded
}

function runScenario({ name, scenario, model, expected, batches, recorded }: Running): ParityRow[] {
  const { betas, eps, correct_bias: biasCorrection } = scenario.optimizer
  const idleHeads = scenario.zero_grad.startsWith('zeros') ? 'drift' : 'rest'
  const optimizer = createAdamw({ beta1: betas[0], beta2: betas[1], epsilon: eps, biasCorrection, weightDecay: WEIGHT_DECAY, clipNorm: 0, idleHeads })
  const rows: ParityRow[] = [ratesRow(scenario)]
  for (const { step, lr_base: learningRate, lr_vil: headLearningRate } of scenario.steps.slice(0, Math.max(...scenario.snapshots))) {
    const key = scenario.tasks[(step - 1) % scenario.tasks.length] ?? ''
    const prefix = PREFIX[taskNumber(key)]
    check(prefix, () => `Scenario '${name}' trains '${key}'; known are ${Object.keys(PREFIX).map((number) => `TASK${number}`).join(', ')}.`)
    tidy(() => {
      const task = taskOfPrefix(prefix)
      const inputs = fixtureInputs(model, batches, prefix, task)
      const { gradients } = valueAndGradients(() => mul(fixtureLoss(model, task, inputs), scaleOf(scenario, key)), model.weights)
      optimizer.apply(model.weights, gradients, { learningRate, headLearningRate, update: step })
    })
    if (scenario.snapshots.includes(step)) rows.push(...snapshotRows(`${name}.step${step}`, model, expected, recorded))
  }
  optimizer.dispose()
  return rows
}

const taskNumber = (key: string): number => Number(key.replace('TASK', ''))

/** The task's rate over the smallest: what multiplies its loss. */
function scaleOf({ yml_overrides: rates, tasks }: Scenario, key: string): number {
  const smallest = Math.min(...tasks.map((task) => rates[task]?.lr ?? Infinity))
  return (rates[key]?.lr ?? smallest) / smallest
}

/** The learning rates that the loop used, by our schedule: it moves after the first task of a round. */
function ratesRow({ steps, tasks, argv, yml_overrides: overrides }: Scenario): ParityRow {
  const base = Math.min(...tasks.map((task) => overrides[task]?.lr ?? Infinity))
  const totalSteps = steps.length / tasks.length
  const warmupFraction = Number(argv[argv.indexOf('--warmup_proportion') + 1] ?? 0.1)
  const factors = steps.map((_, place) => rateFactor({ kind: 'warmup-linear', totalSteps, warmupFraction }, Math.floor(place / tasks.length) + (place % tasks.length > 0 ? 1 : 0)))
  return absoluteRow('learning rates', factors.flatMap((factor) => [base * factor, HEAD_RATE * factor]), steps.flatMap(({ lr_base: trunk, lr_vil: head }) => [trunk, head]), 1e-12)
}

function snapshotRows(prefix: string, model: ParityModel, expected: ReadonlyMap<string, StoredTensor>, { norm_columns: columns, param_l2_norms: norms }: Recorded): ParityRow[] {
  const rows: ParityRow[] = []
  for (const [name, stored] of expected) {
    if (!name.startsWith(`${prefix}.`)) continue
    const actual = model.parameters(name.slice(prefix.length + 1)).dataSync()
    const wanted = asFloat32(stored)
    const mean = wanted.reduce((sum, value, i) => sum + Math.abs(value - (actual[i] ?? Number.NaN)), 0) / wanted.length
    const row = absoluteRow(name, actual, wanted, LIMITS.largest)
    rows.push({ ...row, passed: row.passed && mean <= LIMITS.mean })
  }
  const column = columns.indexOf(prefix)
  // Key biases have no gradient in theory: Adam moves them by what rounding leaves.
  const names = Object.keys(norms).filter((name) => model.weights.has(name) && !/key[12]?\.bias$/.test(name))
  const norm = (name: string): number => lengthOf(model.parameters(name).dataSync())
  const worst = names.reduce((most, name) => Math.max(most, furthest([norm(name)], [norms[name]?.[column] ?? Number.NaN]) / Math.max(1, norms[name]?.[column] ?? 0)), 0)
  return [...rows, relativeRow(`${prefix}: L2 norms of ${names.length} parameters`, [1 + worst], [1], 1e-4)]
}

/** Learning rate and decay of every parameter, decided by its name. */
function groupRows({ groups }: Recorded): ParityRow[] {
  return Object.entries(groups).map(([name, [rate, decay]]) =>
    identicalRow(name, parameterGroup(name), { rate: rate === HEAD_RATE ? 'head' : 'trunk', decayed: decay > 0 }))
}

/** Task ids by the reference's TASKn keys. */
export function taskOfKey(key: string): (typeof TASKS)[number] {
  const task = TASKS.find(({ number }) => `TASK${number}` === key)
  check(task, () => `'${key}' is no task of the twelve.`)
  return task
}
