// A run that starts from another one takes over which tasks' answers made that one's answer heads: VQA alone counts other
// answers than VQA with Visual Genome QA, and a head of another width starts fresh, which can spoil a good trunk (spec 4.6).
// What is taken over is written into the run's configuration, so that resuming and evaluating do not need the other run.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RunConfig } from '../../contract/run-config'
import { RUN_FILES } from '../../contract/run-format'
import { type TaskId, taskById } from '../../contract/task-catalog'
import { roundOrder } from '../schedule/round-robin'
import { CHECKPOINT_FILES, openCheckpoint } from './checkpoint'
import { readRunConfig, writeJson } from './run-folder'
import { weightsFile } from './start-weights'

/** The tasks whose data a run opens: its own, and those that its answer heads were made from. */
export function openedTasks(config: Pick<RunConfig, 'tasks' | 'answersOf'>, more: readonly TaskId[] = []): TaskId[] {
  return roundOrder([...new Set([...config.tasks, ...(config.answersOf === 'own' ? [] : config.answersOf), ...more])])
}

/** The run's configuration with `answersOf` taken over from the run that it starts from, if it must be; then also on disk. */
export function inheritAnswers(folder: string, config: RunConfig): RunConfig {
  const answersOf = config.kind === 'train' && config.answersOf === 'own' ? answersOfStart(config) : 'own'
  if (answersOf === 'own') return config
  const inherited: RunConfig = { ...config, answersOf }
  writeJson(join(folder, RUN_FILES.config), inherited)
  return inherited
}

const hasAnswers = (task: TaskId): boolean => taskById(task).objective === 'answers'

function answersOfStart({ start, tasks }: RunConfig): readonly TaskId[] | 'own' {
  if (start === 'random' || start === 'pretrained') return 'own'
  const source = configOfStart(start)
  if (source?.kind !== 'train') return 'own'
  const heads = new Set(tasks.filter(hasAnswers).map((task) => taskById(task).head))
  const behind = openedTasks(source).filter((task) => hasAnswers(task) && heads.has(taskById(task).head))
  const own = roundOrder(tasks).filter(hasAnswers)
  return behind.length === 0 || behind.join() === own.join() ? 'own' : behind
}

/** The configuration of a run folder, or of the checkpoint that a weights file lies in; none of a missing or other file. */
function configOfStart(start: string): RunConfig | undefined {
  if (!existsSync(start)) return undefined
  if (existsSync(join(start, RUN_FILES.config))) return readRunConfig(start)
  const folder = dirname(weightsFile(start))
  return existsSync(join(folder, CHECKPOINT_FILES.state)) ? openCheckpoint(folder).state.config : undefined
}
