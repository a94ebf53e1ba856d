// A child process that is spoken to in JSON lines: a request on its standard input, an answer on its standard output.
// Our own side and the Python side speak the same. Read next: side.ts, resources/bench/torch-step.py.

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { WorkbenchError } from '../../contract/check'
import type { Child } from './benchmark'

interface Answer {
  readonly result?: unknown
  readonly error?: string
}

interface Waiting {
  resolve(value: unknown): void
  reject(reason: Error): void
}

const KEPT_LINES = 5

/** Starts a program; it lives until `close`, or until this process ends. */
export function startChild(program: string, words: readonly string[], name: string): Child {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors = lastLines(child)
  let waiting: Waiting | undefined
  let ended: string | undefined
  const fail = (why: string): void => {
    ended = why
    waiting?.reject(new WorkbenchError(`${name} ${why}${errors.length > 0 ? `: ${errors.join(' ')}` : '.'}`, 'work'))
    waiting = undefined
  }
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  child.on('error', (error) => fail(`did not start (${error.message})`))
  child.on('close', (status, signal) => fail(`ended by itself (${signal ?? `status ${status ?? 'unknown'}`})`))
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const settle = waiting
    const answer = parsed(line)
    if (settle === undefined || answer === undefined) return
    waiting = undefined
    if (answer.error === undefined) settle.resolve(answer.result)
    else settle.reject(new WorkbenchError(`${name}: ${answer.error}`, 'work'))
  })
  return {
    ask<T>(method: string, params: object) {
      return new Promise<T>((resolve, reject) => {
        waiting = { resolve: (value) => resolve(value as T), reject }
        if (ended === undefined) child.stdin.write(`${JSON.stringify({ method, params })}\n`)
        else fail(ended)
      })
    },
    async close() {
      if (ended === undefined) child.stdin.end()
      await closed
    }
  }
}

function lastLines(child: ChildProcess): string[] {
  const lines: string[] = []
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      if (lines.length > KEPT_LINES) lines.shift()
    })
  }
  return lines
}

/** Other output than answers is passed over. */
function parsed(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && ('result' in value || 'error' in value) ? (value as Answer) : undefined
  } catch {
    return undefined
  }
}
