// The window's requests about one run beside another: what differs, which test examples flipped; about a run's checkpoints
// and the task tokens in them. Answers what `runs diff` and `runs tokens` print. Read next: ../study/compare-runs.ts.

import type { ComparisonRequests } from '../contract/comparison-api'
import { compareRuns, flippedSamples } from '../study/compare-runs'
import { checkpointSteps, taskTokenMap } from './task-token-table'

type Answers = { readonly [N in keyof ComparisonRequests]: (argument: ComparisonRequests[N][0]) => ComparisonRequests[N][1] }

/** `folderOf`: the folder of a run of the workspace; throws for an unknown one. */
export function comparisonDesk(folderOf: (id: string) => string): Answers {
  return {
    'runs:compare': ({ a, b }) => ({ ...compareRuns(folderOf(a), folderOf(b)), a, b }),
    'runs:flipped': ({ a, b, task }) => flippedSamples(folderOf(a), folderOf(b), task),
    'run:checkpoints': ({ id }) => checkpointSteps(folderOf(id)),
    'run:tokens': ({ id, iteration }) => taskTokenMap(folderOf(id), iteration)
  }
}
