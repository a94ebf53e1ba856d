// RAdam, the released code's other optimizer (its option `RAdam`, spec 4.4): while the variance of the second moment cannot be
// told, the first five or so updates follow the first moment alone; then Adam's, rectified. Decay comes before the update, of
// the value before it. Pure. Read next: adamw.ts, ../compile/update.ts.

export interface Moments {
  readonly beta1: number
  readonly beta2: number
}

export interface RectifiedStep {
  /** Multiplies the learning rate; the decay keeps the plain rate. */
  readonly factor: number
  /** Whether the first moment is divided by √(second moment) + ε. */
  readonly adaptive: boolean
}

/** Of the update-th update, counted from 1. The run's updates are counted once for all parameters, as with Adam's bias correction. */
export function rectifiedStep({ beta1, beta2 }: Moments, update: number): RectifiedStep {
  const power = beta2 ** update
  const correction = 1 - beta1 ** update
  const longest = 2 / (1 - beta2) - 1
  const length = longest - (2 * update * power) / (1 - power)
  if (length < 5) return { factor: 1 / correction, adaptive: false }
  const rectified = ((length - 4) / (longest - 4)) * ((length - 2) / (longest - 2)) * (longest / length)
  return { factor: Math.sqrt((1 - power) * rectified) / correction, adaptive: true }
}

/**
 * Adam's own kernel without its division: with an ε that dwarfs every √(second moment), m / (√v + ε) is m / ε to the last
 * bit of a float32, so the rate is multiplied by ε. [factor on the rate, ε]
 */
const DWARFING = 2 ** 40

export function kernelNumbers(moments: Moments, epsilon: number, update: number): { readonly rateFactor: number; readonly epsilon: number } {
  const { factor, adaptive } = rectifiedStep(moments, update)
  return adaptive ? { rateFactor: factor, epsilon } : { rateFactor: factor * DWARFING, epsilon: DWARFING }
}
