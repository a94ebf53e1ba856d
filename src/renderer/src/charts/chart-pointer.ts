// The pointer on a chart with a linear x axis: reports the iteration under it to the shared view, zooms with the
// wheel, and chooses a range by dragging. All charts use it, so that all behave the same.

import { type Ref, computed, ref } from 'vue'
import { useChartView } from '../stores/chart-view'
import type { CurveId } from '../run/run-record'

interface Sides {
  readonly left: number
  readonly right: number
}

const DRAG_START = 4

export interface ChartPointer {
  /** Pixel of the shared pointer in this chart, null where it is outside. */
  readonly hoverX: Readonly<Ref<number | null>>
  /** Left and width of the range being dragged. */
  readonly selection: Readonly<Ref<readonly [number, number] | null>>
  move(event: PointerEvent): void
  leave(): void
  down(event: PointerEvent): void
  up(event: PointerEvent): void
  wheel(event: WheelEvent): void
}

export function useChartPointer(box: Ref<HTMLElement | null>, sides: Ref<Sides | null>, task: () => CurveId): ChartPointer {
  const view = useChartView()
  const dragFrom = ref<number | null>(null)
  const dragTo = ref(0)

  function pixel(event: MouseEvent): number {
    return event.clientX - (box.value?.getBoundingClientRect().left ?? 0)
  }
  function toAxis(x: number): number {
    const { left, right } = sides.value ?? { left: 0, right: 1 }
    const [from, to] = view.range
    return from + ((Math.min(right, Math.max(left, x)) - left) / (right - left)) * (to - from)
  }

  const hoverX = computed(() => {
    if (view.hover === null || !sides.value) return null
    const [from, to] = view.range
    const share = (view.toX(view.hover) - from) / (to - from)
    return share < 0 || share > 1 ? null : sides.value.left + share * (sides.value.right - sides.value.left)
  })
  const selection = computed<readonly [number, number] | null>(() => {
    if (dragFrom.value === null || Math.abs(dragTo.value - dragFrom.value) < DRAG_START) return null
    return [Math.min(dragFrom.value, dragTo.value), Math.abs(dragTo.value - dragFrom.value)]
  })

  return {
    hoverX, selection,
    move(event) {
      const x = pixel(event)
      dragTo.value = x
      view.point(Math.min(view.toIteration(toAxis(x)), view.toIteration(view.dataEnd)), task(), event.clientX, event.clientY)
    },
    leave() {
      view.unpoint()
      dragFrom.value = null
    },
    down(event) {
      if (event.button !== 0) return
      dragFrom.value = pixel(event)
      dragTo.value = dragFrom.value
    },
    up() {
      if (selection.value && dragFrom.value !== null) view.zoomTo(toAxis(dragFrom.value), toAxis(dragTo.value))
      dragFrom.value = null
    },
    wheel(event) {
      view.zoomAround(toAxis(pixel(event)), event.deltaY < 0 ? 0.8 : 1.25)
    }
  }
}
