// Records plain TensorFlow.js as a TensorFlow graph. tfjs-node calls everything through one object, its binding; while
// recording, a stand-in takes its place: it computes no numbers, infers shapes, hands out ids and writes graph nodes.
// Spec: none (engine). Read next: emit.ts (one op → nodes), gradients.ts (better gradients while recording).

import * as tf from '@tensorflow/tfjs-core'
import { WorkbenchError } from '../../contract/check'
import { countOf } from '../count-of'
import { type Emitter, createEmitter } from './emit'
import type { Graph } from './graph'
import { withRecordingGradients } from './gradients'
import { modelLine } from './model-line'
import {
  type ElementType, type NativeBackend, type NativeBinding, type OpAttribute, type TensorMetadata, type TypedValues,
  FLOAT, INT32, nativeBackend,
} from './native-binding'
import { type BatchSource, isOpen } from './open-batch'
import { type SymbolicValue, sameShape } from './op-call'
import type { Shape } from './graph-def'

/** Ids of recorded tensors begin here, far above those of the native library. */
const FIRST_ID = 1 << 28
const LARGEST_CONSTANT = 64

/** A tensor that exists only in the graph. */
export interface Recording {
  /** A tensor for a graph output `node:0`, which may be made at its first use; open dimensions are multiples of OPEN. */
  tensor(output: string | (() => string), shape: Shape, dtype: ElementType): tf.Tensor
  /** Makes the batch size readable from a fed tensor. */
  batchFrom(source: BatchSource): void
  /** The graph output of a recorded tensor. */
  outputOf(tensor: tf.Tensor): string
}

/** Exec mode, for tests: every op is also run on real numbers and what was inferred is compared. */
export interface ExecMode {
  /** Real numbers of a tensor made by `Recording.tensor`. */
  values(output: string): TypedValues
  /** Told of every op that was compared. */
  compared(op: string): void
}

/**
 * Runs `build` with recorded tensors and adds its ops to the graph. Everything that would be frozen into the graph by
 * accident (numbers read or made in JavaScript, tensors from outside) is refused with the line that did it.
 */
export function record<T>(graph: Graph, build: (recording: Recording) => T, exec?: ExecMode): T {
  const backend = nativeBackend()
  if (tf.getBackend() !== 'tensorflow') throw new Error(`Recording needs the native backend; the active one is '${tf.getBackend()}'.`)
  const real = backend.binding
  const recorder = createRecorder(graph, backend, exec)
  backend.binding = recorder.binding
  const restoreBackend = recorder.watch()
  try {
    return withRecordingGradients(() => {
      let result: { value: T } | undefined
      tf.tidy(() => {
        result = { value: build(recorder.recording) }
      })
      return (result as { value: T }).value
    })
  } finally {
    restoreBackend()
    backend.binding = real
  }
}

interface Recorder {
  readonly binding: NativeBinding
  readonly recording: Recording
  /** Watches value reads and new constants; returns what undoes it. */
  watch(): () => void
}

