// Small arithmetic on logits that the tasks share: the best one, probabilities, means.

/** Index of the largest of `width` numbers from `start`, the first of equals. */
export function bestIndex(logits: Float32Array, start: number, width: number, mask?: Float32Array): number {
  let best = -1
  let most = -Infinity
  for (let i = 0; i < width; i++) {
    const value = logits[start + i] ?? -Infinity
    if ((mask === undefined || mask[start + i] === 1) && (value > most || best < 0)) [best, most] = [i, value]
  }
  return Math.max(best, 0)
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit))

/** Probabilities of `width` logits from `start`; masked ones are 0. */
export function softmax(logits: Float32Array, start: number, width: number, mask?: Float32Array): number[] {
  const real = (i: number): boolean => mask === undefined || mask[start + i] === 1
  let most = -Infinity
  for (let i = 0; i < width; i++) if (real(i)) most = Math.max(most, logits[start + i] ?? -Infinity)
  const powers = Array.from({ length: width }, (_, i) => (real(i) ? Math.exp((logits[start + i] ?? -Infinity) - most) : 0))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
