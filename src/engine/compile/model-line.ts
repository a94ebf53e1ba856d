// The line of the model that called TensorFlow.js, for messages of the recorder. Spec: none (engine). Read next: record.ts.

/** `At src/…/trunk.ts:12:3 (name)`: the innermost caller that is neither TensorFlow.js nor the recorder. */
export function modelLine(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error('where').stack ?? ''
  Error.stackTraceLimit = limit
  const frames = stack.split('\n').slice(1)
  // The recorder is called by TensorFlow.js, which the model called: in a bundle only this order tells them apart.
  const library = frames.findIndex((line) => /node_modules/.test(line))
  const frame = frames.slice(library + 1).find((line) => /:\d+:\d+/.test(line) && !/node_modules|src[\\/]engine[\\/]compile[\\/]|node:internal/.test(line))
  return frame === undefined ? '' : `At ${frame.trim().replace(/^at /, '')}.`
}
