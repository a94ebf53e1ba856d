// A task's mark and colour token: one hue and one shape for each group (visual language, section 4).

import { type GroupId, isTaskId, taskById } from '../../../contract/task-catalog'
import type { CurveId } from '../run/run-record'

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond'

const SHAPES: Readonly<Record<GroupId, Shape>> = {
  questions: 'circle', retrieval: 'square', expressions: 'triangle', verification: 'diamond'
}
const GROUP_TOKENS: Readonly<Record<GroupId, string>> = {
  questions: '--group-1', retrieval: '--group-2', expressions: '--group-3', verification: '--group-4'
}

export function groupShape(group: GroupId): Shape {
  return SHAPES[group]
}

export function groupToken(group: GroupId): string {
  return GROUP_TOKENS[group]
}

export function curveShape(id: CurveId): Shape {
  return id === 'pretraining' ? 'circle' : groupShape(taskById(id).group)
}

/** Name of the colour token: `--task-refcoco-plus` for RefCOCO+. */
export function curveToken(id: CurveId): string {
  return id === 'pretraining' ? '--accent-text' : `--task-${id.replace('+', '-plus')}`
}

export function curveLabel(id: CurveId): string {
  return isTaskId(id) ? taskById(id).label : 'Pre-training'
}

/** The name as it fits on a card and in a lane. */
export function cardLabel(id: CurveId): string {
  return id === 'vgqa' ? 'VG-QA' : curveLabel(id)
}

const BAR_LABELS: Readonly<Partial<Record<CurveId, string>>> = { vgqa: 'VG', flickr30k: 'F30', nlvr2: 'NLV' }

/** The name under a bar: four letters at most. */
export function barLabel(id: CurveId): string {
  return BAR_LABELS[id] ?? shortLabel(id)
}

export function shortLabel(id: CurveId): string {
  return isTaskId(id) ? taskById(id).shortLabel : 'PT'
}
