// A round of a preset's tasks on its own data, each task one step; PyTorch steps in the same rotation on random batches of
// the same shapes, with the same clipping and correction. Read next: alternate.ts, step-side.ts.

import { alternate } from './alternate'
import type { Benchmark } from './benchmark'
import { stepSide } from './step-side'

export const twelveTasks: Benchmark = {
  name: 'twelveTasks',
  about: 'a round of the preset’s twelve tasks on its data, in turns with PyTorch on batches of the same shapes',
  side: stepSide,
  async run(context) {
    const { config, rounds } = context
    return { [config.preset]: await alternate(context, 'twelveTasks', { config }, { turns: rounds ?? 6, rounds: 2 }) }
  }
}
