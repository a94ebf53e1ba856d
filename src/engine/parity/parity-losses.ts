// Losses and gradients of each kind of task against the reference's (spec section 2). A fixture's batch is in the
// reference's data-set form; here it becomes the rows that our batches have. Read next: losses/task-loss.ts.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { WorkbenchError, check } from '../../contract/check'
import { type Task, type TaskId, taskById } from '../../contract/task-catalog'
import { type StoredTensor, asFloat32, readSafetensors } from '../checkpoint/safetensors'
import { valueAndGradients } from '../execution/gradients'
import { type Inputs, input, stepProgram } from '../execution/step-program'
import { readJsonObject } from '../json-object'
import { forwardContext } from '../nn/forward-context'
import { scoreOf } from '../tasks/evaluation'
import { isFrozen } from '../trunk/frozen-prefix'
import { type ParityRow, absoluteRow, identicalRow, lengthOf, relativeRow } from './comparison'
import type { ParityModel } from './parity-model'

/** The fixture's prefixes and our tasks. */
const TASK_OF_PREFIX: Readonly<Record<string, TaskId>> = {
  vqa: 'vqa', retrieval: 'coco', refcoco: 'refcoco', nlvr2: 'nlvr2', snli_ve: 'snli-ve', gqa: 'gqa', visual7w: 'visual7w'
}

/** Compares every loss, train score and gradient that `file` and its neighbours losses.json and grad_norms.json hold. */
export function compareGradients(model: ParityModel, file: string): ParityRow[] {
  const { tensors } = readSafetensors(file)
  const losses = readJsonObject(join(dirname(file), 'losses.json'))['losses'] as Readonly<Record<string, Expected>>
  const normsFile = join(dirname(file), 'grad_norms.json')
  const norms = existsSync(normsFile) ? (readJsonObject(normsFile) as unknown as Norms) : null
  const prefixes = [...new Set([...tensors.keys()].map((name) => name.split('.')[0] ?? ''))]
  return prefixes.flatMap((prefix) => {
    const expected = losses[prefix]
    check(expected, () => `'losses.json' beside '${file}' has no entry '${prefix}'.`)
    return comparePrefix(model, tensors, prefix, expected, norms)
  })
}

interface Expected {
  readonly loss: number
  readonly batch_score?: number
  readonly no_grad: readonly string[]
}

interface Norms {
  readonly columns: readonly string[]
  /** By parameter; null: no gradient at all. */
  readonly l2_norms: Readonly<Record<string, readonly (number | null)[]>>
}

const LIMIT = 1e-3
/** Key biases have a gradient of exactly 0 in theory; norms this small are rounding, in the reference too. */
export const NOISE = 1e-6

function comparePrefix(model: ParityModel, tensors: ReadonlyMap<string, StoredTensor>, prefix: string, expected: Expected, norms: Norms | null): ParityRow[] {
  const rows: ParityRow[] = []
  tidy(() => {
    const task = taskOfPrefix(prefix)
    const inputs = fixtureInputs(model, tensors, prefix, task)
    const trained = new Map([...model.weights].filter(([name]) => !isFrozen(model.config, name)))
    const { value, gradients } = valueAndGradients(() => fixtureLoss(model, task, inputs), trained)
    rows.push(relativeRow(`${prefix}.loss`, value.dataSync(), [expected.loss], LIMIT))
    if (expected.batch_score !== undefined) rows.push(absoluteRow(`${prefix}.train score`, [trainScore(model, task, inputs)], [expected.batch_score], 1e-6))
    for (const [name, stored] of tensors) {
      const parameter = name.startsWith(`${prefix}.grad.`) ? name.slice(prefix.length + 6) : null
      if (parameter) rows.push(relativeRow(name, gradients.get(parameter)?.dataSync() ?? [], asFloat32(stored), LIMIT))
    }
    for (const parameter of expected.no_grad) rows.push(identicalRow(`${prefix}.grad.${parameter} (none)`, gradients.has(parameter), false))
    if (norms) rows.push(normsRow(prefix, gradients, norms))
  })
  return rows
}

/** The norm of every parameter's gradient in one row; who has none in the reference must have none here. */
function normsRow(prefix: string, gradients: ReadonlyMap<string, Tensor>, { columns, l2_norms: norms }: Norms): ParityRow {
  const column = columns.indexOf(prefix)
  const worst = Object.entries(norms).reduce((most, [name, values]) => {
    const expected = values[column]
    if (typeof expected === 'number' && expected < NOISE) return most
    const gradient = gradients.get(name)
    if (typeof expected !== 'number' || !gradient) return (expected ?? null) === null && !gradient ? most : Infinity
    return Math.max(most, relativeRow(name, [lengthOf(gradient.dataSync())], [expected], LIMIT).difference)
  }, 0)
  return { name: `${prefix}.norms of ${Object.keys(norms).length} gradients`, kind: 'relative', difference: worst, limit: LIMIT, passed: worst <= LIMIT }
}

