// Masked pre-training against the reference (spec section 5): outputs, the three losses of each visual target under each
// objective, gradients, and steps of its own loop. Read next: ../losses/pretraining-loss.ts, ../pretraining/region-choice.ts.

import { join } from 'node:path'
import { type Tensor, mul, tensor, tidy } from '@tensorflow/tfjs-core'
import { check } from '../../contract/check'
import { type StoredTensor, asFloat32, readSafetensors } from '../checkpoint/safetensors'
import { valueAndGradients } from '../execution/gradients'
import { type Inputs, type PretrainingLoss, stepProgram } from '../execution/step-program'
import { readJsonObject } from '../json-object'
import { forwardContext } from '../nn/forward-context'
import { createAdamw } from '../optimizer/adamw'
import { negativeCounts, regionChoice } from '../pretraining/region-choice'
import { rateFactor } from '../schedule/learning-rate'
import type { VisualTarget } from '../trunk/trunk-config'
import { type FolderReport, type ParityRow, type ParitySection, absoluteRow, folderReport, identicalRow, lengthOf, relativeRow } from './comparison'
import { NOISE } from './parity-losses'
import { type ParityModel, fixtureTensor, readParityModel, tidied } from './parity-model'

type Objective = 0 | 1 | 2

interface Fixture {
  readonly folder: string
  readonly file: string
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly results: Readonly<Record<string, { readonly grad_l2_norms: Readonly<Record<string, number | null>> }>>
}

const OUTPUT = 1e-4
const LOSS = 1e-5
const GRADIENT = 1e-3

/** Compares everything that the folder holds. */
export function pretrainingParity(folder: string): FolderReport {
  const file = join(folder, 'fixture.safetensors')
  const json = readJsonObject(join(folder, 'losses.json'))
  const fixture: Fixture = { folder, file, tensors: readSafetensors(file).tensors, results: json['results'] as Fixture['results'] }
  const sections = ([0, 1, 2] as const).flatMap((visualTarget) => {
    const model = modelOf(folder, visualTarget)
    try {
      return [outputSection(fixture, model, visualTarget), ...([0, 1, 2] as const).map((objective) => lossSection(fixture, model, visualTarget, objective))]
    } finally {
      model.dispose()
    }
  })
  return folderReport(folder, 'pretraining', [...sections, stepsSection(fixture, json['optimizer'] as Steps)])
}

function modelOf(folder: string, visualTarget: VisualTarget): ParityModel {
  return readParityModel(join(folder, `config_vt${visualTarget}.json`), join(folder, visualTarget === 0 ? 'model_vt0.safetensors' : 'model_vt1_vt2.safetensors'))
}

function stored(tensors: ReadonlyMap<string, StoredTensor>, name: string): StoredTensor {
  const found = tensors.get(name)
  check(found, () => `The fixture has no tensor '${name}'.`)
  return found
}

/** The fixture's batch as ours: labels and targets get a row for region 0; objective 1 takes the labels of mismatched pairs away. */
function inputsOf({ file, tensors }: Fixture, visualTarget: VisualTarget, objective: Objective): Inputs {
  const read = (name: string, dtype: 'float32' | 'int32'): Tensor => fixtureTensor(file, tensors, `in.${name}`, dtype)
  const numbers = (name: string): Float32Array => asFloat32(stored(tensors, `in.${name}`))
  const [rows = 0, words = 0] = stored(tensors, 'in.input_ids').shape
  const boxes = stored(tensors, 'in.image_label').shape[1] ?? 0
  const regions = boxes + 1
  const mismatched = numbers('is_next')
  const counts = (row: number): boolean => objective !== 1 || mismatched[row] === 0
  const wordLabels = Int32Array.from(numbers('lm_label_ids'), (label, i) => (counts(Math.floor(i / words)) ? label : -1))
  const label = numbers('image_label')
  const regionLabels = new Float32Array(rows * regions)
  label.forEach((value, i) => { if (value === 1 && counts(Math.floor(i / boxes))) regionLabels[Math.floor(i / boxes) * regions + 1 + (i % boxes)] = 1 })
  const target = numbers(visualTarget === 0 ? 'image_target.vt0' : 'image_target.vt1_vt2')
  const width = target.length / rows / boxes
  const regionTargets = new Float32Array(rows * regions * width)
  for (let row = 0; row < rows; row++) regionTargets.set(target.subarray(row * boxes * width, (row + 1) * boxes * width), (row * regions + 1) * width)
  return {
    wordIds: read('input_ids', 'int32'), wordMask: read('input_mask', 'float32'), segmentIds: read('segment_ids', 'int32'),
    features: read('image_feat', 'float32'), boxes: read('image_loc', 'float32'), regionMask: read('image_mask', 'float32'),
    wordLabels: tensor(wordLabels, [rows, words], 'int32'), regionLabels: tensor(regionLabels, [rows, regions]),
    regionTargets: tensor(regionTargets, [rows, regions, width]), mismatched: read('is_next', 'int32'), weights: tensor(new Float32Array(rows).fill(1)),
    ...(visualTarget === 2 ? choiceInputs(tensors, regionLabels, regionTargets, rows, regions) : {})
  }
}

