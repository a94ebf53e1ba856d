// The thread that holds a run's data: opens them, makes the batches that come next while the training thread computes,
// and counts what checks find. Built as a program of its own (out/batch-maker/main.cjs).
// Read next: batches-ahead.ts, ../training/course-data.ts.

import { parentPort } from 'node:worker_threads'
import type { RunConfig } from '../../contract/run-config'
import { type BatchPlace, type CourseData, factsOf } from '../training/course-data'
import { openPretraining } from '../training/pretraining-course'
import { openTasks } from '../training/task-course'
import { type DataOrder, type DataReply, buffersOf, sentError } from './batch-messages'
import { BatchesAhead } from './batches-ahead'

interface Opened {
  readonly data: CourseData<unknown, unknown>
  readonly ahead: BatchesAhead
}

let opened: Opened | undefined
/** The first failure of a check's scores, told when the check ends. */
let scoreFailure: unknown

const reply = (message: DataReply, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer)

parentPort?.on('message', (order: DataOrder) => {
  try {
    obey(order)
  } catch (error) {
    reply({ kind: 'failed', place: order.kind === 'batch' ? order.place : null, error: sentError(error) })
  }
  makeAhead()
})

function obey(order: DataOrder): void {
  if (order.kind === 'open') {
    opened = open(order.config, order.first)
    const { options, notes, tasks } = opened.data
    return reply({ kind: 'opened', facts: { options, notes, tasks } })
  }
  if (!opened) throw new Error('The data were not opened')
  const { data, ahead } = opened
  switch (order.kind) {
    case 'batch':
      if (ahead.ask(order.place)) hand(order.place, data.batch(order.place))
      return
    case 'score':
      return score(data, order)
    case 'finish': {
      const failure = scoreFailure
      scoreFailure = undefined
      if (failure !== undefined) throw failure
      return reply({ kind: 'finished', validation: data.finish(order.task, order.split, order.iteration) })
    }
  }
}

function open(config: RunConfig, first: readonly BatchPlace[]): Opened {
  const data = config.kind === 'pretrain' ? openPretraining(config) : openTasks(config)
  const exists = ({ task, split, number }: BatchPlace): boolean => split === 'train' || number < factsOf(data, task).checks[split]
  return { data, ahead: new BatchesAhead(exists, first) }
}

function score(data: Opened['data'], { place, batch, result }: Extract<DataOrder, { kind: 'score' }>): void {
  try {
    data.score(place, batch, result)
  } catch (error) {
    scoreFailure ??= error
  }
}

function hand(place: BatchPlace, batch: unknown): number {
  const buffers = buffersOf(batch)
  reply({ kind: 'batch', place, batch }, buffers)
  return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

let due = false

/** Makes one batch ahead; then whatever was asked meanwhile has its turn, then the next. */
function makeAhead(): void {
  if (due) return
  due = true
  setImmediate(() => {
    due = false
    const place = opened?.ahead.next()
    if (!opened || !place) return
    try {
      opened.ahead.made(place, hand(place, opened.data.batch(place)))
    } catch {
      opened.ahead.made(place, 'failed')
    }
    makeAhead()
  })
}
