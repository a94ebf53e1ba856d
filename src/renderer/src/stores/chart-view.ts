// What all charts of the open run share: axis, smoothing, which lines, the zoomed range, and where the pointer is.
// One pointer position for all cards and the board is what keeps them in step.

import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { nearest } from '../series/metric-series'
import { type CurveId, startTime } from '../run/run-record'
import { roundStep } from '../numbers'
import { useRun } from './run'

export type XAxis = 'iteration' | 'time'
export type Mode = 'cards' | 'chart' | 'table'
export type Range = readonly [number, number]

const SMALLEST_ZOOM = 4

export const useChartView = defineStore('chart-view', () => {
  const run = useRun()
  const axis = ref<XAxis>('iteration')
  const smoothing = ref(0.88)
  const raw = ref(true)
  const guesses = ref(true)
  const log = ref(false)
  const mode = ref<Mode>('cards')
  /** In the axis's own unit: iterations, or seconds since training began. Null: all. */
  const zoom = ref<Range | null>(null)
  /** Iteration under the pointer, on whichever chart it is. */
  const hover = ref<number | null>(null)
  /** Where the pointer is on the screen, and on whose chart. */
  const pointer = ref<{ readonly task: CurveId; readonly x: number; readonly y: number } | null>(null)

  watch([axis, () => run.id], () => { zoom.value = null; unpoint() })

  /** Where the data ends, in the axis's unit. */
  const dataEnd = computed(() => {
    void run.chartVersion
    const { clock } = run.record
    if (axis.value === 'iteration') return Math.max(Math.min(run.iterations || 1, Math.max(10, (run.iterations || 1) / 20)), run.record.iteration)
    return clock.length === 0 ? 10 : Math.max(10, ((clock.time[clock.length - 1] ?? 0) - startTime(run.record)) / 1000)
  })

  /** The range that cards show: it grows in whole tick steps, so that curves do not jump. */
  const fullRange = computed<Range>(() => {
    const step = roundStep(dataEnd.value, 4) / 2
    return [0, Math.max(step, Math.ceil((dataEnd.value * 1.02) / step) * step)]
  })
  const range = computed<Range>(() => zoom.value ?? fullRange.value)

  function toIteration(x: number): number {
    if (axis.value === 'iteration') return Math.round(x)
    const { clock } = run.record
    const index = nearest(clock.time, clock.length, startTime(run.record) + x * 1000)
    return index < 0 ? 0 : (clock.iteration[index] ?? 0)
  }

  function toX(iteration: number): number {
    if (axis.value === 'iteration') return iteration
    const { clock } = run.record
    const index = nearest(clock.iteration, clock.length, iteration)
    return index < 0 ? 0 : ((clock.time[index] ?? 0) - startTime(run.record)) / 1000
  }

  /** Zooms by a factor around a place; below 1 goes in. The whole range ends the zoom. */
  function zoomAround(x: number, factor: number): void {
    const whole = fullRange.value
    const [from, to] = range.value
    const width = Math.max(axis.value === 'iteration' ? SMALLEST_ZOOM : 1, (to - from) * factor)
    const share = (x - from) / (to - from)
    const start = Math.max(whole[0], x - share * width)
    const end = Math.min(whole[1], start + width)
    zoom.value = end - start >= (whole[1] - whole[0]) * 0.999 ? null : [start, end]
  }

  function point(iteration: number, task: CurveId, x: number, y: number): void {
    hover.value = iteration
    pointer.value = { task, x, y }
  }

  function unpoint(): void {
    hover.value = null
    pointer.value = null
  }

  function zoomTo(from: number, to: number): void {
    if (Math.abs(to - from) >= (axis.value === 'iteration' ? SMALLEST_ZOOM : 1)) zoom.value = [Math.max(0, Math.min(from, to)), Math.max(from, to)]
  }

  return { axis, smoothing, raw, guesses, log, mode, zoom, hover, pointer, dataEnd, fullRange, range, toIteration, toX, zoomAround, zoomTo, point, unpoint }
})
