// A forward plan that tells where a task's text looks in its picture: the attention of [CLS] on the regions in the last
// connection layer, mean over heads (spec 1.7). Used by GQA's grounding. Read next: ../execution/forward-plan.ts.

import { type Tensor, mean, reshape, slice } from '@tensorflow/tfjs-core'
import { type EngineOptions, taskInputSpecs } from '../execution/engine-options'
import type { ForwardPlan } from '../execution/forward-plan'
import type { TaskShape } from '../execution/step-engine'
import { input } from '../execution/step-program'
import { trunk } from '../trunk/trunk'

const ATTENTION = 'attention'
const NOT_OF_THE_TRUNK = ['weights', 'targets', 'targetMask']

/** Gives `attention` [b, r]: rows sum to 1. Undefined where the model has no connection layers. */
export function attentionPlan(options: EngineOptions, shape: TaskShape): ForwardPlan | undefined {
  const { v_biattention_id: connections, with_coattention } = options.model
  if (!with_coattention || connections.length === 0) return undefined
  const wanted = `attn.co.${connections.length - 1}.text_queries`
  return {
    name: `${ATTENTION}/${shape.task}`, specs: taskInputSpecs(options, shape).filter(({ name }) => !NOT_OF_THE_TRUNK.includes(name)),
    run(context, inputs) {
      let found: Tensor | undefined
      const watch = (name: string, value: Tensor): void => { if (name === wanted) found = value }
      trunk({ ...context, watch }, {
        wordIds: input(inputs, 'wordIds'), wordMask: input(inputs, 'wordMask'), features: input(inputs, 'features'),
        boxes: input(inputs, 'boxes'), regionMask: input(inputs, 'regionMask'), tokenRows: inputs['tokenRows']
      })
      if (!found) throw new Error(`The trunk showed no '${wanted}'`)
      return { attention: reshape(mean(slice(found, [0, 0, 0, 0], [-1, -1, 1, -1]), 1), [-1, shape.regions]) }
    }
  }
}
