// The batch size stays open: a step is recorded with a sentinel in its place, a prime that occurs nowhere else, and
// written as −1 or computed at run time. Any other number that contains it would freeze the size in and is refused.
// Spec: none (engine). Read next: record.ts.

import { type Graph, INT_TYPE, integer, integers, outputOf } from './graph'
import { type ElementType, INT32, type TypedValues } from './native-binding'
import type { Shape } from './graph-def'

/** Examples of a recorded batch. Rows are small multiples of it. */
export const OPEN = 10_007

export function isOpen(size: number): boolean {
  return size !== 0 && size % OPEN === 0
}

/** −1 for every open dimension. */
export function openShape(shape: Shape): number[] {
  return shape.map((size) => (isOpen(size) ? -1 : size))
}

/** Whether a number is a multiple of the sentinel or a reciprocal of one, to the precision of float32. */
export function containsOpen(value: number): boolean {
  const nearMultiple = (size: number): boolean => {
    const factor = Math.round(size / OPEN)
    return factor >= 1 && factor <= 100_000 && Math.abs(size - factor * OPEN) <= size * 2e-7
  }
  const size = Math.abs(value)
  return size >= OPEN ? nearMultiple(size) : size > 0 && size <= 1 / OPEN && nearMultiple(1 / size)
}

export function firstOpen(values: TypedValues): number | undefined {
  return values.find(containsOpen)
}

/** Where the batch size can be read at run time: a fed tensor and the open dimension it has. */
export interface BatchSource {
  readonly output: string
  readonly dtype: ElementType
  readonly axis: number
  /** The dimension is this multiple of the batch size. */
  readonly factor: number
}

/** The node that gives `size` (a multiple of the sentinel) at run time as an int32 scalar. */
export function openSize(graph: Graph, source: BatchSource, size: number): string {
  const shape = graph.share('Shape', [source.output], { T: { type: source.dtype }, out_type: { type: INT32 } })
  const at = integers(graph, [source.axis])
  const scalar = graph.share(
    'StridedSlice',
    [shape, at, integers(graph, [source.axis + 1]), integers(graph, [1])],
    { T: { type: INT32 }, Index: { type: INT32 }, shrink_axis_mask: { integer: 1 }, begin_mask: { integer: 0 }, end_mask: { integer: 0 }, ellipsis_mask: { integer: 0 }, new_axis_mask: { integer: 0 } }
  )
  const examples = source.factor === 1 ? scalar : graph.share('FloorDiv', [scalar, integer(graph, source.factor)], INT_TYPE)
  const factor = size / OPEN
  return factor === 1 ? examples : graph.share('Mul', [examples, integer(graph, factor)], INT_TYPE)
}

/** A shape argument (an int32 vector or scalar) with its open sizes computed at run time. */
export function openSizes(graph: Graph, source: () => BatchSource, values: readonly number[], scalar: boolean): string {
  if (!values.some(isOpen)) return scalar ? integer(graph, values[0] ?? 0) : integers(graph, values)
  const sizes = values.map((size) => (isOpen(size) ? openSize(graph, source(), size) : integer(graph, size)))
  if (scalar) return sizes[0] ?? integer(graph, 0)
  return outputOf(
    graph.share('Pack', sizes, { N: { integer: sizes.length }, T: { type: INT32 }, axis: { integer: 0 } }), 0)
}
