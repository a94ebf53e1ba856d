// The same training step on both sides in turns: ours, PyTorch, ours, PyTorch. Whatever else the machine does then falls
// on both; the ratio is that of the shortest steps. Read next: step-side.ts, train-step.ts.

import { cpus } from 'node:os'
import { type BenchContext, type Child, type Timing, median, timing } from './benchmark'
import type { StepMade, StepNumbers, StepRequest } from './step-side'

export interface TorchFigures extends Timing {
  readonly peakBytes: number
  /** PyTorch's shortest step divided by ours: above 1 we are faster. */
  readonly ratio: number
  /** Shortest step of each turn. */
  readonly turnsMs: readonly number[]
  readonly version: string
  readonly parameters: number
}

export interface StepFigures extends Timing {
  readonly peakBytes: number
  readonly parameters: number
  readonly createMs: number
  readonly firstStepMs: number
  readonly turnsMs: readonly number[]
  readonly device: string
  readonly torch?: TorchFigures
  /** Making the batches of a round, the median; only on real data. */
  readonly dataMs?: number
  /** Shortest step of each task, where there are several. */
  readonly tasksMs?: Readonly<Record<string, { readonly ours: number; readonly torch?: number }>>
}

interface TorchMade {
  readonly torch: string
  readonly parameters: number
}

export interface Turns {
  readonly turns: number
  /** Rounds of a turn. */
  readonly rounds: number
}

/** Threads of a finished turn may still wait busily for work; the other side's turn begins after them. */
const SETTLE_MS = 300

export async function alternate(context: BenchContext, benchmark: string, request: StepRequest, { turns, rounds }: Turns): Promise<StepFigures> {
  const ours = await context.ours(benchmark)
  let torch: Child | null = null
  try {
    const made = await ours.ask<StepMade>('make', request)
    torch = await context.torch()
    const torchMade = torch && (await torch.ask<TorchMade>('make', { ...made.torch, threads: cpus().length, device: made.backend === 'cuda' ? 'cuda' : 'cpu' }))
    for (const side of sides(ours, torch)) await turn(side, 2)
    const results: StepNumbers[] = []
    const torchResults: StepNumbers[] = []
    for (let i = 0; i < turns; i++) {
      results.push(await turn(ours, rounds))
      if (torch) torchResults.push(await turn(torch, rounds))
      context.say(`${benchmark}: turn ${i + 1} of ${turns}, ${shortest(results).toFixed(1)} ms${torch ? `, PyTorch ${shortest(torchResults).toFixed(1)} ms` : ''}`)
    }
    return figures(made, results, torchMade, torchResults)
  } finally {
    await ours.close()
    await torch?.close()
  }
}

function sides(ours: Child, torch: Child | null): Child[] {
  return torch ? [ours, torch] : [ours]
}

async function turn(side: Child, rounds: number): Promise<StepNumbers> {
  const numbers = await side.ask<StepNumbers>('steps', { rounds })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return numbers
}

function shortest(results: readonly StepNumbers[]): number {
  return Math.min(...results.flatMap(({ ms }) => ms))
}

function figures(made: StepMade, results: readonly StepNumbers[], torchMade: TorchMade | null, torchResults: readonly StepNumbers[]): StepFigures {
  const own = summary(results)
  const other = torchMade ? summary(torchResults) : undefined
  const { parameters, createMs, firstStepMs, device } = made
  const tasks = Object.keys(results[0]?.perTask ?? {})
  const dataMs = results.flatMap((result) => result.dataMs ?? [])
  const torch = torchMade && other ? { torch: { ...other, ratio: other.minMs / own.minMs, version: torchMade.torch, parameters: torchMade.parameters } } : {}
  return {
    ...own, parameters, createMs, firstStepMs, device, ...torch,
    ...(dataMs.length > 0 ? { dataMs: median(dataMs) } : {}),
    ...(tasks.length > 1 ? { tasksMs: Object.fromEntries(tasks.map((task) => [task, taskFigures(task, results, torchResults)])) } : {})
  }
}

function summary(results: readonly StepNumbers[]): Timing & { peakBytes: number; turnsMs: number[] } {
  return {
    ...timing(results.flatMap(({ ms }) => ms), results.flatMap(({ cpuMs }) => cpuMs)),
    peakBytes: Math.max(...results.map(({ peakBytes }) => peakBytes)),
    turnsMs: results.map(({ ms }) => Math.min(...ms))
  }
}

function taskFigures(task: string, results: readonly StepNumbers[], torchResults: readonly StepNumbers[]): { ours: number; torch?: number } {
  const least = (of: readonly StepNumbers[]): number => Math.min(...of.flatMap(({ perTask }) => perTask[task] ?? []))
  return { ours: least(results), ...(torchResults.length > 0 ? { torch: least(torchResults) } : {}) }
}
