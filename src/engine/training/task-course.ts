// The twelve tasks as the loop's course: batches and checks from the task data, steps on the engine, scores from the tasks.
// The data may lie on a thread, so both halves know each other by course-data.ts alone. Read next: evaluate.ts, ../data/task-data.ts.

import { check } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { type TaskId, isTaskId } from '../../contract/task-catalog'
import type { TaskBatches } from '../data/batcher'
import { type TaskData, type TaskReport, openTaskData } from '../data/task-data'
import type { EngineOptions, OptimizerOptions } from '../execution/engine-options'
import type { Prediction, StepEngine } from '../execution/step-engine'
import { lossScale } from '../schedule/learning-rate'
import { roundOrder } from '../schedule/round-robin'
import { scoreOf } from '../tasks/evaluation'
import type { TaskBatch } from '../tasks/task-batch'
import { modelConfig } from '../trunk/trunk-config'
import type { Course, CourseTask } from './course'
import { type BatchPlace, type CourseData, type DataSource, checkSplit, factsOf } from './course-data'
import { type SplitCheck, startCheck } from './evaluate'
import { openedTasks } from './inherited-answers'
import { testOutcomes } from './test-outcomes'

/** Samples written after each validation of a task. */
const SAMPLES = 24

/** Reads the data of the configured tasks. Throws a WorkbenchError if some of it is missing or damaged. */
export function openTasks(config: RunConfig): CourseData<TaskBatch, Prediction> {
  const tasks = roundOrder(config.tasks)
  const data = openTaskData({ root: config.data, tasks: openedTasks(config), config })
  const options = taskEngineOptions(config, data)
  return {
    options: { ...options, shapes: options.shapes.filter(({ task }) => tasks.includes(task)) },
    notes: data.report.filter(({ task }) => tasks.includes(task)).flatMap(notesOf),
    tasks: tasks.map((task) => ({
      task, batchesPerPass: data.train(task).batchesPerPass, checks: { val: data.val(task).checkBatches, test: data.test(task)?.checkBatches ?? 0 }
    })),
    batch: ({ task, split, number }) => (split === 'train' ? data.train(taskOf(task)).batch(number) : checkedBatches(data, task, split).checkBatch(number)),
    ...checksOf(data)
  }
}

function checkedBatches(data: TaskData, task: CourseTask, split: BatchPlace['split']): TaskBatches {
  const batches = split === 'val' ? data.val(taskOf(task)) : split === 'test' ? data.test(taskOf(task)) : undefined
  if (batches) return batches
  throw new Error(`${task} has no ${split} split to check`)
}

/** The checks that are under way, by split. */
function checksOf(data: TaskData): Pick<CourseData<TaskBatch, Prediction>, 'score' | 'finish'> {
  const checks = new Map<string, SplitCheck>()
  const checkOf = (task: CourseTask, split: BatchPlace['split'], begin: boolean): SplitCheck => {
    const known = begin ? undefined : checks.get(`${task}/${split}`)
    const found = known ?? startCheck(data, checkedBatches(data, task, split))
    checks.set(`${task}/${split}`, found)
    return found
  }
  return {
    score: ({ task, split, number }, batch, prediction) => checkOf(task, split, number === 0).add(batch, prediction),
    finish(task, split, iteration) {
      const { numbers, evaluation } = checkOf(task, split, false).result()
      checks.delete(`${task}/${split}`)
      if (split === 'val') return { numbers, samples: evaluation.samples(SAMPLES, iteration) }
      return { numbers, samples: [], outcomes: testOutcomes(data, checkedBatches(data, task, split), evaluation, iteration) }
    }
  }
}

/** What the engine of these tasks is made for. */
export function taskEngineOptions(config: RunConfig, data: Pick<TaskData, 'shapes' | 'vocabularySize' | 'featureSize' | 'answers' | 'gqaAnswers' | 'classes'>): EngineOptions {
  const model = modelConfig(config.model, data)
  for (const { task, words } of data.shapes) {
    check(words <= model.max_position_embeddings, () =>
      `Texts of ${task} have up to ${words} word pieces; model '${config.model}' has ${model.max_position_embeddings} positions. Leave ${task} out with --set tasks=…, or take --set model=paper (512 positions).`)
  }
  return {
    model, shapes: data.shapes, seed: config.seed,
    optimizer: optimizerOptions(config), taskToken: config.taskToken, dropout: config.dropout
  }
}

export function optimizerOptions({ optimizer: kind, beta1, beta2, adamEpsilon: epsilon, biasCorrection, weightDecay, clipNorm, idleHeads, bertRate, decayRule }: RunConfig): OptimizerOptions {
  return { kind, beta1, beta2, epsilon, biasCorrection, weightDecay, clipNorm, idleHeads, bertRate, decayRule }
}

function notesOf({ task, cleaning, problems, notes }: TaskReport): string[] {
  const [first] = problems
  return [
    ...notes,
    ...(cleaning && cleaning.removed > 0 ? [`Cleaning took ${cleaning.removed} of ${cleaning.before} training examples of ${task}: their pictures are in a test set.`] : []),
    ...(first ? [`${problems.length} record${problems.length === 1 ? '' : 's'} of ${task} left out; the first: ${first.file}, ${first.where}: ${first.message}`] : [])
  ]
}

/** The course of these tasks on an engine. */
export function taskCourse(config: RunConfig, source: DataSource<TaskBatch, Prediction>, engine: StepEngine): Course {
  const tasks = source.tasks.map(({ task }) => taskOf(task))
  return {
    tasks,
    epochRounds: Math.max(...source.tasks.map(({ batchesPerPass }) => batchesPerPass)),
    hasTest: (task) => factsOf(source, task).checks.test > 0,
    calendar: (task) => (config.validateEvery === 'epoch' ? { pass: factsOf(source, task).batchesPerPass } : { every: config.validateEvery }),
    lossScale: (task) => lossScale(taskOf(task), tasks, config.taskScale),
    scheduleStep: (scheduleSteps) => scheduleSteps,
    async train(task, number, settings, laps) {
      const batch = await source.batch({ task, split: 'train', number })
      laps.lap('data')
      const { loss, gradientNorm, logits } = await engine.train(batch, settings)
      laps.engine(engine.times)
      const { sum, count } = scoreOf(batch, logits)
      laps.lap('score')
      return { loss, gradientNorm, score: count > 0 ? sum / count : 0, examples: count }
    },
    validate: (task, split, iteration, gate) => checkSplit(source, { task, split, iteration }, (batch) => engine.predict(batch), gate)
  }
}

function taskOf(task: CourseTask): TaskId {
  if (isTaskId(task)) return task
  throw new Error(`'${task}' is no task of this course`)
}
