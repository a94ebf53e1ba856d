// The two strips of a task card as an ECharts option: score above, loss below, on one time axis. Pure: curves and
// range in, option and geometry out. The geometry lets the component draw pointer and dots itself, which is far
// cheaper than an ECharts tooltip in twelve charts at once. Read next: TaskChart.vue.

import type { EChartsCoreOption } from 'echarts/core'
import type { ChartPoint } from '../series/buckets'
import type { Range, XAxis } from '../stores/chart-view'
import { type Extent, lossExtent, lossTick, scoreExtent, xLabel, xStep } from './axes'
import type { Palette } from './palette'

export interface TaskCurves {
  readonly score: readonly ChartPoint[]
  readonly raw: readonly ChartPoint[]
  readonly smooth: readonly ChartPoint[]
  /** Fractions; not-a-number before the first check. */
  readonly constantGuess: number
  readonly textOnlyGuess: number
  /** What lies after this place will be done again (an interrupted run); infinite if nothing will. */
  readonly redoneFrom: number
}

export interface TaskChartInput {
  readonly curves: TaskCurves
  readonly width: number
  readonly height: number
  readonly range: Range
  readonly axis: XAxis
  readonly log: boolean
  readonly guesses: boolean
  readonly colour: string
  readonly palette: Palette
}

export interface Strip {
  readonly top: number
  readonly height: number
  readonly extent: Extent
  readonly log: boolean
}

export interface ChartGeometry {
  readonly left: number
  readonly right: number
  readonly score: Strip
  readonly loss: Strip
}

const LEFT = 27
const RIGHT = 5
const TOP = 6
const SCORE_SHARE = 0.56
/** Below this chart height the loss axis and the x axis lose their numbers. */
export const COMPACT_HEIGHT = 78
const DOTS_HEIGHT = 104

/** Vertical pixel of a value in a strip. */
export function stripY(strip: Strip, value: number): number {
  const { min, max } = strip.extent
  const share = strip.log
    ? (Math.log10(Math.max(value, min)) - Math.log10(min)) / (Math.log10(max) - Math.log10(min))
    : (value - min) / (max - min)
  return strip.top + (1 - share) * strip.height
}

export function taskChartGeometry(input: TaskChartInput): ChartGeometry {
  const compact = input.height < COMPACT_HEIGHT
  const bottom = compact ? 3 : 16
  const gap = compact ? 5 : 12
  const space = input.height - bottom - gap - TOP
  const scoreHeight = Math.round(space * SCORE_SHARE)
  const { curves } = input
  const inView = (points: readonly ChartPoint[]): number[] => points.map((point) => point[1])
  return {
    left: LEFT, right: input.width - RIGHT,
    score: {
      top: TOP, height: scoreHeight, log: false,
      extent: scoreExtent([...inView(curves.score), ...(input.guesses ? [curves.constantGuess, curves.textOnlyGuess] : [])])
    },
    loss: {
      top: TOP + scoreHeight + gap, height: space - scoreHeight, log: input.log,
      extent: lossExtent([...inView(curves.raw), ...inView(curves.smooth)], input.log)
    }
  }
}

export function taskChartOption(input: TaskChartInput, geometry: ChartGeometry): EChartsCoreOption {
  const compact = input.height < COMPACT_HEIGHT
  return {
    animation: false,
    darkMode: false,
    grid: [geometry.score, geometry.loss].map((strip) => ({
      left: geometry.left, right: input.width - geometry.right, top: strip.top, height: strip.height
    })),
    xAxis: [xAxisOption(input, 0, false), xAxisOption(input, 1, !compact)],
    yAxis: [
      yAxisOption(input, 0, geometry.score, (value) => String(Math.round(value)), input.curves.score.length > 0),
      yAxisOption(input, 1, geometry.loss, lossTick, !compact && input.curves.smooth.length > 0)
    ],
    series: seriesOptions(input)
  }
}

function xAxisOption(input: TaskChartInput, gridIndex: number, labels: boolean): object {
  const [min, max] = input.range
  return {
    type: 'value', gridIndex, min, max, interval: xStep(input.axis, max - min, 4),
    axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      show: labels, fontSize: 10, fontFamily: input.palette.font, color: input.palette.text3, margin: 4, hideOverlap: true,
      showMaxLabel: false,
      formatter: (value: number) => xLabel(input.axis, value, max - min, false)
    }
  }
}

function yAxisOption(input: TaskChartInput, gridIndex: number, strip: Strip, text: (value: number) => string, labels: boolean): object {
  const { min, max } = strip.extent
  return {
    type: strip.log ? 'log' : 'value', gridIndex, min, max, ...(strip.log ? { interval: Math.log10(max / min) } : { interval: max - min }),
    axisLine: { show: false }, axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: input.palette.grid, width: 1 } },
    axisLabel: {
      show: labels, fontSize: 10, fontFamily: input.palette.font, color: input.palette.text3, margin: 4, inside: false,
      formatter: text
    }
  }
}

function line(id: string, grid: number, data: readonly ChartPoint[], style: object, z: number): object {
  return {
    id, type: 'line', xAxisIndex: grid, yAxisIndex: grid, data, showSymbol: false, silent: true, animation: false, z,
    lineStyle: style, connectNulls: false, clip: true
  }
}

function seriesOptions(input: TaskChartInput): object[] {
  const { curves, palette, colour } = input
  const kept = (points: readonly ChartPoint[]): ChartPoint[] => (Number.isFinite(curves.redoneFrom) ? points.filter(([x]) => x <= curves.redoneFrom) : [...points])
  const redone = (points: readonly ChartPoint[]): ChartPoint[] => points.filter(([x]) => x >= curves.redoneFrom)
  const score = curves.score.map(([x, y]): ChartPoint => [x, y * 100])
  const solid = { color: colour, width: palette.smoothWidth, type: 'solid' }
  const gone = { color: palette.text3, width: 1, type: [3, 3] }
  const all = [
    { ...line('score', 0, [], solid, 4), ...scoreDots(kept(score), input) },
    line('raw', 1, kept(curves.raw), { color: colour, width: 1, opacity: palette.rawOpacity, type: 'solid' }, 3),
    line('smooth', 1, kept(curves.smooth), solid, 4)
  ]
  if (!Number.isFinite(curves.redoneFrom)) return all
  return [...all, line('scoreRedone', 0, redone(score), gone, 3), line('lossRedone', 1, redone(curves.smooth), gone, 3)]
}

/** The last check is a dot; every check is one where there is room. */
function scoreDots(points: readonly ChartPoint[], input: TaskChartInput): object {
  const every = input.height >= DOTS_HEIGHT
  return {
    data: points.map((value, index) => (every || index === points.length - 1 ? { value, symbolSize: 5 } : value)),
    showSymbol: true, symbol: 'circle', symbolSize: 0, itemStyle: { color: input.colour, borderColor: input.palette.surface2, borderWidth: 1 }
  }
}
