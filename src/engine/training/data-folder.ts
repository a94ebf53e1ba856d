// The data folder of a run: real data must be there, a mini-world is made if it is not. Read next: ../mini-world/make-world.ts.

import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { NewRunEvent } from '../../contract/run-events'
import { isTaken, takeLock } from './run-lock'

/** Refuses a configuration whose data is neither there nor a mini-world that can be made. */
export function refuseMissingData({ data, world }: Pick<RunConfig, 'data' | 'world'>): void {
  if (existsSync(data) || world !== 'none') return
  throw new WorkbenchError(`The data folder ${data} does not exist. Give the folder with the data sets as published (data=…), or let a mini-world be made (world=mini).`)
}

/** Makes the configured mini-world if the data folder is not there; two runs that need it make it once. */
export async function ensureData(config: RunConfig, emit: (event: NewRunEvent) => void): Promise<void> {
  const { data: out, world: size, worldSeed: seed, kind } = config
  refuseMissingData(config)
  while (!existsSync(out)) {
    if (size === 'none') break
    const place = `${out}.making`
    mkdirSync(place, { recursive: true })
    if (isTaken(place)) {
      emit({ kind: 'progress', what: 'waiting for another run that makes the mini-world', done: 0, total: 1 })
      await new Promise((resolve) => setTimeout(resolve, 1000))
      continue
    }
    const lock = takeLock(place)
    try {
      if (!existsSync(out)) {
        mkdirSync(dirname(out), { recursive: true })
        const { makeWorld } = await import('../mini-world/make-world')
        await makeWorld({ out, size, seed, parts: kind === 'pretrain' ? 'all' : 'twelve', onProgress: throttled(emit) })
      }
    } finally {
      lock.release()
      rmSync(place, { recursive: true, force: true })
    }
  }
  const { readWorldNote } = await import('../mini-world/make-world')
  if (kind === 'pretrain' && readWorldNote(out)?.parts === 'twelve') {
    throw new WorkbenchError(`The mini-world in ${out} was made without the captions for pre-training. Give another folder, for example --set data=${out}-all; it is made first.`)
  }
}

/** At most ten progress events a second, the last of each kind always. */
function throttled(emit: (event: NewRunEvent) => void): (progress: { what: string; done: number; total: number }) => void {
  let lastAt = 0
  return ({ what, done, total }) => {
    if (done < total && Date.now() - lastAt < 100) return
    lastAt = Date.now()
    emit({ kind: 'progress', what: `making the mini-world: ${what}`, done, total })
  }
}

