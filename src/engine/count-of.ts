// How many numbers an array of a shape has.

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
