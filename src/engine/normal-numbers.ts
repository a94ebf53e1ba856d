// Many normal numbers at once: what `randomStream(…).normal()` would draw one by one, to the last bit, four times as fast.
// A model of the paper's size starts from 268 million of them. Spec 1.2. Read next: random.ts, execution/initial-weights.ts.

import { type StreamName, WARM_UP, streamStart } from './random'

/** Cells of the tables: the middle of each stands for it, and a short polynomial for the way from the middle. */
const LOG_CELLS = 4096
const TURN_CELLS = 2048
/** 2^-32, the size of one drawn bit. */
const BIT = 1 / 4294967296

/** By cell of a mantissa in [1, 2), middle c: 2^-31 / c and −2 ln(c / 2). */
const LOGS = new Float64Array(2 * LOG_CELLS)
/** By cell of a turn, middle φ: cos φ and sin φ. */
const TURNS = new Float64Array(2 * TURN_CELLS)
for (let cell = 0; cell < LOG_CELLS; cell++) {
  const middle = 1 + (cell + 0.5) / LOG_CELLS
  LOGS[2 * cell] = 1 / middle / 2 ** 31
  LOGS[2 * cell + 1] = -2 * Math.log(middle / 2)
}
for (let cell = 0; cell < TURN_CELLS; cell++) {
  const angle = (2 * Math.PI * (cell + 0.5)) / TURN_CELLS
  TURNS[2 * cell] = Math.cos(angle)
  TURNS[2 * cell + 1] = Math.sin(angle)
}

/** −2 ln of a number below this has lost digits here; one in a hundred. */
const SMALL_SQUARE = 1 / 64
/** Bounds what the tables are off by, as a part of the radius; it is below 2^-45. */
const MARGIN = 2 ** -40

/**
 * Fills `data` with `stream.normal() * factor`, rounded to float32, from the start of the named stream.
 *
 * A float32 keeps 24 bits of a number that Math.log and Math.cos give with 53. So the tables' number decides wherever all
 * numbers within its margin round to one float32; in the few other places Math.log and Math.cos are asked, as in random.ts.
 */
export function fillNormal(data: Float32Array, factor: number, ...name: StreamName): void {
  const start = streamStart(...name)
  // `| 0` keeps the state in 32-bit integers; without it the loop takes nearly twice as long.
  let a = start[0] | 0
  let b = start[1] | 0
  let c = start[2] | 0
  let counter = 1
  for (let i = 0; i < WARM_UP; i++) {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
  }
  const [logs, turns] = [LOGS, TURNS]
  const margin = Math.abs(factor) * MARGIN
  for (let i = 0; i < data.length; i++) {
    const u = (((a + b) | 0) + counter) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + u) | 0
    const v = (((a + b) | 0) + counter + 1) | 0
    counter = (counter + 2) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + v) | 0

    // 1 − u / 2^32 is (2^32 − u) / 2^32: `mantissa` has its leading bits, `zeros` its exponent.
    const zeros = Math.clz32(-u)
    const mantissa = -u << zeros
    const logCell = (mantissa >>> 18) & (2 * LOG_CELLS - 2)
    const past = (mantissa >>> 0) * (logs[logCell] as number) - 1
    const square = (logs[logCell + 1] as number) + 2 * Math.LN2 * zeros - 2 * past + past * past * (1 - past * (2 / 3))
    const radius = Math.sqrt(square)
    const turnCell = (v >>> 20) & (2 * TURN_CELLS - 2)
    const angle = ((v & 0x1fffff) - 0x100000) * (2 * Math.PI * BIT)
    const angle2 = angle * angle
    const cosine = (turns[turnCell] as number) * (1 - angle2 * (0.5 - angle2 / 24)) - (turns[turnCell + 1] as number) * (angle - angle * angle2 * (1 / 6))
    const value = radius * cosine * factor
    const low = Math.fround(value - radius * margin)
    data[i] = low === Math.fround(value + radius * margin) && square > SMALL_SQUARE && u !== 0 ? low
      : Math.sqrt(-2 * Math.log(1 - (u >>> 0) * BIT)) * Math.cos(2 * Math.PI * ((v >>> 0) * BIT)) * factor
  }
}