function createRecorder(graph: Graph, backend: NativeBackend, exec: ExecMode | undefined): Recorder {
  const real = backend.binding
  const values = new Map<number, SymbolicValue>()
  const realIds = new Map<number, number>()
  const madeHere = new WeakSet<object>()
  let source: BatchSource | undefined
  let nextId = FIRST_ID
  let checkingIndices = false

  const emitter: Emitter = createEmitter(graph, () => {
    if (source === undefined) throw new Error('The batch size is needed before an input with an open dimension was declared.')
    return source
  })
  const keep = (value: SymbolicValue): TensorMetadata => {
    const id = nextId++
    values.set(id, value)
    return { id, shape: [...value.shape], dtype: value.dtype }
  }
  const lookUp = (id: number): SymbolicValue => {
    const value = values.get(id)
    if (value === undefined) throw refusal('uses a tensor made outside of the step; feed it or make it inside')
    return value
  }

  const createTensor = (shape: readonly number[], dtype: ElementType, elements: TypedValues): number => {
    if (dtype === FLOAT || dtype === INT32) {
      if (!madeHere.has(elements)) throw refusal('uses a constant made outside of the step; make it inside')
    }
    const typed = ArrayBuffer.isView(elements) ? elements : dtype === FLOAT ? Float32Array.from(elements) : Int32Array.from(elements)
    const { id } = keep(constantValue([...shape], dtype, typed))
    if (exec) realIds.set(id, real.createTensor(shape, dtype, typed))
    return id
  }

  const executeOp = (name: string, attributes: readonly OpAttribute[], ids: readonly number[], outputs: number): TensorMetadata[] => {
    const inputs = ids.map(lookUp)
    const results = emitter.emit({ name, inputs, attributes: new Map(attributes.map((each) => [each.name, each.value])), outputs }, attributes)
    const kept = results.map(keep)
    if (exec) {
      const done = real.executeOp(name, attributes, ids.map((id) => realIds.get(id) ?? -1), outputs)
      compare(name, kept, done)
      done.forEach((each, i) => realIds.set(kept[i]?.id ?? -1, each.id))
      exec.compared(name)
    }
    return kept
  }

  const binding = standIn(real, {
    createTensor, executeOp,
    deleteTensor(id: number): void {
      values.delete(id)
      const realId = realIds.get(id)
      if (realId !== undefined) real.deleteTensor(realId)
      realIds.delete(id)
    },
    tensorDataSync(id: number): TypedValues {
      if (checkingIndices) return new Int32Array(0)
      const { values: constant } = lookUp(id)
      if (constant === undefined) throw refusal('reads the numbers of a tensor, which has none while recording')
      return constant
    },
  })

  const recording: Recording = {
    tensor(output, shape, dtype) {
      const name = typeof output === 'string' ? (): string => output : output
      const kept = keep({ shape, dtype, held: shape, get output() { return name() } })
      if (exec) realIds.set(kept.id, real.createTensor(shape, dtype, exec.values(name())))
      return backend.createOutputTensor(kept)
    },
    batchFrom(next) {
      if (source === undefined || next.factor < source.factor) source = next
    },
    outputOf(tensor) {
      const [id] = backend.getInputTensorIds([tensor])
      return emitter.materialise(lookUp(id ?? -1))
    },
  }

  const watch = (): (() => void) => {
    const move = backend.move.bind(backend)
    backend.move = (dataId, elements, shape, dtype, refCount) => {
      if (typeof elements === 'object' && elements !== null) madeHere.add(elements)
      move(dataId, elements, shape, dtype, refCount)
    }
    const restoreGather = watchGather((inside) => { checkingIndices = inside })
    return () => {
      restoreGather()
      Reflect.deleteProperty(backend, 'move')
    }
  }
  return { binding, recording, watch }
}

/** The real binding with some functions replaced; its own properties cannot be assigned to. */
function standIn(real: NativeBinding, replaced: Partial<NativeBinding>): NativeBinding {
  const properties = Object.entries(replaced).map(([name, value]) => [name, { value }])
  return Object.create(real, Object.fromEntries(properties) as PropertyDescriptorMap) as NativeBinding
}

/** A constant; all-equal elements are kept as one. */
function constantValue(shape: readonly number[], dtype: ElementType, elements: TypedValues): SymbolicValue {
  const first = elements[0]
  if (first !== undefined && elements.length > 1 && elements.every((value) => value === first)) {
    return elements.length <= LARGEST_CONSTANT && !shape.some(isOpen)
      ? { shape, dtype, held: [], values: elements }
      : { shape, dtype, held: [], values: elements.slice(0, 1) }
  }
  if (elements.length > LARGEST_CONSTANT) {
    throw refusal(
      `makes a constant of ${elements.length} different numbers (shape [${shape.join(', ')}], at most ${LARGEST_CONSTANT}); ` +
        'feed it, or make it with TensorFlow.js ops'
    )
  }
  if (elements.length !== countOf(shape)) throw refusal(`makes a constant of shape [${shape.join(', ')}] with ${elements.length} numbers`)
  return { shape, dtype, held: shape, values: elements }
}

/** tfjs's gather reads its indices only to check their range; this tells when it does. */
function watchGather(tell: (inside: boolean) => void): () => void {
  const kernel = tf.getKernel('GatherV2', 'tensorflow')
  const plain = kernel.kernelFunc
  kernel.kernelFunc = (parameters) => {
    tell(true)
    try {
      return plain(parameters)
    } finally {
      tell(false)
    }
  }
  return () => {
    kernel.kernelFunc = plain
  }
}

function compare(name: string, inferred: readonly TensorMetadata[], actual: readonly TensorMetadata[]): void {
  inferred.forEach((guess, i) => {
    const truth = actual[i]
    if (!truth || truth.dtype !== guess.dtype || !sameShape(truth.shape, guess.shape)) {
      throw new Error(
        `Op ${name}, output ${i}: inferred [${guess.shape.join(', ')}] of type ${guess.dtype}, ` +
          `TensorFlow gives [${truth?.shape.join(', ') ?? ''}] of type ${truth?.dtype ?? 'none'}.`
      )
    }
  })
}

function refusal(what: string): WorkbenchError {
  return new WorkbenchError(`The training step cannot be compiled: it ${what}. ${modelLine()}`, 'work')
}
