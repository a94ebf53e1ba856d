// The engine that trains: the model functions are recorded once into a TensorFlow graph, and a step is one run of it, or
// with `microBatch` a run for each part of the batch and one for the update. All tasks share the graph's variables.
// Spec 4.3–4.5, 5. Read next: record-program.ts, compiled-steps.ts, compiled-parts.ts.

import { WorkbenchError } from '../../contract/check'
import { nativeBackend } from '../compile/native-binding'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import type { TaskBatch } from '../tasks/task-batch'
import { partSteps } from './compiled-parts'
import { type CompiledSteps, type Fetched, type OnProgress, fedSettings, openProgram, prepareSteps, runStep } from './compiled-steps'
import { startDrawing } from './drawn-weights'
import { type EngineOptions, type Feed, pretrainingFeeds, taskFeeds } from './engine-options'
import { floats, pretrainingResult, scalar } from './fetched-numbers'
import { driftFeed } from './idle-drift'
import { type ProgramCache, cachedProgram, programKey, usualProgramCache } from './program-cache'
import { PRETRAINING, type Purpose, type Steps, recordProgram, stepPlans } from './record-program'
import type { NamedArray, Prediction, StepEngine, StepSettings } from './step-engine'
import { listVariables, readEach, writeVariables } from './variable-transfer'

/**
 * Records the steps, or takes them from the cache; loads, initialises and prepares them. With the purpose `predict` there
 * are no training steps and no moments. Throws a WorkbenchError that names `--set engine=eager` where TensorFlow's native
 * library is missing, and one that names the model's line where a step cannot be recorded.
 */
export async function createCompiledEngine(
  options: EngineOptions, onProgress: OnProgress = () => undefined, purpose: Purpose = 'train', cache: ProgramCache | undefined = usualProgramCache()
): Promise<StepEngine> {
  nativeBackend()
  const plans = stepPlans(options)
  // Weights that will be loaded are not drawn; the graph sets them to zero.
  const drawing = options.weights === 'loaded' ? undefined : startDrawing(options)
  let compiled: CompiledSteps | undefined
  try {
    compiled = openProgram(cachedProgram(cache, () => programKey(options, purpose), () => recordProgram(options, plans, purpose)))
    for await (const arrays of drawing?.portions() ?? []) await writeVariables(compiled, arrays)
    if (compiled.access.zero !== undefined) compiled.session.run([], [compiled.access.zero])
    await prepareSteps(options, compiled, plans, purpose, onProgress)
  } catch (error) {
    compiled?.session.close()
    throw error
  } finally {
    drawing?.stop()
  }
  return engineOf(options, compiled)
}

function engineOf(options: EngineOptions, compiled: CompiledSteps): StepEngine {
  const { session, drift } = compiled
  const stepsOf = (what: string): Steps => {
    const steps = compiled.steps.get(what)
    if (steps) return steps
    throw new WorkbenchError(`This engine was made for ${[...compiled.steps.keys()].join(', ')}; it has no step of '${what}'.`, 'work')
  }
  const predict = (what: string, feeds: readonly Feed[]): Fetched => runStep(session, stepsOf(what).predict, feeds, [])
  const update = (what: string, feeds: readonly Feed[], settings: StepSettings): Fetched => {
    const { train } = stepsOf(what)
    if (train === undefined) throw new WorkbenchError('This engine was made for predictions; it cannot train.', 'work')
    const fetched = runStep(session, train, feeds, [...fedSettings(options, settings), ...driftFeed(drift)])
    drift?.ran(train)
    return fetched
  }
  const { trainInParts, pretrainInParts } = partSteps(options, compiled, update)
  return {
    kind: 'compiled',
    get times() {
      return session.times
    },
    get tensors() {
      return nativeBackend().binding.getNumOfTensors()
    },
    async train(batch: TaskBatch, settings: StepSettings) {
      const { part } = stepsOf(batch.task)
      if (part) return trainInParts(part, batch, settings)
      const fetched = update(batch.task, taskFeeds(options, batch), settings)
      return { loss: scalar(fetched, 'loss'), gradientNorm: scalar(fetched, 'gradientNorm'), logits: floats(fetched, 'logits') }
    },
    async predict(batch: TaskBatch): Promise<Prediction> {
      const fetched = predict(batch.task, taskFeeds(options, batch))
      return { loss: scalar(fetched, 'loss'), spread: scalar(fetched, 'spread'), logits: floats(fetched, 'logits') }
    },
    async trainPretraining(batch: PretrainingBatch, settings: StepSettings) {
      const { part } = stepsOf(PRETRAINING)
      if (part) return pretrainInParts(part, batch, settings)
      const fetched = update(PRETRAINING, pretrainingFeeds(options, batch), settings)
      return pretrainingResult(fetched, scalar(fetched, 'gradientNorm'))
    },
    async predictPretraining(batch: PretrainingBatch) {
      return pretrainingResult(predict(PRETRAINING, pretrainingFeeds(options, batch)), 0)
    },
    list: (what) => listVariables(compiled, what).map(({ name, shape }) => ({ name, shape })),
    readEach: (what, visit) => readEach(compiled, what, visit),
    async read(what) {
      const arrays: NamedArray[] = []
      await readEach(compiled, what, (array) => void arrays.push(array))
      return arrays
    },
    async write(arrays) {
      drift?.wrote(arrays)
      return writeVariables(compiled, arrays)
    },
    dispose: () => session.close(),
  }
}
