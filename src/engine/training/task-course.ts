// The twelve tasks as the loop's course: batches from the task data, steps on the engine, scores from the tasks.
// Read next: evaluate.ts, ../data/task-data.ts.

import { check } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { type TaskId, isTaskId } from '../../contract/task-catalog'
import { type TaskData, type TaskReport, openTaskData } from '../data/task-data'
import type { EngineOptions, OptimizerOptions } from '../execution/engine-options'
import type { StepEngine } from '../execution/step-engine'
import { lossScale } from '../schedule/learning-rate'
import { roundOrder } from '../schedule/round-robin'
import { scoreOf } from '../tasks/evaluation'
import { modelConfig } from '../trunk/trunk-config'
import type { Course, CourseTask } from './course'
import { evaluateBatches } from './evaluate'
import { openedTasks } from './inherited-answers'
import type { OpenedData } from './prepare-run'
import { testOutcomes } from './test-outcomes'

/** Samples written after each validation of a task. */
const SAMPLES = 24

/** Reads the data of the configured tasks. Throws a WorkbenchError if some of it is missing or damaged. */
export function openTasks(config: RunConfig): OpenedData {
  const tasks = roundOrder(config.tasks)
  const data = openTaskData({ root: config.data, tasks: openedTasks(config), config })
  const options = taskEngineOptions(config, data)
  return {
    options: { ...options, shapes: options.shapes.filter(({ task }) => tasks.includes(task)) },
    notes: data.report.filter(({ task }) => tasks.includes(task)).flatMap(notesOf),
    course: (engine) => taskCourse(config, tasks, data, engine)
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

function taskCourse(config: RunConfig, tasks: readonly TaskId[], data: TaskData, engine: StepEngine): Course {
  const passLength = (task: TaskId): number => data.train(task).batchesPerPass
  return {
    tasks,
    epochRounds: Math.max(...tasks.map(passLength)),
    hasTest: (task) => data.test(taskOf(task)) !== undefined,
    calendar: (task) => (config.validateEvery === 'epoch' ? { pass: passLength(taskOf(task)) } : { every: config.validateEvery }),
    lossScale: (task) => lossScale(taskOf(task), tasks, config.taskScale),
    scheduleStep: (scheduleSteps) => scheduleSteps,
    async train(task, number, settings, laps) {
      const batch = data.train(taskOf(task)).batch(number)
      laps.lap('data')
      const { loss, gradientNorm, logits } = await engine.train(batch, settings)
      laps.engine(engine.times)
      const { sum, count } = scoreOf(batch, logits)
      laps.lap('score')
      return { loss, gradientNorm, score: count > 0 ? sum / count : 0, examples: count }
    },
    async validate(task, split, iteration, gate) {
      const batches = split === 'val' ? data.val(taskOf(task)) : data.test(taskOf(task))
      if (!batches) throw new Error(`${task} has no ${split} split`)
      const result = await evaluateBatches(engine, data, batches, gate)
      if (!result) return undefined
      if (split === 'test') return { numbers: result.numbers, samples: [], outcomes: testOutcomes(data, batches, result.evaluation, iteration) }
      return { numbers: result.numbers, samples: result.evaluation.samples(SAMPLES, iteration) }
    }
  }
}

function taskOf(task: CourseTask): TaskId {
  if (isTaskId(task)) return task
  throw new Error(`'${task}' is no task of this course`)
}
