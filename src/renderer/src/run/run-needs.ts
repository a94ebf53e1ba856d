// The sentences of the forecast in the new-run form: where its time comes from, and what does not fit. Pure.

import type { ExpectedRun } from '../../../contract/expected-run'
import { type RunConfig, configText } from '../../../contract/run-config'
import type { MeasuredSteps, RunTime } from '../../../contract/run-time'
import { taskById, isTaskId } from '../../../contract/task-catalog'
import { bytes, duration, totalGigabytes, whole } from '../numbers'

export interface NeedsWarning {
  /** `parts`: it runs, in parts; `over`: it does not fit. */
  readonly tone: 'parts' | 'over'
  readonly text: string
}

/** Null where the run fits with whole batches, or as it was told. */
export function needsWarning(config: RunConfig, { fits, microBatch, forecast }: ExpectedRun, memoryBytes: number): NeedsWarning | null {
  const has = `${totalGigabytes(memoryBytes)} GB, of which nine tenths may be used`
  if (!fits) {
    const smaller = microBatch === undefined || microBatch > 1 ? 'Leave microBatch at auto, take fewer batch rows, or a smaller model.' : 'Take a smaller model or a machine with more memory.'
    const least = microBatch === 1 ? 'even row by row ' : ''
    return { tone: 'over', text: `Does not fit: it needs ${least}${bytes(forecast.peakBytes)}; this machine has ${has}. ${smaller}` }
  }
  if (config.microBatch !== 'auto' || microBatch === undefined) return null
  return { tone: 'parts', text: `Whole batches do not fit into ${has}: they are computed in parts of at most ${whole(microBatch)} rows (microBatch ${microBatch}), with the same update.` }
}

/** How the time follows, for people who ask. */
export function timeWords(config: RunConfig, time: RunTime | null, measured: MeasuredSteps | null): { readonly how: string } {
  if (!time || !measured) {
    return { how: `No run of this workspace has trained the model '${config.model}' with batch rows ${configText(config.batchRows)} yet, so no time is known. It is there as soon as one has made its first steps.` }
  }
  const steps = Object.values(measured.tasks).reduce((sum, task) => sum + (task?.steps ?? 0), 0)
  const guessed = time.guessed.map((task) => (isTaskId(task) ? taskById(task).shortLabel : task)).join(', ')
  const sentences = [
    `${whole(config.iterations)} ${config.kind === 'pretrain' ? 'steps' : 'rounds'} with steps of ${time.stepMs.toFixed(time.stepMs < 100 ? 1 : 0)} ms in the mean: ${duration(time.stepSeconds)}`,
    time.checksKnown ? `; checks ${duration(time.checkSeconds)}.` : '; checks come on top.',
    ` Measured in ${whole(steps)} steps of ${measured.runs.slice(0, 3).join(', ')}${measured.device ? ` on ${measured.device}` : ''}.`,
    guessed ? ` ${guessed}: from the multiplications of their steps.` : '',
    config.kind === 'train' ? ' Tasks that stop make it shorter; making data and compiling come before.' : ' Making data and compiling come before.'
  ]
  return { how: sentences.join('') }
}
