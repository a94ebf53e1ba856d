// ECharts with only what is used, and its life in a component: made when the element has a size, resized with it,
// disposed with it. Canvas renderer, no animation. Read next: task-chart.ts.

import { LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { type Ref, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'

use([LineChart, GridComponent, CanvasRenderer])

export interface ChartCanvas {
  readonly width: Ref<number>
  readonly height: Ref<number>
  /** Merges into what is shown; `replace` starts over (another look). */
  draw(option: EChartsCoreOption, replace?: boolean): void
}

export function useChartCanvas(element: Ref<HTMLElement | null>): ChartCanvas {
  const width = ref(0)
  const height = ref(0)
  const chart = shallowRef<ECharts | null>(null)
  const observer = new ResizeObserver((entries) => {
    const box = entries[0]?.contentRect
    if (!box) return
    width.value = Math.floor(box.width)
    height.value = Math.floor(box.height)
    chart.value?.resize({ width: width.value, height: height.value })
  })

  onMounted(() => { if (element.value) observer.observe(element.value) })
  onBeforeUnmount(() => {
    observer.disconnect()
    chart.value?.dispose()
    chart.value = null
  })

  function made(target: HTMLElement): ECharts {
    const fresh = init(target, null, { renderer: 'canvas', width: width.value, height: height.value })
    // The drawing loop sleeps as soon as nothing changed: twelve idle loops would cost a training run its processor.
    fresh.getZr().setSleepAfterStill(1)
    return fresh
  }

  return {
    width, height,
    draw(option, replace = false) {
      if (!element.value || width.value < 20 || height.value < 20) return
      chart.value ??= made(element.value)
      chart.value.setOption(option, { notMerge: replace, lazyUpdate: false, silent: true })
    }
  }
}
