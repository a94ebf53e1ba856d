// What passes before the first training step: process, library, data, compiling, first step; then the same again in a new
// process. For the preset's twelve tasks and for the fixed sizes. Read next: step-side.ts.

import type { BenchContext, Benchmark } from './benchmark'
import { isStepSize } from './step-case'
import { type StepMade, type StepRequest, stepSide } from './step-side'

interface StartFigures {
  /** From the start of the process to the end of its first steps. */
  readonly readyMs: number
  readonly libraryMs: number
  /** Reading the data of the tasks; absent for the fixed sizes. */
  readonly dataMs?: number
  /** Initial weights, recording, TensorFlow's preparation of every step. */
  readonly createMs: number
  /** One step of each task. */
  readonly firstStepMs: number
}

async function start(context: BenchContext, request: StepRequest): Promise<StartFigures> {
  const child = await context.ours('engineStart')
  try {
    const { readyMs, libraryMs, dataMs, createMs, firstStepMs } = await child.ask<StepMade>('make', request)
    return { readyMs, libraryMs, ...(dataMs === undefined ? {} : { dataMs }), createMs, firstStepMs }
  } finally {
    await child.close()
  }
}

async function twice(context: BenchContext, what: string, request: StepRequest): Promise<{ first: StartFigures; second: StartFigures }> {
  context.say(`engineStart: ${what}`)
  return { first: await start(context, request), second: await start(context, request) }
}

export const engineStart: Benchmark = {
  name: 'engineStart',
  about: 'library, compiling, first step, and a second start, for the preset’s tasks and the fixed sizes',
  side: stepSide,
  async run(context) {
    const { config, sizes } = context
    const result: Record<string, { first: StartFigures; second: StartFigures }> = {}
    result[`${config.preset}Tasks`] = await twice(context, `tasks of preset ${config.preset}`, { config })
    for (const size of sizes.filter(isStepSize)) result[size] = await twice(context, size, { size, dropout: 0 })
    return result
  }
}
