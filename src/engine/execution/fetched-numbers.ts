// The arrays that a recorded step gave, by name and type. Read next: compiled-engine.ts.

import type { Fetched } from './compiled-steps'
import type { PretrainingResult } from './step-engine'

export function floats(fetched: Fetched, name: string): Float32Array {
  const values = fetched.get(name)
  if (!(values instanceof Float32Array)) throw new Error(`The step gave no float array '${name}'.`)
  return values
}

export function scalar(fetched: Fetched, name: string): number {
  return floats(fetched, name)[0] ?? Number.NaN
}

function guesses(fetched: Fetched, name: string): Int32Array {
  const values = fetched.get(name)
  if (!(values instanceof Int32Array)) throw new Error(`The step gave no integer array '${name}'.`)
  return values
}

export function pretrainingResult(fetched: Fetched, gradientNorm: number): PretrainingResult {
  return {
    loss: scalar(fetched, 'loss'), wordLoss: scalar(fetched, 'wordLoss'), regionLoss: scalar(fetched, 'regionLoss'),
    alignmentLoss: scalar(fetched, 'alignmentLoss'), gradientNorm, wordGuess: guesses(fetched, 'wordGuess'),
    regionGuess: guesses(fetched, 'regionGuess'), alignmentLogits: floats(fetched, 'alignmentLogits'),
  }
}
