// Runs a graph in TensorFlow's session through tfjs-node. Variables live in the session until it is closed.
// Spec: none (engine). Read next: graph-def.ts, compiled-engine.ts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { Shape } from './graph-def'
import { FLOAT, INT32, type TypedValues, nativeBackend } from './native-binding'
import { withSessionConfig } from './session-config'

export interface SessionFeed {
  /** `node:0` */
  readonly name: string
  readonly shape: Shape
  readonly data: Float32Array | Int32Array
}

/** Milliseconds of a run: handing the feeds over, computing, copying the results. */
export interface RunTimes {
  readonly upload: number
  readonly run: number
  readonly read: number
}

export interface Session {
  /** Of the last run. */
  readonly times: RunTimes
  /** One run: fetched arrays in the order of `fetches`, copied. It blocks until all side effects are done. */
  run(feeds: readonly SessionFeed[], fetches: readonly string[]): TypedValues[]
  /** One run whose fetched arrays are copied one by one, each when it is asked for; all must be asked for or the loop left. */
  each(fetches: readonly string[]): Generator<TypedValues>
  close(): void
}

/** `graph`: the bytes of `encodeSavedModel`. */
export function openSession(graph: Uint8Array): Session {
  const { binding } = nativeBackend()
  const folder = mkdtempSync(path.join(tmpdir(), 'twelve-in-one-graph-'))
  let model: number
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), graph)
    model = withSessionConfig(() => binding.loadSavedModel(folder, 'serve'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  let open = true
  let times: RunTimes = { upload: 0, run: 0, read: 0 }
  return {
    get times() {
      return times
    },
    run(feeds, fetches) {
      if (!open) throw new WorkbenchError('The engine has been disposed of; make a new one.', 'work')
      const inputIds: number[] = []
      let outputs: { id: number }[] = []
      const start = performance.now()
      try {
        for (const { shape, data } of feeds) inputIds.push(binding.createTensor(shape, data instanceof Float32Array ? FLOAT : INT32, data))
        const uploaded = performance.now()
        outputs = binding.runSavedModel(model, inputIds, feeds.map((feed) => feed.name).join(','), fetches.join(','))
        const computed = performance.now()
        const values = outputs.map(({ id }) => binding.tensorDataSync(id))
        times = { upload: uploaded - start, run: computed - uploaded, read: performance.now() - computed }
        return values
      } finally {
        for (const id of inputIds) binding.deleteTensor(id)
        for (const { id } of outputs) binding.deleteTensor(id)
      }
    },
    *each(fetches) {
      if (!open) throw new WorkbenchError('The engine has been disposed of; make a new one.', 'work')
      const outputs = binding.runSavedModel(model, [], '', fetches.join(','))
      let done = 0
      try {
        for (const { id } of outputs) {
          const values = binding.tensorDataSync(id)
          binding.deleteTensor(id)
          done += 1
          yield values
        }
      } finally {
        for (const { id } of outputs.slice(done)) binding.deleteTensor(id)
      }
    },
    close() {
      if (open) binding.deleteSavedModel(model)
      open = false
    },
  }
}
