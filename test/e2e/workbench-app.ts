// Starts the real, built app on a workspace of its own and reads its window the way a person or a screen reader does.

import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ElectronApplication, type Page, _electron, expect } from '@playwright/test'
import { parseEventLines } from '../../src/contract/run-format'
import type { RunEvent } from '../../src/contract/run-events'
import { TASKS } from '../../src/contract/task-catalog'

const PROJECT = resolve(__dirname, '..', '..')

export const TASK_LABELS = TASKS.map((task) => task.label)

export interface App {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly workspace: string
}

export function newWorkspace(): string {
  return mkdtempSync(join(tmpdir(), 'twelve-e2e-'))
}

/** Opens the app; settings and window place live beside the workspace, so that tests never touch the user's. */
export async function openApp(workspace: string, environment: Record<string, string> = {}): Promise<App> {
  const setup = JSON.parse(readFileSync(join(PROJECT, 'node_modules', '.twelve-in-one', 'setup.json'), 'utf8')) as { electron: { path: string } }
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const electron = await _electron.launch({
    executablePath: setup.electron.path,
    args: [...sandbox, PROJECT, '--workspace', workspace, `--user-data-dir=${join(workspace, '.electron')}`],
    env: { ...process.env, XDG_CONFIG_HOME: join(workspace, '.config'), TWELVE_IN_ONE_DEMO: 'tiny iterations=4000 checkpointEvery=10 validateEvery=20', ...environment } as Record<string, string>
  })
  const page = await electron.firstWindow()
  await page.waitForLoadState('domcontentloaded')
  return { electron, page, workspace }
}

/** Ends the app without its question: what a crash or a logout does. Training processes are left alone. */
export async function killApp(app: App): Promise<void> {
  const gone = new Promise((done) => app.electron.process().once('exit', done))
  app.electron.process().kill('SIGKILL')
  await gone
}

export function runFolders(workspace: string): string[] {
  const runs = join(workspace, 'runs')
  return existsSync(runs) ? readdirSync(runs).map((name) => join(runs, name)) : []
}

export function eventsOf(folder: string): RunEvent[] {
  const path = join(folder, 'events.jsonl')
  return existsSync(path) ? parseEventLines(readFileSync(path, 'utf8')).events : []
}

export function processIdOf(folder: string): number {
  return (JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as { processId: number }).processId
}

/** The iteration as the window says it. */
export async function iterationOnScreen(page: Page): Promise<number> {
  const text = await page.getByRole('status', { name: 'Iteration' }).first().innerText()
  return Number(/[\d,]+/.exec(text)?.[0].replace(/,/g, '') ?? Number.NaN)
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

export async function waitForIteration(page: Page, least: number, timeout = 120_000): Promise<void> {
  await expect.poll(() => iterationOnScreen(page), { timeout }).toBeGreaterThanOrEqual(least)
}

/** No step of any task twice, none left out: each iteration has at most one step a task, sequences without gaps. */
export function expectCleanCurve(events: readonly RunEvent[]): void {
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1))
  const steps = events.flatMap((event) => (event.kind === 'step' ? [`${event.task} ${event.iteration}`] : []))
  expect(new Set(steps).size).toBe(steps.length)
}
