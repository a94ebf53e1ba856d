// Paired significance of a cell against the baseline's: over the test examples of runs with the same seed, where both scored
// the same examples; else over seeds alone. Read next: contract/study-statistics.ts.

import type { Measure, StudyColumn } from '../contract/study-columns'
import { exampleTest, mean, stratifiedExampleTest } from '../contract/study-statistics'
import type { TaskId } from '../contract/task-catalog'
import type { SettingRuns } from './cell-runs'
import type { ExampleScores } from './example-scores'

/** Runs of a setting and of the baseline with the same seed. */
export type SeedPair = readonly [SettingRuns, SettingRuns]

/** Differences of a row to the baseline, for a task and the seeds that both have; means over tasks use them again. */
export type DifferencesOf = (task: TaskId, pairs: readonly SeedPair[]) => readonly number[] | null

/** For one row of a table. */
export function rememberedDifferences(): DifferencesOf {
  const known = new Map<string, readonly number[] | null>()
  return (task, pairs) => {
    const name = `${task} ${pairs.map(([{ seed }]) => seed).join()}`
    const found = known.has(name) ? known.get(name) ?? null : differencesOf(task, pairs)
    known.set(name, found)
    return found
  }
}

/** p over examples; null where the runs did not keep their examples' scores or the column is no test score. */
export function examplesTest(measure: Measure, pairs: readonly SeedPair[], columns: readonly StudyColumn[], of: DifferencesOf): number | null {
  if (measure.kind === 'mean') {
    const tasks = measure.of.flatMap((id) => columns.find((column) => column.id === id) ?? []).flatMap(({ measure: part }) => (isTestScore(part) ? [part.task] : []))
    const used = measure.applicable ? tasks.filter((task) => pairs.every(([own]) => own.fills(task))) : tasks
    if (tasks.length !== measure.of.length) return null
    const groups = used.map((task) => of(task, pairs))
    return groups.some((group) => group === null) ? null : stratifiedExampleTest(groups.map((group) => group ?? []))
  }
  if (!isTestScore(measure)) return null
  const differences = of(measure.task, pairs)
  return differences && exampleTest(differences)
}

function isTestScore(measure: Measure): measure is Extract<Measure, { kind: 'score' | 'gain' }> {
  return measure.kind === 'gain' || (measure.kind === 'score' && measure.split === 'test')
}

/**
 * One difference an example. Where all seeds scored the same examples, the mean over seeds (an example is one thing,
 * however many models look at it); else one a seed and example. Null if some run has no example scores.
 */
function differencesOf(task: TaskId, pairs: readonly SeedPair[]): number[] | null {
  const scores = pairs.map(([own, other]): readonly [ExampleScores, ExampleScores] | null => {
    const a = own.done(task)?.tasks[task]?.test?.scores
    const b = other.done(task)?.tasks[task]?.test?.scores
    return a && b && a.idsHash === b.idsHash ? [a, b] : null
  })
  if (scores.length === 0 || scores.some((pair) => pair === null)) return null
  const differences = scores.flatMap((pair) => (pair ? [pair[0].values.map((value, index) => value - (pair[1].values[index] ?? value))] : []))
  const [first] = scores
  const same = scores.every((pair) => pair?.[0].idsHash === first?.[0].idsHash)
  if (!same) return differences.flat()
  return (differences[0] ?? []).map((_, example) => mean(differences.map((seed) => seed[example] ?? 0)))
}
