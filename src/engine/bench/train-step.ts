// One training step: upload of the batch, forward, backward, AdamW, reading the loss; with and without dropout, on the
// three fixed sizes, in turns with PyTorch where that is installed. Read next: alternate.ts, step-case.ts.

import { type StepFigures, type Turns, alternate } from './alternate'
import type { BenchContext, Benchmark } from './benchmark'
import { DROPOUT, type StepSize, isStepSize } from './step-case'
import { stepSide } from './step-side'

/** Turns, and steps of a turn: a step of the full model takes seconds. */
const TURNS: Readonly<Record<StepSize, Turns>> = {
  tiny: { turns: 2, rounds: 3 },
  small: { turns: 6, rounds: 20 },
  medium: { turns: 5, rounds: 5 },
  full: { turns: 4, rounds: 1 }
}

async function everySize(context: BenchContext, name: string, dropout: number): Promise<Record<string, StepFigures>> {
  const result: Record<string, StepFigures> = {}
  for (const size of context.sizes.filter(isStepSize)) {
    context.say(`${name}: ${size}`)
    result[size] = await alternate(context, name, { size, dropout }, { ...TURNS[size], ...(context.rounds === undefined ? {} : { turns: context.rounds }) })
  }
  return result
}

export const trainStep: Benchmark = {
  name: 'trainStep',
  about: 'one training step without dropout, in turns with PyTorch',
  side: stepSide,
  run: (context) => everySize(context, 'trainStep', 0)
}

export const trainStepDropout: Benchmark = {
  name: 'trainStepDropout',
  about: `the same with dropout ${DROPOUT}`,
  side: stepSide,
  run: (context) => everySize(context, 'trainStepDropout', DROPOUT)
}
