// What a benchmark is. The command's own process arranges; what is measured runs in child processes, one a side, so that
// peak memory, start times and threads are each side's own. Read next: registry.ts, child.ts.

import type { RunConfig } from '../../contract/run-config'

/** A child process (or, in tests, a stand-in) that answers requests one after the other. */
export interface Child {
  /** Rejects with the child's own message if the request fails or the child dies. */
  ask<T>(method: string, params: object): Promise<T>
  close(): Promise<void>
}

/** What a child of ours can be asked, by method. */
export type Side = Readonly<Record<string, (params: never) => Promise<unknown>>>

export interface BenchContext {
  readonly sizes: readonly string[]
  /** Turns of each side; undefined: the benchmark's own number. */
  readonly rounds: number | undefined
  /** Data folder, preset and settings of benchmarks on the twelve tasks. */
  readonly config: RunConfig
  /** A new process of ours with the side of a benchmark. */
  ours(name: string): Promise<Child>
  /** A new Python process, or null where there is no PyTorch; why is told in the result's notes. */
  torch(): Promise<Child | null>
  /** Reads a run's events as the window does; the number of events. The engine must not know the window's code. */
  foldEvents(file: string): number
  /** For the person who waits. */
  say(text: string): void
}

export interface Benchmark {
  readonly name: string
  readonly about: string
  side(): Side
  run(context: BenchContext): Promise<Readonly<Record<string, unknown>>>
}

/** The `run` of a benchmark that asks one process of ours one thing about the preset's tasks: its answer under the preset's name. */
export async function askOnce({ config, rounds, ours }: BenchContext, name: string, method: string): Promise<Readonly<Record<string, unknown>>> {
  const child = await ours(name)
  try {
    return { [config.preset]: await child.ask(method, { config, rounds: rounds ?? 3 }) }
  } finally {
    await child.close()
  }
}

export type Milliseconds = number

/** The usual figures of repeated timings. cpuMs: CPU time of all threads, the median. */
export interface Timing {
  readonly minMs: Milliseconds
  readonly medianMs: Milliseconds
  readonly cpuMs: Milliseconds
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function timing(ms: readonly number[], cpuMs: readonly number[]): Timing {
  return { minMs: Math.min(...ms), medianMs: median(ms), cpuMs: median(cpuMs) }
}

/** Milliseconds of wall and CPU time that the work takes. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number; cpuMs: number }> {
  const start = performance.now()
  const before = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(before)
  return { value, ms: performance.now() - start, cpuMs: (user + system) / 1000 }
}
