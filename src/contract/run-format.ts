// What is in a run folder: names, and one event line ↔ object. Pure: the engine writes, the host reads.

import type { RunEvent } from './run-events'

export const RUN_FILES = {
  config: 'config.json',
  environment: 'environment.json',
  events: 'events.jsonl',
  tensorboard: 'tensorboard',
  checkpoints: 'checkpoints',
  predictions: 'predictions',
  /** Holds the process id while a process owns the run; its modification time is the heartbeat. */
  lock: 'lock',
  /** Written by whoever commands the run, read by the loop between two steps. */
  control: 'control.json'
} as const

export interface LockFile {
  readonly processId: number
  readonly host: string
  readonly startedAt: number
}

export function eventLine(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`
}

/** The events of whole lines; a last line without its end (a write cut short) is left out. `bytes`: how far it read. */
export function parseEventLines(text: string): { events: RunEvent[]; characters: number; damaged: number } {
  const end = text.lastIndexOf('\n') + 1
  const events: RunEvent[] = []
  let damaged = 0
  for (const line of text.slice(0, end).split('\n')) {
    if (line === '') continue
    const event = parseEvent(line)
    if (event) events.push(event)
    else damaged += 1
  }
  return { events, characters: end, damaged }
}

function parseEvent(line: string): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return undefined
    const { kind, sequence, time, iteration } = value as Record<string, unknown>
    const sound = typeof kind === 'string' && typeof sequence === 'number' && typeof time === 'number' && typeof iteration === 'number'
    return sound ? (value as RunEvent) : undefined
  } catch {
    return undefined
  }
}
