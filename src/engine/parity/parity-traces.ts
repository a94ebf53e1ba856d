// Dynamic Stop-and-Go and the training loop's calendar against recordings of the released code (spec 4.1, 4.2, 4.5): the
// controller on given scores, and which task is trained, checked and reset when, at which learning rate.
// Read next: ../schedule/stop-and-go.ts, ../schedule/round-robin.ts, ../schedule/learning-rate.ts.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonObject } from '../json-object'
import { lossScale, rateFactor } from '../schedule/learning-rate'
import { maySteps, resetDue, validationDue } from '../schedule/round-robin'
import { STOP_AND_GO_DEFAULTS, type StopAndGoState, checkScore, resetStopAndGo, startStopAndGo } from '../schedule/stop-and-go'
import { checkScoreAsWorded } from '../schedule/stop-and-go-rule'
import { type FolderReport, type ParityRow, type ParitySection, absoluteRow, folderReport, identicalRow } from './comparison'
import { taskOfKey } from './parity-optimizer'

interface Row {
  readonly score: number
  readonly in_stop: boolean
  readonly best: number | null
  readonly num_bad_epochs: number
  readonly cooldown_counter: number
  readonly last_epoch: number
}

interface Controller {
  readonly series: Readonly<Record<string, readonly (Row & { readonly paper_literal_in_stop: boolean })[]>>
  readonly demo_test_controller: { readonly continue_threshold: number; readonly rows: readonly Row[] }
  readonly reset_example: readonly (Row & { readonly event: 'step' | 'reset' })[]
}

interface Loop {
  readonly arguments: { readonly argv: readonly string[] }
  readonly derived: {
    readonly median_num_iter: number
    readonly num_train_optimization_steps: number
    readonly warmpu_steps: number
    readonly loss_scale: Readonly<Record<string, number>>
    readonly task_ave_iter: Readonly<Record<string, number>>
    readonly base_lr: number
  }
  readonly iterations: readonly {
    readonly iter: number
    readonly trained: readonly { readonly task: string; readonly global_step: number; readonly lr_base: number; readonly lr_vil: number }[]
    readonly evaluations: readonly (Row & { readonly task: string })[]
    readonly resets: readonly string[]
  }[]
}

/** Compares controller.json and every loop_*.json of the folder. */
export function tracesParity(folder: string): FolderReport {
  const names = readdirSync(folder).sort()
  const controller = names.includes('controller.json') ? [controllerSection(readJsonObject(join(folder, 'controller.json')) as unknown as Controller)] : []
  const loops = names.filter((name) => /^loop_.*\.json$/.test(name)).map((name) => loopSection(name, readJsonObject(join(folder, name)) as unknown as Loop))
  return folderReport(folder, 'traces', [...controller, ...loops])
}

const asRow = (state: StopAndGoState): Omit<Row, 'score'> => ({
  in_stop: state.state === 'stop', best: state.best, num_bad_epochs: state.badCount, cooldown_counter: state.cooldown, last_epoch: state.checks - 1
})
const wanted = ({ in_stop, best, num_bad_epochs, cooldown_counter, last_epoch }: Row): Omit<Row, 'score'> => ({ in_stop, best, num_bad_epochs, cooldown_counter, last_epoch })

function controllerSection({ series, demo_test_controller: demo, reset_example: reset }: Controller): ParitySection {
  const follow = (rows: readonly Row[], options = STOP_AND_GO_DEFAULTS): Omit<Row, 'score'>[] => {
    let state = startStopAndGo()
    return rows.map((row) => asRow((state = (row as { event?: string }).event === 'reset' ? resetStopAndGo(state) : checkScore(state, row.score, options).next)))
  }
  const worded = (rows: readonly Row[]): boolean[] => {
    let state = startStopAndGo()
    return rows.map(({ score }) => (state = checkScoreAsWorded(state, score).next).state === 'stop')
  }
  return {
    title: 'controller',
    rows: [
      ...Object.entries(series).flatMap(([name, rows]): ParityRow[] => [
        identicalRow(`${name}: released rule, ${rows.length} checks`, follow(rows), rows.map(wanted)),
        identicalRow(`${name}: paper's wording`, worded(rows), rows.map((row) => row.paper_literal_in_stop))
      ]),
      identicalRow('another go threshold', follow(demo.rows, { ...STOP_AND_GO_DEFAULTS, continueThreshold: demo.continue_threshold }), demo.rows.map(wanted)),
      identicalRow('reset in the middle', follow(reset), reset.map(wanted))
    ]
  }
}

/** The round's decisions are ours; only the validation scores are the recording's. */
function loopSection(name: string, { arguments: given, derived, iterations }: Loop): ParitySection {
  const tasks = Object.keys(derived.task_ave_iter)
  const ids = tasks.map((key) => taskOfKey(key).id)
  const states = new Map(tasks.map((task) => [task, startStopAndGo()]))
  const stateOf = (task: string): StopAndGoState => states.get(task) ?? startStopAndGo()
  // Gap −1 switches stopping off there, which is a gap of 1.
  const gap = given.argv.includes('-1') ? 1 : 4
  const made: { trained: unknown[]; checked: unknown[]; reset: unknown[]; rates: number[] } = { trained: [], checked: [], reset: [], rates: [] }
  const kind = given.argv.includes('warmup_linear') ? 'warmup-linear' : 'manual'
  const totalSteps = derived.num_train_optimization_steps
  const schedule = { kind, totalSteps, warmupFraction: derived.warmpu_steps / totalSteps, epochRounds: derived.median_num_iter } as const
  let scheduleSteps = 0
  for (const { iter, evaluations } of iterations) {
    const steps = tasks.filter((task) => maySteps(stateOf(task), iter, gap))
    made.trained.push(steps)
    steps.forEach((_, place) => {
      const factor = rateFactor(schedule, scheduleSteps, { round: iter, first: place === 0 })
      made.rates.push(derived.base_lr * factor, 1e-4 * factor)
      if (place === 0) scheduleSteps += 1
    })
    const due = tasks.filter((task) => validationDue(iter, iterations.length, { pass: derived.task_ave_iter[task] ?? 0 }))
    for (const task of due) {
      const score = evaluations.find((row) => row.task === task)?.score
      if (score !== undefined) states.set(task, checkScore(stateOf(task), score).next)
    }
    made.checked.push(due.map((task) => ({ task, ...asRow(stateOf(task)) })))
    const reset = resetDue(iter, derived.median_num_iter)
    made.reset.push(reset)
    if (reset) for (const task of tasks) states.set(task, resetStopAndGo(stateOf(task)))
  }
  const trained = iterations.flatMap((row) => row.trained)
  return {
    title: name,
    rows: [
      identicalRow(`tasks trained in ${iterations.length} iterations`, made.trained, iterations.map((row) => row.trained.map(({ task }) => task))),
      identicalRow('checks and the state after each', made.checked, iterations.map((row) => row.evaluations.map((check) => ({ task: check.task, ...wanted(check) })))),
      identicalRow('resets', made.reset, iterations.map(({ resets }) => resets.length > 0)),
      absoluteRow(`learning rates of ${trained.length} steps`, made.rates, trained.flatMap(({ lr_base: base, lr_vil: head }) => [base, head]), 1e-12),
      identicalRow('loss scales', ids.map((id) => lossScale(id, ids, 'reference')), tasks.map((task) => derived.loss_scale[task]))
    ]
  }
}
