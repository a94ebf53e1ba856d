// How TensorFlow prepares a graph before its first run. Its defaults run thirteen optimisers twice over every new set of
// feeds and fetches; those switched off here change nothing in a recorded step, to the last bit, and cost more than half
// of the time. Field numbers: tensorflow/core/protobuf/{config,rewriter_config}.proto. Read next: session.ts.

import { protobufWriter } from './protobuf-writer'

/** Read by the native part when it opens a session (scripts/setup/session-options.h). */
export const SESSION_CONFIG = 'TWELVE_IN_ONE_SESSION_CONFIG'

const OFF = 2
const GRAPH_OPTIONS = 10
const REWRITE_OPTIONS = 10
/** Fields of RewriterConfig and their values. */
const REWRITER: readonly (readonly [field: number, value: number])[] = [
  [1, OFF], // layout: of convolutions only
  [4, 1], // memory: no recomputation, no swapping
  [9, OFF], // loops
  [12, 1], // one iteration; the second one changes nothing
  [22, OFF], // implementation selector: of layers in functions
  [24, OFF], // equal nodes: the recorder shares them
  [32, 1], // tfg: rewrites the graph's form only
]

/** A serialised tensorflow.ConfigProto. */
export function sessionConfig(): Uint8Array {
  const writer = protobufWriter()
  writer.message(GRAPH_OPTIONS, () => writer.message(REWRITE_OPTIONS, () => REWRITER.forEach(([field, value]) => writer.integer(field, value))))
  return writer.finished()
}

/** Runs `open` with the configuration in the environment; one that is set already (for debugging) stays. */
export function withSessionConfig<T>(open: () => T): T {
  if (process.env[SESSION_CONFIG] !== undefined) return open()
  process.env[SESSION_CONFIG] = Buffer.from(sessionConfig()).toString('hex')
  try {
    return open()
  } finally {
    Reflect.deleteProperty(process.env, SESSION_CONFIG)
  }
}
