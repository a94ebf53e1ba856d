// Forward plans of n × n retrieval: texts to states, pictures to states, and one text against many pictures to scores.
// A text's length decides its plan: padding changes no score, but costs. Read next: ranking.ts, ../trunk/split-trunk.ts.

import { concat, reshape, slice } from '@tensorflow/tfjs-core'
import { taskById } from '../../contract/task-catalog'
import { type EngineOptions, type InputSpec, engineModel } from '../execution/engine-options'
import type { ForwardPlan } from '../execution/forward-plan'
import type { TaskShape } from '../execution/step-engine'
import { input } from '../execution/step-program'
import { dense } from '../nn/dense'
import { repeatedRow, textPrefix, trunkRest, visionPrefix } from '../trunk/split-trunk'

type Options = Pick<EngineOptions, 'model' | 'taskToken'>

export const PICTURE_STATES = 'rank/pictures'
export const textStates = (words: number): string => `rank/texts-${words}`
export const pairScores = (words: number): string => `rank/pairs-${words}`

/** Numbers of a run's picture states: enough to keep the cores busy, and a paper-size model within a gigabyte. */
const STATES_AT_ONCE = 2 ** 21
const PICTURES_AT_MOST = 256

/** Pictures that one caption should meet in one run. */
export function picturesAtOnce({ model }: Pick<Options, 'model'>, { regions }: Pick<TaskShape, 'regions'>): number {
  return Math.max(8, Math.min(PICTURES_AT_MOST, Math.floor(STATES_AT_ONCE / (regions * model.v_hidden_size))))
}

/** Plans for texts of each of these lengths ([CLS] and [SEP] counted). */
export function rankingPlans(options: Options, shape: TaskShape, lengths: readonly number[]): ForwardPlan[] {
  const model = engineModel(options)
  const token: InputSpec[] = model.task_specific_tokens ? [{ name: 'tokenRows', dtype: 'int32', shape: ['b'] }] : []
  const { regions } = shape
  const pictures: ForwardPlan = {
    name: PICTURE_STATES,
    specs: [
      { name: 'features', dtype: 'float32', shape: ['b', regions, model.v_feature_size] },
      { name: 'boxes', dtype: 'float32', shape: ['b', regions, 5] },
      { name: 'regionMask', dtype: 'float32', shape: ['b', regions] }
    ],
    run: (context, inputs) => ({
      states: visionPrefix(context, { features: input(inputs, 'features'), boxes: input(inputs, 'boxes'), regionMask: input(inputs, 'regionMask') })
    })
  }
  const texts = (words: number): ForwardPlan => ({
    name: textStates(words),
    specs: [{ name: 'wordIds', dtype: 'int32', shape: ['b', words] }, { name: 'wordMask', dtype: 'float32', shape: ['b', words] }, ...token],
    run: (context, inputs) => ({
      states: textPrefix(context, { wordIds: input(inputs, 'wordIds'), wordMask: input(inputs, 'wordMask'), tokenRows: inputs['tokenRows'] })
    })
  })
  return [pictures, ...lengths.flatMap((words) => [texts(words), pairs(options, shape, words)])]
}

/** One text [1, t, hidden] against b pictures: scores [b] of the alignment head. */
function pairs(options: Options, { task, regions }: TaskShape, words: number): ForwardPlan {
  const model = engineModel(options)
  const positions = words + (model.task_specific_tokens ? 1 : 0)
  if (taskById(task).head !== 'alignment') throw new Error(`${task} has no alignment head to rank with`)
  return {
    name: pairScores(words),
    specs: [
      { name: 'text', dtype: 'float32', shape: [1, positions, model.hidden_size] },
      { name: 'wordMask', dtype: 'float32', shape: [1, words] },
      { name: 'vision', dtype: 'float32', shape: ['b', regions, model.v_hidden_size] },
      { name: 'regionMask', dtype: 'float32', shape: ['b', regions] }
    ],
    run(context, inputs) {
      const regionMask = input(inputs, 'regionMask')
      const wordMask = input(inputs, 'wordMask')
      const mask = positions > words ? concat([slice(wordMask, [0, 0], [-1, 1]), wordMask], 1) : wordMask
      const text = repeatedRow(input(inputs, 'text'), regionMask)
      const { fused } = trunkRest(context, { text, vision: input(inputs, 'vision') }, repeatedRow(mask, regionMask), regionMask)
      return { scores: reshape(dense(context, 'vil_logit', fused), [-1]) }
    }
  }
}