/** The reference's score of a training batch, by the code that scores ours. */
function trainScore(model: ParityModel, task: Task, inputs: Inputs): number {
  const floats = (name: string): Float32Array => Float32Array.from(input(inputs, name).dataSync())
  const { logits } = stepProgram.taskForward(forwardContext(model.config, model.parameters), task, inputs)
  const targets = floats('targets')
  const examples = input(inputs, 'weights').shape[0] ?? 0
  const { sum } = scoreOf({
    // The score looks at logits and targets alone.
    wordIds: new Int32Array(0), wordMask: new Float32Array(0), features: new Float32Array(0), boxes: new Float32Array(0), regionMask: new Float32Array(0),
    rows: examples * task.rowsPerExample, words: 0, regions: 0, task: task.id, examples, weights: floats('weights'), targets, targetMask: floats('targetMask'), targetWidth: targets.length / examples,
    indices: Int32Array.from({ length: examples }, (_, i) => i)
  }, Float32Array.from(logits.dataSync()))
  return sum / examples
}

/** The task whose loss a fixture's prefix holds. */
export function taskOfPrefix(prefix: string): Task {
  const id = TASK_OF_PREFIX[prefix]
  if (!id) throw new WorkbenchError(`The fixture's loss '${prefix}' is unknown; known are ${Object.keys(TASK_OF_PREFIX).join(', ')}.`)
  return taskById(id)
}

/** The loss that the reference back-propagates, before any task scale. */
export function fixtureLoss(model: ParityModel, task: Task, inputs: Inputs): Tensor {
  const { logits } = stepProgram.taskForward(forwardContext(model.config, model.parameters), task, inputs)
  return stepProgram.taskLoss(logits, input(inputs, 'targets'), input(inputs, 'targetMask'), input(inputs, 'weights'), task.objective)
}

/** A batch in the reference's form as the rows of ours: NLVR2's two pictures and retrieval's four pairs become rows. */
export function fixtureInputs(model: ParityModel, tensors: ReadonlyMap<string, StoredTensor>, prefix: string, task: Task): Inputs {
  const read = (name: string): StoredTensor => {
    const stored = tensors.get(`${prefix}.in.${name}`)
    check(stored, () => `The fixture has no tensor '${prefix}.in.${name}'.`)
    return stored
  }
  const question = read('question')
  const words = question.shape[question.shape.length - 1] ?? 0
  const examples = question.shape[0] ?? 0
  const rows = examples * task.rowsPerExample
  const featureSize = model.config.v_feature_size
  const regions = asFloat32(read('features')).length / rows / featureSize
  // NLVR2 has one text for both pictures of an example; retrieval brings a text for each of its four pairs.
  const repeat = (rows * words) / asFloat32(question).length
  const text = (name: string): Float32Array => repeatRows(asFloat32(read(name)), words, repeat)
  const floats = (data: Float32Array, ...shape: number[]): Tensor => tensor(data, shape, 'float32')
  const integers = (data: Float32Array, ...shape: number[]): Tensor => tensor(Int32Array.from(data), shape, 'int32')
  return {
    wordIds: integers(text('question'), rows, words), wordMask: floats(text('input_mask'), rows, words),
    segmentIds: integers(text('segment_ids'), rows, words),
    features: floats(asFloat32(read('features')), rows, regions, featureSize),
    boxes: floats(asFloat32(read('spatials')), rows, regions, 5), regionMask: floats(asFloat32(read('image_mask')), rows, regions),
    tokenRows: tensor(new Int32Array(rows).fill(task.number), [rows], 'int32'),
    ...fixtureTargets(asFloat32(read('target')), tensors.get(`${prefix}.in.multiple_choice_ids`), task, examples, regions),
    weights: tensor(new Float32Array(examples).fill(1), [examples])
  }
}

function fixtureTargets(target: Float32Array, choices: StoredTensor | undefined, task: Task, examples: number, regions: number): Inputs {
  if (task.objective === 'alternatives') {
    const oneHot = new Float32Array(examples * 4)
    target.forEach((right, example) => { oneHot[example * 4 + right] = 1 })
    return { targets: tensor(oneHot, [examples, 4]), targetMask: tensor(new Float32Array(examples * 4).fill(1), [examples, 4]) }
  }
  if (!choices) {
    const width = target.length / examples
    return { targets: tensor(target, [examples, width]), targetMask: tensor(new Float32Array(target.length).fill(1), [examples, width]) }
  }
  // The reference's candidates are counted from region 101; ours are marked in place.
  const targets = new Float32Array(examples * regions)
  const targetMask = new Float32Array(examples * regions)
  const perExample = target.length / examples
  asFloat32(choices).forEach((choice, i) => {
    const place = Math.floor(i / perExample) * regions + 101 + choice
    targets[place] = target[i] ?? 0
    targetMask[place] = (targetMask[place] ?? 0) + 1
  })
  return { targets: tensor(targets, [examples, regions]), targetMask: tensor(targetMask, [examples, regions]) }
}

function repeatRows(data: Float32Array, width: number, times: number): Float32Array {
  const repeated = new Float32Array(data.length * times)
  for (let row = 0; row * width < repeated.length; row++) {
    const source = Math.floor(row / times) * width
    repeated.set(data.subarray(source, source + width), row * width)
  }
  return repeated
}