/** The reference's own draw of negatives. */
function choiceInputs(tensors: ReadonlyMap<string, StoredTensor>, labels: Float32Array, targets: Float32Array, rows: number, regions: number): Inputs {
  const drawn = stored(tensors, 'vt2.negative_index')
  const numbers = asFloat32(drawn)
  const [, boxes = 0, negatives = 0] = drawn.shape
  const { weights, places } = regionChoice(labels, rows, regions, (row, box) => numbers.subarray((row * boxes + box) * negatives, (row * boxes + box + 1) * negatives))
  return {
    candidates: tensor(targets, [rows * regions, targets.length / rows / regions]), candidateWeights: tensor(weights, [rows, regions, rows * regions]),
    regionPlaces: tensor(places, [rows, regions], 'int32')
  }
}

function lossOf(model: ParityModel, inputs: Inputs, objective: Objective): PretrainingLoss {
  const output = stepProgram.pretrainingForward(forwardContext(model.config, model.parameters), inputs)
  return stepProgram.pretrainingLoss(model.config, output, inputs, objective === 2 ? 0 : 1)
}

function outputSection(fixture: Fixture, model: ParityModel, visualTarget: VisualTarget): ParitySection {
  const { tensors } = fixture
  const expected = (name: string): Float32Array => asFloat32(stored(tensors, name))
  const rows = tidied(() => {
    const output = stepProgram.pretrainingForward(forwardContext(model.config, model.parameters), inputsOf(fixture, visualTarget, 0))
    const region = `out.${visualTarget === 0 ? 'vt0' : 'vt1_vt2'}.prediction_scores_v`
    // Words and alignment do not depend on the region head: they are the same for all three.
    return [
      absoluteRow(region, output.regionLogits.dataSync(), expected(region), OUTPUT),
      absoluteRow('out.vt0.prediction_scores_t', output.wordLogits.dataSync(), expected('out.vt0.prediction_scores_t'), OUTPUT),
      absoluteRow('out.vt0.seq_relationship_score', output.alignmentLogits.dataSync(), expected('out.vt0.seq_relationship_score'), OUTPUT)
    ]
  })
  return { title: `visual target ${visualTarget}: outputs`, rows: visualTarget === 2 ? [...rows, drawRow(tensors)] : rows }
}

/** From the raw draws to the negatives: the own image, or the own box, stands for the last one. */
function drawRow(tensors: ReadonlyMap<string, StoredTensor>): ParityRow {
  const raw = (name: string): Float32Array => asFloat32(stored(tensors, `vt2.raw_draw.${name}`))
  const { shape } = stored(tensors, 'vt2.negative_index')
  const [rows = 0, boxes = 0] = shape
  const { across, inside } = negativeCounts(128)
  const [images, columns, own] = [raw('row_across'), raw('col_across'), raw('col_inside')]
  const made: number[] = []
  for (let place = 0; place < rows * boxes; place++) {
    const [row, box] = [Math.floor(place / boxes), place % boxes]
    for (let i = 0; i < across; i++) made.push((images[place * across + i] === row ? rows - 1 : images[place * across + i] ?? 0) * boxes + (columns[place * across + i] ?? 0))
    for (let i = 0; i < inside; i++) made.push(row * boxes + (own[place * inside + i] === box ? boxes - 1 : own[place * inside + i] ?? 0))
  }
  return identicalRow('vt2.negative_index', made, [...asFloat32(stored(tensors, 'vt2.negative_index'))])
}

