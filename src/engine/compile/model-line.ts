// The line of the model that called TensorFlow.js, for messages of the recorder. Spec: none (engine). Read next: record.ts.

/** `At src/…/trunk.ts:12:3 (name)`: the innermost caller that is neither TensorFlow.js nor the recorder. */
export function modelLine(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error('where').stack ?? ''
  Error.stackTraceLimit = limit
  const frame = stack
    .split('\n')
    .slice(1)
    .find((line) => !/node_modules|engine[\\/]compile[\\/]|node:internal|<anonymous>$/.test(line))
  return frame === undefined ? '' : `At ${frame.trim().replace(/^at /, '')}.`
}
