// THE loop (spec 4.1), round after round: each task one batch and one update of its own, then the validations that are
// due, then a checkpoint. All that influences the curve is a function of the configuration and the counters in
// loop-state.ts, so a resumed run goes on to the last bit. Read next: loop-state.ts, course.ts, ../schedule.

import { performance } from 'node:perf_hooks'
import { WorkbenchError } from '../../contract/check'
import { joiningRound } from '../../contract/curriculum'
import type { RunConfig } from '../../contract/run-config'
import type { NewRunEvent } from '../../contract/run-events'
import { type TaskId, isTaskId } from '../../contract/task-catalog'
import type { StepEngine } from '../execution/step-engine'
import { peakRate, rateFactor } from '../schedule/learning-rate'
import { maySteps, resetDue, validationDue } from '../schedule/round-robin'
import { resetStopAndGo, startStopAndGo } from '../schedule/stop-and-go'
import { checkScoreBy } from '../schedule/stop-and-go-rule'
import type { Course, CourseTask } from './course'
import { KeptWeights } from './kept-weights'
import { type LoopState, dropoutSeed } from './loop-state'
import { PhaseClock } from './phase-clock'
import type { RunControl } from './run-control'
import type { RunFolder } from './run-folder'
import { CheckpointSaver, type SaveResult } from './save-checkpoint'

/** How a run ended: `paused` was asked to leave with a checkpoint, `stopped` to stop. */
export type RunEnd = 'done' | 'stopped' | 'paused' | 'failed'

/** A training step or validation that cannot go on; shown with its task and what to do. */
export class RunFailure extends WorkbenchError {
  constructor(message: string, readonly remedy: string, readonly task?: TaskId) {
    super(message, 'work')
  }
}

/** The rounds of a prepared run. */
export class TrainingLoop {
  private ending: RunEnd = 'done'
  private validationAsked = false
  private validating = false
  private readonly clock = new PhaseClock()
  private readonly saver: CheckpointSaver
  private readonly kept: KeptWeights

  constructor(
    private readonly config: RunConfig,
    private readonly run: RunFolder,
    private readonly control: RunControl,
    private readonly engine: Pick<StepEngine, 'list' | 'readEach' | 'read' | 'write' | 'tensors'>,
    private readonly course: Course,
    readonly state: LoopState
  ) {
    this.saver = new CheckpointSaver(run.folder, config.keepCheckpoints)
    this.kept = new KeptWeights(run.folder, config, engine)
  }

  async train(): Promise<RunEnd> {
    let end: RunEnd
    try {
      end = await this.rounds()
      await this.clock.saving(() => this.saver.settled())
    } finally {
      // A run that breaks down keeps the checkpoint that is being written.
      await this.saver.settled().catch(() => undefined)
      this.saver.close()
    }
    this.report()
    if (end === 'stopped') this.emit({ kind: 'state', state: 'stopped', reason: `stopped after ${this.state.round} of ${this.config.iterations} iterations` })
    if (end === 'done') this.emit({ kind: 'state', state: 'done', reason: this.doneReason() })
    return end
  }

  private doneReason(): string {
    const { state: { round, kept }, config } = this
    const why = this.converged() ? `all tasks have stopped after ${round} of ${config.iterations} iterations (earlyStopping)` : `all ${config.iterations} iterations are done`
    return kept ? `${why}; kept are the weights of iteration ${kept.iteration}, mean validation score ${(100 * kept.score).toFixed(1)} %` : why
  }

  private async rounds(): Promise<RunEnd> {
    const { config, state } = this
    while (state.round < config.iterations && !this.converged()) {
      if (!(await this.round())) {
        if (this.ending === 'stopped') await this.checkpoint()
        return this.ending
      }
      if (config.gradientConflictEvery > 0 && state.round % config.gradientConflictEvery === 0) await this.measureConflict()
      if (state.round % config.checkpointEvery === 0 || state.round === config.iterations || this.converged()) await this.checkpoint()
    }
    return 'done'
  }

  /** The rest of the current round; false if the run ends inside it. Its places: train, validate, test at the end. */
  private async round(): Promise<boolean> {
    const { state, course, config } = this
    const { tasks } = course
    const last = state.round === config.iterations - 1
    const places = [...tasks.map((task) => ['train', task] as const), ...tasks.map((task) => ['val', task] as const), ...(config.keepBest ? tasks.slice(0, 1).map((task) => ['keep', task] as const) : []), ...(last || config.earlyStopping ? tasks.map((task) => ['test', task] as const) : [])]
    for (; state.place < places.length; state.place++) {
      const [what, task] = places[state.place] ?? places[0] ?? (['train', 'pretraining'] as const)
      if (what === 'test' && !last && !this.converged()) continue
      if (!(await this.gate())) return false
      if (what === 'train') await this.trainPlace(task)
      else if (what === 'keep') await this.keepBest()
      else if (!(await this.checkPlace(task, what))) return false
    }
    if (!this.converged()) this.resetControllers()
    state.round += 1
    state.place = 0
    state.scheduleMoved = false
    return true
  }