function lossSection(fixture: Fixture, model: ParityModel, visualTarget: VisualTarget, objective: Objective): ParitySection {
  const key = `vt${visualTarget}.objective${objective}`
  const expected = [...readSafetensors(join(fixture.folder, 'grads.safetensors')).tensors].filter(([name]) => name.startsWith(`${key}.grad.`))
  const rows = tidied(() => {
    const inputs = inputsOf(fixture, visualTarget, objective)
    const loss = lossOf(model, inputs, objective)
    const losses = [loss.wordLoss, loss.regionLoss, mul(loss.alignmentLoss, objective === 2 ? 0 : 1), loss.total].map((value) => value.dataSync()[0] ?? Number.NaN)
    const { gradients } = valueAndGradients(() => lossOf(model, inputs, objective).total, model.weights)
    return [
      absoluteRow(`loss.${key}`, losses, asFloat32(stored(fixture.tensors, `loss.${key}`)), LOSS),
      ...expected.map(([name, value]) => relativeRow(name, gradients.get(name.slice(key.length + 6))?.dataSync() ?? [], asFloat32(value), GRADIENT)),
      normsRow(fixture, key, gradients)
    ]
  })
  return { title: `visual target ${visualTarget}, objective ${objective}: losses and gradients`, rows }
}

/** The norms of all gradients; a parameter without one in the reference has none or zeros here (objective 2's alignment head). */
function normsRow({ results }: Fixture, key: string, gradients: ReadonlyMap<string, Tensor>): ParityRow {
  const norms = results[key]?.grad_l2_norms ?? {}
  const worst = Object.entries(norms).reduce((most, [name, expected]) => {
    return Math.max(most, Math.abs(lengthOf(gradients.get(name)?.dataSync() ?? []) - (expected ?? 0)) / Math.max(expected !== null && expected < NOISE ? 1 : 1e-5, expected ?? 0))
  }, Object.keys(norms).length > 0 ? 0 : Infinity)
  return { name: `${key}.norms of ${Object.keys(norms).length} gradients`, kind: 'relative', difference: worst, limit: GRADIENT, passed: worst <= GRADIENT }
}

interface Steps {
  readonly optimizer: { readonly betas: readonly [number, number]; readonly eps: number; readonly correct_bias: boolean }
  readonly steps: readonly { readonly step: number; readonly lr_max: number; readonly masked_lm_loss: number; readonly masked_image_loss: number; readonly next_sentence_loss: number }[]
}

/** The script's own loop: visual target 0, objective 1, rate 1e-3, ten steps, two of them warm-up; the schedule moves first. */
function stepsSection(fixture: Fixture, { optimizer: settings, steps }: Steps): ParitySection {
  const expected = readSafetensors(join(fixture.folder, 'optimizer.safetensors')).tensors
  const model = modelOf(fixture.folder, 0)
  const optimizer = createAdamw({ beta1: settings.betas[0], beta2: settings.betas[1], epsilon: settings.eps, biasCorrection: settings.correct_bias, weightDecay: 0.01, clipNorm: 0 })
  const schedule = { kind: 'warmup-linear', totalSteps: steps.length, warmupFraction: 0.2 } as const
  const rows: ParityRow[] = [absoluteRow('learning rates', steps.map(({ step }) => 1e-3 * rateFactor(schedule, step)), steps.map(({ lr_max: rate }) => rate), 1e-12)]
  for (const { step, lr_max: rate, ...row } of steps) {
    tidy(() => {
      const inputs = inputsOf(fixture, 0, 1)
      const loss = lossOf(model, inputs, 1)
      const losses = [loss.wordLoss, loss.regionLoss, loss.alignmentLoss].map((value) => value.dataSync()[0] ?? Number.NaN)
      rows.push(absoluteRow(`step ${step}: losses before it`, losses, [row.masked_lm_loss, row.masked_image_loss, row.next_sentence_loss], 1e-3))
      const { gradients } = valueAndGradients(() => lossOf(model, inputs, 1).total, model.weights)
      optimizer.apply(model.weights, gradients, { learningRate: rate, headLearningRate: rate, update: step })
    })
    for (const [name, value] of expected) {
      if (name.startsWith(`step${step}.`)) rows.push(absoluteRow(name, model.parameters(name.slice(name.indexOf('.') + 1)).dataSync(), asFloat32(value), 1e-4))
    }
  }
  optimizer.dispose()
  model.dispose()
  return { title: 'optimizer steps', rows }
}
