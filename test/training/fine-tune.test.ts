// AT→ST (spec 4.6): one task from a run of several, with Stop-and-Go as early stopping; each run in its own process.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILD_MS, buildCli, freshFolder, runCli } from '../cli/run-cli'
import { eventsOf } from './interrupted-run'
import { tinyWorld } from './tiny-world'

let data = ''
let folder = ''

function train(name: string, ...settings: string[]): string {
  const run = join(folder, name)
  const { status, stderr } = runCli(['train', '--preset', 'tiny', '--run', run, '--set', `data=${data}`, ...settings])
  if (status !== 0) throw new Error(stderr)
  return run
}

const configOf = (run: string): Record<string, unknown> => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as Record<string, unknown>
const started = (run: string): string => eventsOf(run).flatMap((event) => (event.kind === 'state' && event.state === 'running' ? [event.reason ?? ''] : []))[0] ?? ''

beforeAll(async () => {
  buildCli()
  data = await tinyWorld()
  folder = freshFolder()
  train('all', 'tasks=vqa,vgqa,snli-ve', 'iterations=2', 'validateEvery=2')
}, BUILD_MS + 300_000)

describe('fine-tuning one task from a run of several', () => {
  it('loads trunk and head whole: the answer head keeps the answers of the run it comes from', () => {
    const run = train('one', 'tasks=vqa', `start=${join(folder, 'all')}`, 'iterations=1', 'validateEvery=1')
    expect(configOf(run)['answersOf']).toEqual(['vqa', 'vgqa'])
    expect(started(run)).toMatch(/starts from .*arrays loaded/)
    expect(started(run)).not.toContain('another shape')
    // The other task's data are opened for their answers alone.
    expect(eventsOf(run).filter((event) => event.kind === 'step' && event.task !== 'vqa')).toEqual([])
    const { status, stdout } = runCli(['evaluate', '--run', run, '--task', 'vqa', '--json'])
    expect(status).toBe(0)
    expect((JSON.parse(stdout) as { metrics: { score: number } }).metrics.score).toBeGreaterThanOrEqual(0)
  })

  it('ends when the task has converged, after its test', () => {
    // Nothing is learned at a rate of 0: the second and third check are no gain.
    const run = train('early', 'tasks=snli-ve', `start=${join(folder, 'all')}`, 'iterations=30', 'validateEvery=2', 'earlyStopping=true', 'keepBest=true', 'learningRate=0', 'headLearningRate=0')
    const events = eventsOf(run)
    const end = events[events.length - 1]
    expect(end).toMatchObject({ kind: 'state', state: 'done', iteration: 6 })
    expect(end?.kind === 'state' && end.reason).toMatch(/all tasks have stopped after 6 of 30 iterations.*kept are the weights of iteration 2/)
    expect(events.filter((event) => event.kind === 'checkpoint').map(({ iteration }) => iteration)).toContain(6)
    expect(events.filter((event) => event.kind === 'validation' && event.split === 'test')).toHaveLength(1)
    expect(configOf(run)['answersOf']).toBe('own')
    const { stdout } = runCli(['evaluate', '--run', run, '--task', 'snli-ve', '--split', 'test', '--json'])
    const test = events.flatMap((event) => (event.kind === 'validation' && event.split === 'test' ? [event.metrics['score']] : []))[0]
    expect((JSON.parse(stdout) as { metrics: { score: number } }).metrics.score).toBe(test)
  })

  it('goes on without the run it came from', () => {
    rmSync(join(folder, 'all'), { recursive: true })
    const { status, stderr } = runCli(['train', '--run', join(folder, 'one'), '--resume', '--set', 'iterations=2'])
    expect([status, stderr]).toEqual([0, ''])
  })
}, 300_000)
