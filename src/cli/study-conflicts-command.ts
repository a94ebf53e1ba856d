// `study conflicts`: gradient conflict beside measured transfer. Read next: src/study/conflict-and-transfer.ts.

import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import type { ConflictAndTransfer } from '../contract/gradient-conflict'
import { taskById } from '../contract/task-catalog'
import { conflictAndTransfer } from '../study/conflict-and-transfer'
import { studyPlaces } from '../study/study-places'
import { withExample } from './example'
import { outOption } from './study-choice'
import { printResult, table } from './terminal'

export function addStudyConflictsCommand(study: Command): void {
  withExample(
    outOption(study.command('conflicts').description('cosines between the tasks’ gradients beside the gains of the transfer study')).option('--json', 'print JSON')
      .action(({ out, json }: { out: string; json?: boolean }) => {
        const places = studyPlaces(out)
        const found = conflictAndTransfer(places)
        if (!found) throw new WorkbenchError(`No run in ${places.runs} measured gradient conflict. Train one of all tasks with --set gradientConflictEvery=N, or run the study with it.`)
        printResult(json, found, () => text(found))
      }),
    'train --preset mini --run runs/joint --set gradientConflictEvery=40', 'study run transfer --preset mini', 'study conflicts')
}

function text({ points, correlation, measurements, runs }: ConflictAndTransfer): string {
  const rows = [...points].sort((x, y) => y.cosine - x.cosine).map(({ a, b, cosine, gain }) => [taskById(a).shortLabel, taskById(b).shortLabel, cosine.toFixed(3), `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)} %`])
  return [
    `${measurements} measurements of ${runs.length} run${runs.length === 1 ? '' : 's'}; gain: of each by the other over single-task with equal steps, mean of both directions`,
    points.length === 0 ? 'no pair has both a cosine and a gain yet' : table(['task', 'task', 'cosine', 'gain'], rows),
    correlation === null ? 'too few pairs for a rank correlation' : `Spearman's rank correlation of ${points.length} pairs: ${correlation.toFixed(2)}`
  ].join('\n')
}
