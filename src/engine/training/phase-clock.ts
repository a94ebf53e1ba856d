// A stop-watch for the loop: which phase of which task the time went into, and when it is time to report
// (contract/time-phases.ts). Measuring changes nothing but the clock. Read next: training-loop.ts.

import { performance } from 'node:perf_hooks'
import type { PhasesEvent, TaskPhase } from '../../contract/run-events'
import type { StepTimes } from '../execution/step-engine'
import type { CourseTask } from './course'

/** The first report comes after so long; later ones at growing distances, so that a run of weeks writes few. */
const FIRST_REPORT_MS = 5000
const GROWTH = 0.02

/** Stops the phases of one step, one after another. */
export interface StepLaps {
  /** The time since the last lap was this phase. */
  lap(phase: TaskPhase): void
  /** The time since the last lap was the engine's; what it did inside is told apart if it knows. */
  engine(times: StepTimes | undefined): void
}

export class PhaseClock {
  private readonly began = this.now()
  private reported = this.began
  /** Since the beginning; `told` is what reports have said of them. */
  private paused = 0
  private checkpoint = 0
  private told = { paused: 0, checkpoint: 0 }
  private tasks = new Map<CourseTask, Map<TaskPhase | 'steps', number>>()

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Begins a step of a task. */
  step(task: CourseTask): StepLaps {
    this.add(task, 'steps', 1)
    let last = this.now()
    const since = (): number => {
      const before = last
      last = this.now()
      return last - before
    }
    return {
      lap: (phase) => this.add(task, phase, since()),
      engine: (times) => {
        const whole = since()
        if (!times) return this.add(task, 'run', whole)
        this.add(task, 'run', times.run)
        this.add(task, 'read', times.read)
        this.add(task, 'upload', Math.max(0, whole - times.run - times.read))
      }
    }
  }

  /** Adds a piece of work to a task's phase; pauses and checkpoints inside it count as what they are. */
  async timed<T>(task: CourseTask, phase: TaskPhase, work: () => T | Promise<T>): Promise<T> {
    const before = this.now() - this.paused - this.checkpoint
    try {
      return await work()
    } finally {
      this.add(task, phase, this.now() - this.paused - this.checkpoint - before)
    }
  }

  async pausing<T>(work: () => Promise<T>): Promise<T> {
    const before = this.now() - this.checkpoint
    const result = await work()
    this.paused += this.now() - this.checkpoint - before
    return result
  }

  async saving<T>(work: () => Promise<T>): Promise<T> {
    const before = this.now()
    const result = await work()
    this.checkpoint += this.now() - before
    return result
  }

  /** Whether a report is due. */
  due(): boolean {
    const now = this.now()
    return now - this.reported >= Math.max(FIRST_REPORT_MS, GROWTH * (now - this.began))
  }

  /** The event for the time since the last one. */
  take(): Omit<PhasesEvent, 'sequence' | 'time' | 'iteration' | 'memory'> {
    const now = this.now()
    const tasks = Object.fromEntries([...this.tasks].map(([task, phases]) => [task, Object.fromEntries([...phases].map(([phase, value]) => [phase, rounded(value)]))]))
    const event = { kind: 'phases', milliseconds: rounded(now - this.reported), paused: rounded(this.paused - this.told.paused), checkpoint: rounded(this.checkpoint - this.told.checkpoint), tasks } as const
    this.reported = now
    this.told = { paused: this.paused, checkpoint: this.checkpoint }
    this.tasks = new Map()
    return event
  }

  private add(task: CourseTask, phase: TaskPhase | 'steps', amount: number): void {
    const phases = this.tasks.get(task) ?? new Map<TaskPhase | 'steps', number>()
    phases.set(phase, (phases.get(phase) ?? 0) + amount)
    this.tasks.set(task, phases)
  }
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10
