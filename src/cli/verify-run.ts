// Checks a run folder: numbers of events without gaps, each step once, checkpoints whole and in agreement with the events.
// Reads only. Read next: engine/training/checkpoint.ts.

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { RunEvent } from '../contract/run-events'
import { RUN_FILES, parseEventLines } from '../contract/run-format'
import { checkpointFolders, openCheckpoint } from '../engine/training/checkpoint'
import { readRunConfig } from '../engine/training/run-folder'

export interface RunReport {
  readonly events: number
  readonly checkpoints: readonly string[]
  readonly problems: readonly string[]
}

export function verifyRun(folder: string): RunReport {
  readRunConfig(folder)
  const { events, problems } = readEvents(join(folder, RUN_FILES.events))
  problems.push(...sequenceProblems(events), ...repeatedSteps(events))
  const checkpoints: string[] = []
  for (const place of checkpointFolders(folder)) {
    try {
      const { state } = openCheckpoint(place)
      checkpoints.push(basename(place))
      const late = events.find((event) => event.kind === 'step' && event.sequence <= state.sequence && event.iteration > state.iteration)
      const early = events.find((event) => event.kind === 'step' && event.sequence > state.sequence && event.iteration < state.iteration)
      const odd = late ?? early
      if (odd) problems.push(`${basename(place)} was taken after event ${state.sequence}, but event ${odd.sequence} is a step of iteration ${odd.iteration}.`)
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error
      problems.push(error.message)
    }
  }
  return { events: events.length, checkpoints, problems }
}

function readEvents(file: string): { events: RunEvent[]; problems: string[] } {
  const text = readFileSync(file, 'utf8')
  const { events, characters, damaged } = parseEventLines(text)
  const problems: string[] = []
  if (damaged > 0) problems.push(`${RUN_FILES.events} has ${damaged} damaged line${damaged === 1 ? '' : 's'}.`)
  if (characters < text.length) problems.push(`${RUN_FILES.events} ends in half a line; a resume drops it.`)
  return { events, problems }
}

function sequenceProblems(events: readonly RunEvent[]): string[] {
  const place = events.findIndex((event, index) => event.sequence !== index + 1)
  return place < 0 ? [] : [`Event ${place + 1} of ${RUN_FILES.events} has the number ${events[place]?.sequence}.`]
}

function repeatedSteps(events: readonly RunEvent[]): string[] {
  const seen = new Set<string>()
  const problems: string[] = []
  for (const event of events) {
    if (event.kind !== 'step') continue
    const name = `${event.task} at iteration ${event.iteration}`
    if (seen.has(name)) problems.push(`The step of ${name} is there twice.`)
    seen.add(name)
  }
  return problems
}
