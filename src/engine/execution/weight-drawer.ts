// A thread that draws initial weights: takes the next parameter off a shared list until none is left, and gives each
// array away. Built as a program of its own (out/weight-drawer/main.cjs). Spec 1.2. Read next: drawn-weights.ts.

import { parentPort, workerData } from 'node:worker_threads'
import { fillNormal } from '../normal-numbers'
import { type DrawingOrder, type DrawnJob, NEXT, WAITING } from './drawing-order'

/**
 * Numbers left free before an array. Large arrays begin 16 bytes into a page in Node and at its start in Electron;
 * TensorFlow takes what begins at 64 bytes without a copy.
 */
const LEAD = process.versions['electron'] === undefined ? 12 : 0

function drawAll({ seed, jobs, shared, mostWaiting }: DrawingOrder, give: (drawn: DrawnJob, buffer: ArrayBuffer) => void): void {
  const counters = new Int32Array(shared)
  for (let job = Atomics.add(counters, NEXT, 1); ; job = Atomics.add(counters, NEXT, 1)) {
    const wanted = jobs[job]
    if (wanted === undefined) return
    for (let waiting = Atomics.load(counters, WAITING); waiting >= mostWaiting; waiting = Atomics.load(counters, WAITING)) Atomics.wait(counters, WAITING, waiting)
    Atomics.add(counters, WAITING, wanted.count)
    const buffer = new ArrayBuffer(4 * (wanted.count + LEAD))
    const data = new Float32Array(buffer, 4 * LEAD)
    fillNormal(data, wanted.std, seed, 'weights', wanted.name)
    give({ job, data }, buffer)
  }
}

if (parentPort) {
  const port = parentPort
  // The order comes from drawn-weights.ts, built together with this program.
  drawAll(workerData as DrawingOrder, (drawn, buffer) => port.postMessage(drawn, [buffer]))
}
