// Study `dynamics` (RQ2, RQ4): over-fitting of single-task and joint training, what Stop-and-Go does, and what each part of
// the pre-training is worth. Read next: settings.ts.

import { type RunConfig, resolveConfig } from '../../contract/run-config'
import { PRESETS, presetConfig } from '../../contract/run-presets'
import type { StudyAbout, StudySetting, StudyTablePlan } from '../../contract/study'
import type { Measure } from '../../contract/study-columns'
import type { TaskId } from '../../contract/task-catalog'
import { columnsWithMeans, scoreColumns } from './columns'
import { allTasks, singleTask, singleTaskEqual } from './settings'
import { PRETRAINING, type StudyOptions, iterationsTimes, tasksOf } from './study-options'

export const DYNAMICS: StudyAbout = {
  name: 'dynamics',
  title: 'Training dynamics and pre-training',
  question: 'RQ4 What does the schedule do while it trains? What is the pre-training worth?',
  about: 'Over-fitting of single-task against joint training, stop and go intervals, and the ablation of the pre-training objective and masking.'
}

interface Pretraining {
  readonly id: string
  readonly label: string
  readonly objective: RunConfig['objective']
  readonly regionMasking: RunConfig['regionMasking']
}

const PRETRAININGS: readonly Pretraining[] = [
  { id: 'objective-1', label: 'No masked loss on mismatched pairs', objective: 1, regionMasking: 'paper' },
  { id: 'objective-0', label: 'Masked loss on all pairs', objective: 0, regionMasking: 'paper' },
  { id: 'objective-2', label: 'No mismatched pairs', objective: 2, regionMasking: 'paper' },
  { id: 'no-overlap-masking', label: 'Without overlap masking', objective: 1, regionMasking: 'code' }
]

const trunkOf = (id: string): string => `trunk-${id}`

const TRUNK_COLUMNS: StudyTablePlan['columns'] = (
  [['alignment', 'Alignment'], ['masked words', 'Words'], ['masked colours', 'Colours'], ['masked things', 'Things'], ['region classes', 'Region classes']] as const
).map(([name, label]) => ({ id: name, label, unit: 'percent', better: 'higher', measure: { kind: 'metric', name } }))

/** A short pre-training of its own, by the recipe of the base's pre-training preset. */
function pretrainingSetting({ base, captions }: StudyOptions, { id, label, objective, regionMasking }: Pretraining): StudySetting {
  const recipe = PRESETS.some((preset) => preset.id === `${base.preset}-pretrain`) ? presetConfig(`${base.preset}-pretrain`) : base
  const iterations = iterationsTimes(base, PRETRAINING)
  const { learningRate, headLearningRate, beta2, adamEpsilon, biasCorrection, clipNorm, dropout, batchRows } = recipe
  const difference = {
    kind: 'pretrain', start: 'random', taskToken: 'none', objective, regionMasking, iterations, validateEvery: Math.max(1, Math.round(iterations / 4)),
    validationExamples: recipe.validationExamples, data: captions ?? base.data, stopAndGo: false,
    learningRate, headLearningRate, beta2, adamEpsilon, biasCorrection, clipNorm, dropout, batchRows
  } as const
  return { id: trunkOf(id), label: `Pre-training: ${label}`, parts: [{ id: 'trunk', difference: { ...difference, model: resolveConfig(base, {}).model }, fills: [] }] }
}

function afterPretraining(options: StudyOptions, { id, label }: Pretraining): StudySetting {
  const setting = allTasks(options, id, label, {}, `all tasks from a pre-training of ${iterationsTimes(options.base, PRETRAINING)} steps`)
  return { ...setting, parts: setting.parts.map((part) => ({ ...part, start: { setting: trunkOf(id), part: 'trunk' } })) }
}

export function dynamicsSettings(options: StudyOptions): StudySetting[] {
  return [
    singleTask(options), singleTaskEqual(options), allTasks(options),
    allTasks(options, 'no-stop-and-go', 'All-tasks without Stop-and-Go', { stopAndGo: false }, 'stopAndGo=false'),
    ...PRETRAININGS.map((pretraining) => afterPretraining(options, pretraining)),
    allTasks(options, 'no-pretraining', 'No pre-training', { start: 'random' }, 'random weights'),
    ...PRETRAININGS.map((pretraining) => pretrainingSetting(options, pretraining))
  ]
}

export function dynamicsTables(options: StudyOptions): StudyTablePlan[] {
  const compared = ['st', 'st-equal', 'at', 'no-stop-and-go']
  const pretrained = [...PRETRAININGS.map(({ id }) => id), 'no-pretraining']
  const table = (id: 'gap' | 'decline' | 'convergence' | 'steps' | 'stops', title: string, unit: 'points' | 'iterations' | 'percent' | 'count', better: 'lower' | 'neither'): StudyTablePlan => ({
    id, title, rows: compared, baseline: tasksOf(options).length > 0 ? 'st-equal' : null, references: [], view: 'table',
    columns: columnsWithMeans(options, (task: TaskId): Measure => ({ kind: id, task }), { unit, better })
  })
  return [
    table('gap', 'Over-fitting: training score of the last steps minus last validation score', 'points', 'lower'),
    table('decline', 'Over-training: best minus last validation score', 'points', 'lower'),
    table('convergence', 'Iterations until validation is within 1 % of its best', 'iterations', 'neither'),
    table('steps', 'Share of the iterations in which the task stepped', 'percent', 'neither'),
    table('stops', 'How often Stop-and-Go stopped the task', 'count', 'neither'),
    { id: 'pretraining', title: 'All-task test scores after different pre-trainings', rows: [...pretrained, 'at'], baseline: 'objective-1', columns: scoreColumns(options), references: [], view: 'table' },
    { id: 'trunks', title: 'What the pre-trainings learned: held-out pairs, by each one’s own masking', rows: PRETRAININGS.map(({ id }) => trunkOf(id)), baseline: trunkOf('objective-1'), columns: TRUNK_COLUMNS, references: [], view: 'table' }
  ]
}

export function dynamicsNotes({ base }: StudyOptions): string[] {
  return [
    `The pre-training ablation pre-trains anew for ${iterationsTimes(base, PRETRAINING)} steps, shorter than the shipped trunk, from which “All-tasks” starts: its rows are to be compared with each other only.`,
    'Learning curves and stop/go intervals of every run: twelve-in-one study curves dynamics --json.'
  ]
}
