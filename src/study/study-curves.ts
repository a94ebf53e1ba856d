// Learning curves and stop/go intervals of a study's settings, for small multiples and for the dynamics study.
// Read next: run-digest.ts.

import type { StudyName } from '../contract/study'
import type { StudyCurve } from '../contract/study-table'
import { type TaskId, isTaskId } from '../contract/task-catalog'
import { settingRuns } from './cell-runs'
import { Digests } from './run-digest'
import type { StudyPlaces } from './study-places'
import { openStudy } from './study-store'

/** Of the given task, or all; runs that are under way are in it too. */
export function studyCurves(places: StudyPlaces, name: StudyName, task?: TaskId, digests = new Digests(places)): StudyCurve[] {
  const { study, plan } = openStudy(places, name)
  return [...settingRuns(study, plan, digests).values()].flat().flatMap((runs) =>
    runs.setting.parts.flatMap(({ fills }) => fills).filter((filled) => isTaskId(filled) && (task === undefined || task === filled)).flatMap((filled): StudyCurve[] => {
      const [id, ...others] = runs.ids(filled)
      const digest = id === undefined || others.length > 0 ? undefined : digests.of(id)?.tasks[filled]
      if (!digest || id === undefined) return []
      const { validation, training, stopAndGo } = digest
      return [{ setting: runs.setting.id, task: filled, seed: runs.seed, run: id, validation, training, stopAndGo }]
    }))
}