  private async trainPlace(task: CourseTask): Promise<void> {
    const { state, config, course } = this
    const controller = state.stopAndGo[task] ?? startStopAndGo()
    if (isTaskId(task) && state.round < joiningRound(config, task)) return
    if (config.stopAndGo && !maySteps(controller, state.round, config.stopAndGoGap)) return
    const batch = state.batches[task] ?? 0
    const { schedule: kind, warmupFraction, iterations: totalSteps } = config
    const { epochRounds } = course
    const factor = rateFactor({ kind, warmupFraction, totalSteps, epochRounds }, course.scheduleStep(state.scheduleSteps), { round: state.round, first: !state.scheduleMoved })
    const learningRate = peakRate(config.learningRate, course.tasks.filter(isTaskId)) * factor
    const before = performance.now()
    const laps = this.clock.step(task)
    const numbers = await course.train(task, batch, {
      learningRate,
      headLearningRate: config.headLearningRate * factor,
      lossScale: course.lossScale(task),
      dropoutSeed: dropoutSeed(config.seed, state.updates),
      update: state.updates + 1
    }, laps)
    this.refuseInfinite(task, numbers.loss, numbers.gradientNorm)
    state.updates += 1
    state.batches[task] = batch + 1
    // The reference moves the schedule after the first task's update: the round's other tasks use the next rate.
    if (!state.scheduleMoved) state.scheduleSteps += 1
    state.scheduleMoved = true
    this.emit({ kind: 'step', task, ...numbers, learningRate, milliseconds: performance.now() - before })
    laps.lap('events')
  }

  /** On the batches that come next, with dropout of its own; the tasks that have stepped at all. */
  private async measureConflict(): Promise<void> {
    const { state, config, course } = this
    const before = performance.now()
    const laps = { lap: () => undefined, engine: () => undefined }
    const tasks = course.tasks.filter(isTaskId).filter((task) => (state.batches[task] ?? 0) > 0).map((task) => ({
      task,
      step: (batch: number) => course.train(task, (state.batches[task] ?? 0) + batch, {
        learningRate: 0, headLearningRate: 0, lossScale: 1, dropoutSeed: dropoutSeed(config.seed, state.updates + batch), update: state.updates + 1
      }, laps)
    }))
    if (tasks.length < 2) return
    const { gradientConflict } = await import('../analysis/gradient-conflict')
    this.emit({ kind: 'gradientConflict', ...(await gradientConflict(this.engine, tasks)), milliseconds: performance.now() - before })
  }

  private refuseInfinite(task: CourseTask, loss: number, gradientNorm: number): void {
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return
    const remedy = 'Lower learningRate, or set clipNorm=1, and start from the last checkpoint.'
    throw new RunFailure(`The training of ${task} broke down in iteration ${this.state.round}: loss ${loss}, gradient norm ${gradientNorm}.`, remedy, isTaskId(task) ? task : undefined)
  }

  /** Validates a task if its turn has come and lets Stop-and-Go see the score; false if the run ends meanwhile. */
  private async checkPlace(task: CourseTask, split: 'val' | 'test'): Promise<boolean> {
    const { state, config, course } = this
    if (split === 'test' ? !course.hasTest(task) : !validationDue(state.round, config.iterations, course.calendar(task))) return true
    const score = await (split === 'test' ? this.kept.during(state, () => this.validate(task, split)) : this.validate(task, split))
    if (score === undefined) return false
    if (split === 'test') return true
    if (config.keepBest) {
      state.latest = { ...state.latest, [task]: score }
      state.checkedIn = state.round
    }
    state.best[task] = Math.max(score, state.best[task] ?? Number.NEGATIVE_INFINITY)
    if (!config.stopAndGo || !isTaskId(task)) return true
    const { next, changed, reason } = checkScoreBy(config, state.stopAndGo[task] ?? startStopAndGo(), score)
    state.stopAndGo[task] = next
    this.emit({ kind: 'stopAndGo', task, state: next.state, changed, reason, best: next.best ?? score, score }, 1)
    return true
  }

  /** After the other writer: each clears away what others left unfinished. */
  private async keepBest(): Promise<void> {
    await this.clock.saving(() => this.saver.settled().then(() => this.kept.keep(this.state, this.course.tasks, this.run.sequence())))
  }

