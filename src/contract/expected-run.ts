// The steps and the memory that a configuration leads to, before any data are read: sizes of the mini-world where the run
// makes one, else the longest texts and most regions of the reference (spec 3.1). Pure: the new-run form counts with it
// while it is filled in. Read next: memory-forecast.ts, run-time.ts.

import { type ForecastSizes, type StepSize, USABLE_SHARE, fittingRows, memoryForecast } from './memory-forecast'
import { type CountedPart, type ModelDimensions, type ModelPartId, countParts, totalOf } from './model-parts'
import { ATTENTION_HEADS, expectedDimensions } from './model-sizes'
import type { RunConfig } from './run-config'
import type { RunForecast } from './run-forecast'
import { type HeadId, PRETRAINING_REFERENCE, ROUND_ORDER, type TaskId, examplesOfBatch, taskById } from './task-catalog'

interface RowLengths {
  readonly words: number
  readonly regions: number
}

/** Longest texts of each task in the mini-world (made with seed 1), and most regions of a picture. */
const WORLD_WORDS: Readonly<Record<'tiny' | 'mini', Readonly<Record<TaskId | 'pretraining', number>>>> = {
  tiny: { vqa: 11, vgqa: 11, gqa: 14, coco: 18, flickr30k: 18, refcoco: 12, 'refcoco+': 12, refcocog: 12, visual7w: 13, guesswhat: 41, nlvr2: 14, 'snli-ve': 10, pretraining: 18 },
  mini: { vqa: 12, vgqa: 12, gqa: 16, coco: 18, flickr30k: 18, refcoco: 14, 'refcoco+': 14, refcocog: 14, visual7w: 14, guesswhat: 44, nlvr2: 16, 'snli-ve': 12, pretraining: 20 }
}
const WORLD_REGIONS: Readonly<Record<'tiny' | 'mini', { readonly detected: number; readonly withAnnotated: number; readonly pointedAt: number; readonly ofPair: number }>> = {
  tiny: { detected: 13, withAnnotated: 22, pointedAt: 20, ofPair: 11 }, mini: { detected: 13, withAnnotated: 22, pointedAt: 22, ofPair: 11 }
}

const HEAD_PARTS: Readonly<Record<HeadId, ModelPartId>> = {
  answers: 'answers', 'gqa-answers': 'gqaAnswers', alignment: 'retrieval', pair: 'pair', 'three-way': 'entailment', region: 'grounding'
}

export interface ExpectedRun {
  readonly forecast: RunForecast
  /** Rows in one pass that the run will choose or was told; absent: whole batches. */
  readonly microBatch?: number
  /** Whether it fits into the memory, with `microBatch` where that is needed. */
  readonly fits: boolean
  /** False where answers or lengths of texts depend on data that are not read yet. */
  readonly exact: boolean
}

/** What a run needs of a device with so many bytes of memory. */
export function expectedRun(config: RunConfig, memoryBytes: number): ExpectedRun {
  const { dimensions, exact } = expectedDimensions(config)
  const whole = forecastSizes(config, dimensions)
  const usable = USABLE_SHARE * memoryBytes
  const microBatch = config.microBatch === 'auto' ? fittingRows(whole, usable) : config.microBatch
  const forecast = memoryForecast(microBatch === undefined ? whole : { ...whole, microBatch })
  return { forecast, fits: forecast.peakBytes <= usable, exact, ...(microBatch === undefined ? {} : { microBatch }) }
}

function forecastSizes(config: RunConfig, dimensions: ModelDimensions): ForecastSizes {
  const parts = countParts(dimensions)
  return {
    model: { ...dimensions, ...ATTENTION_HEADS[config.model] }, parameters: totalOf(parts), trainedParameters: Math.round(trainedOf(config, dimensions, parts)),
    of: 'run', dropout: config.dropout, steps: config.kind === 'pretrain' ? [captionStep(config, dimensions)] : ROUND_ORDER.filter((task) => config.tasks.includes(task)).map((task) => taskStep(task, config, dimensions))
  }
}

/** Neither frozen (engine/optimizer/frozen-parameters.ts, by names) nor of a head that the run does not train. */
function trainedOf({ kind, tasks, freeze }: RunConfig, { num_hidden_layers, v_num_hidden_layers }: ModelDimensions, parts: readonly CountedPart[]): number {
  const heads = new Set<ModelPartId>(kind === 'pretrain' ? ['maskedWords', 'alignment', 'maskedRegions'] : tasks.map((task) => HEAD_PARTS[taskById(task).head]))
  const layers = (stream: string, all: number): number => Math.min(1, Number(new RegExp(`${stream}:(\\d+)`).exec(freeze)?.[1] ?? 0) / all)
  const frozen = (id: ModelPartId): number => {
    if (id === 'textLayers') return layers('text', num_hidden_layers)
    if (id === 'visualLayers') return layers('vision', v_num_hidden_layers)
    if (id === 'textEmbedding' || id === 'taskTokens') return freeze.includes('text') ? 1 : 0
    return id === 'visualEmbedding' && freeze.includes('vision') ? 1 : 0
  }
  return parts.reduce((sum, { id, ofTrunk, parameters }) => {
    if (id === 'unused' || (ofTrunk ? freeze === 'trunk' : !heads.has(id))) return sum
    return sum + parameters * (1 - frozen(id))
  }, 0)
}

/** The widths of a task's targets follow its head. */
export function targetWidth(head: HeadId, { regions, answers, gqaAnswers }: { readonly regions: number; readonly answers: number; readonly gqaAnswers: number }): number {
  return { answers, 'gqa-answers': gqaAnswers, alignment: 4, region: regions, pair: 2, 'three-way': 3 }[head]
}

function taskStep(task: TaskId, { world, batchRows }: RunConfig, { answers, gqaAnswers }: ModelDimensions): StepSize {
  const { head, reference, rowsPerExample } = taskById(task)
  const { words, regions } = world === 'none' ? { words: reference.maxWords, regions: reference.maxRegions } : worldLengths(task, world === 'tiny' ? 'tiny' : 'mini')
  const examples = examplesOfBatch(task, batchRows)
  return { name: task, head, words, regions, examples, rows: examples * rowsPerExample, targetNumbers: 4 * targetWidth(head, { regions, answers, gqaAnswers }) }
}

function worldLengths(task: TaskId, world: 'tiny' | 'mini'): RowLengths {
  const { detected, withAnnotated, pointedAt, ofPair } = WORLD_REGIONS[world]
  const { head } = taskById(task)
  return { words: WORLD_WORDS[world][task], regions: task === 'visual7w' ? pointedAt : head === 'region' ? withAnnotated : head === 'pair' ? ofPair : detected }
}

function captionStep({ world, batchRows }: RunConfig, { vocab_size, v_target_size }: ModelDimensions): StepSize {
  const size = world === 'tiny' ? 'tiny' : 'mini'
  const { words, regions } = world === 'none' ? { words: PRETRAINING_REFERENCE.maxWords, regions: PRETRAINING_REFERENCE.maxRegions } : { words: WORLD_WORDS[size].pretraining, regions: WORLD_REGIONS[size].detected }
  const rows = batchRows === 'reference' ? PRETRAINING_REFERENCE.batch : batchRows
  return { name: 'pretraining', head: 'pretraining', words, regions, examples: rows, rows, targetNumbers: 4 * (words * vocab_size + regions * v_target_size) }
}
