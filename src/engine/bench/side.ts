// Our side of a benchmark: requests from standard input, one JSON object a line, answers to standard output.
// Read next: child.ts (the other end), registry.ts.

import { createInterface } from 'node:readline'
import { type Readable, type Writable } from 'node:stream'
import type { Side } from './benchmark'

interface Request {
  readonly method: string
  readonly params: object
}

/** Answers until the input ends. */
export async function serveSide(side: Side, input: Readable, output: Writable): Promise<void> {
  for await (const line of createInterface({ input })) {
    output.write(`${JSON.stringify(await answer(side, JSON.parse(line) as Request))}\n`)
  }
}

async function answer(side: Side, { method, params }: Request): Promise<object> {
  try {
    return { result: (await call(side, method, params)) ?? null }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

async function call(side: Side, method: string, params: object): Promise<unknown> {
  const work = side[method]
  if (work === undefined) throw new Error(`This side knows ${Object.keys(side).join(', ')}, not '${method}'.`)
  return work(params as never)
}