  /** Measures and reports; the score, or undefined if the run ends meanwhile. */
  private async validate(task: CourseTask, split: 'val' | 'test', roundsAhead = 1): Promise<number | undefined> {
    const before = performance.now()
    this.validating = true
    const iteration = this.state.round + roundsAhead
    const validation = await this.clock.timed(task, 'validation', () => this.course.validate(task, split, iteration, () => this.gate()))
    this.validating = false
    if (!validation) return undefined
    const { numbers, samples, outcomes } = validation
    this.emit({ kind: 'validation', task, split, ...numbers, milliseconds: performance.now() - before }, roundsAhead)
    if (samples.length > 0 && isTaskId(task)) {
      const file = await this.clock.timed(task, 'samples', () => this.run.writePredictions(task, iteration, samples))
      this.emit({ kind: 'sample', task, file, count: samples.length, right: samples.filter(({ right }) => right).length }, roundsAhead)
    }
    if (outcomes) this.run.writeTestOutcomes(outcomes)
    return numbers.metrics['score'] ?? 0
  }

  /** With early stopping: whether all tasks are stopped, so that the run ends. */
  private converged(): boolean {
    const { config, state, course } = this
    return config.earlyStopping && config.stopAndGo && course.tasks.every((task) => state.stopAndGo[task]?.state === 'stop')
  }

  private resetControllers(): void {
    const { state, config, course } = this
    if (!config.stopAndGo || config.validateEvery !== 'epoch' || config.stopAndGoReset === 'never' || !resetDue(state.round, course.epochRounds)) return
    for (const task of course.tasks) state.stopAndGo[task] = resetStopAndGo(state.stopAndGo[task] ?? startStopAndGo())
    this.emit({ kind: 'note', text: 'All tasks go again: the reference resets Stop-and-Go at the end of its epochs 5 and 7.' }, 1)
  }

  /** Between two steps: lets messages in, obeys commands, waits while paused. False: the run ends here. */
  private async gate(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve))
    this.saver.check()
    for (let command = this.control.take(); command; command = this.control.take()) {
      if (command === 'checkpoint') await this.checkpoint()
      else if (command === 'validate') this.validationAsked = true
      else if (command === 'stop') return this.end('stopped')
      else if (command === 'leave') return this.leave()
      else if (command === 'pause' && !(await this.clock.pausing(() => this.pause()))) return false
    }
    if (this.clock.due()) this.report()
    if (!this.validationAsked || this.validating) return true
    this.validationAsked = false
    for (const task of this.course.tasks) if ((await this.validate(task, 'val', 0)) === undefined) return false
    return true
  }

  private async pause(): Promise<boolean> {
    this.emit({ kind: 'state', state: 'paused', reason: `paused in iteration ${this.state.round}` })
    for (;;) {
      const command = await this.control.wait()
      if (command === 'resume') {
        this.emit({ kind: 'state', state: 'running', reason: 'resumed' })
        return true
      }
      if (command === 'stop') return this.end('stopped')
      if (command === 'checkpoint') await this.checkpoint()
      if (command === 'leave') {
        await this.checkpoint()
        return this.end('paused')
      }
    }
  }

  /** Says so first, then saves: whoever waits for the pause need not wait for the disk. */
  private async leave(): Promise<boolean> {
    this.emit({ kind: 'state', state: 'paused', reason: `paused in iteration ${this.state.round}; the process ends after its checkpoint` })
    await this.checkpoint()
    return this.end('paused')
  }

  private end(ending: RunEnd): false {
    this.ending = ending
    return false
  }

  /** A full disk is a note, not a failure: older checkpoints are safe and training goes on. */
  private async checkpoint(): Promise<void> {
    // What was trained so far is told before the checkpoint, so that a resume neither loses nor repeats it.
    this.report()
    await this.clock.saving(() => this.save())
  }

  private async save(): Promise<void> {
    const { run, state, config, engine } = this
    const iteration = state.round
    run.sync()
    await this.kept.withOwn(() => this.saver.save(engine, { iteration, sequence: run.sequence(), loop: state, config }, (result) => this.saved(result, iteration)))
  }

  /** Told when a checkpoint is whole on the disk, or when the disk is full; training has gone on meanwhile. */
  private saved(result: SaveResult, iteration: number): void {
    const { run } = this
    if (result.saved) {
      const { folder, sizeBytes, milliseconds, heldUpMs } = result
      run.emit({ kind: 'checkpoint', folder, sizeBytes, milliseconds, heldUpMs }, iteration)
    } else {
      const megabytes = (result.neededBytes / 1e6).toFixed(0)
      this.emit({ kind: 'note', text: `The disk is full: the checkpoint of iteration ${iteration} was not written. It needs ${megabytes} MB in ${run.folder}; older checkpoints are safe. Training goes on; free space before the next one.` })
    }
  }

  private report(): void {
    const { rss: resident, heapUsed: heap, external: arrays } = process.memoryUsage()
    this.emit({ ...this.clock.take(), memory: { resident, heap, arrays, tensors: this.engine.tensors } })
  }

  /** Validations belong to the round they end: `roundsAhead` 1. */
  private emit(event: NewRunEvent, roundsAhead = 0): void {
    this.run.emit(event, this.state.round + roundsAhead)
  }
}
