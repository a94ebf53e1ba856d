// The story, played on the real app: first start, demo, pause, resume, stop, kill, quit and reopen.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Page, expect, test } from '@playwright/test'
import type { RunConfig } from '../../src/contract/run-config'
import {
  type App, TASK_LABELS, button, eventsOf, expectCleanCurve, iterationOnScreen, killApp, newWorkspace, openApp, processIdOf,
  runFolders, waitForIteration
} from './workbench-app'

test.describe.configure({ mode: 'serial' })

let app: App
const workspace = newWorkspace()
const folder = (): string => runFolders(workspace)[0] as string

test.beforeAll(async () => {
  app = await openApp(workspace)
})

test.afterAll(async () => {
  const live = runFolders(workspace).filter((run) => eventsOf(run).length > 0)
  for (const run of live) {
    try {
      process.kill(processIdOf(run), 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
  await killApp(app)
})

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(['scrollable-region-focusable']).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
}

test('the first start is a welcome with one main button', async () => {
  await expect(button(app.page, 'Train the demo').first()).toBeVisible()
  await app.page.screenshot({ path: 'test-results/welcome.png' })
  await expectAccessible(app.page)
})

test('Train the demo brings points to all twelve cards within a minute', async () => {
  const start = Date.now()
  await button(app.page, 'Train the demo').first().click()
  for (const label of TASK_LABELS) {
    await expect(app.page.getByRole('region', { name: label, exact: true })).toBeVisible({ timeout: 60_000 })
  }
  await waitForIteration(app.page, 2, 60_000)
  expect(Date.now() - start).toBeLessThan(60_000)
  const tasks = new Set(eventsOf(folder()).flatMap((event) => (event.kind === 'step' ? [event.task] : [])))
  expect(tasks.size).toBe(12)
})

test('Pause stops between two steps and the screen agrees with the events', async () => {
  await button(app.page, 'Pause').click()
  await expect(button(app.page, 'Resume')).toBeVisible({ timeout: 20_000 })
  const events = eventsOf(folder())
  // A checkpoint that was being written says so when it is whole, which may be after the pause.
  const states = events.flatMap((event) => (event.kind === 'state' ? [event] : []))
  const last = states[states.length - 1]
  expect(last?.state).toBe('paused')
  expect(events.filter((event) => event.kind === 'step' && event.sequence > (last?.sequence ?? 0))).toEqual([])
  expect(await iterationOnScreen(app.page)).toBe(last?.iteration)
  // A file's time comes from a clock that ticks every few milliseconds and may lie that much too early.
  const commanded = statSync(join(folder(), 'control.json')).mtimeMs + 10
  const later = events.filter((event) => event.kind === 'step' && event.time > commanded)
  expect(later.length, 'steps that ended after the command: at most the one under way').toBeLessThanOrEqual(1)
  await app.page.waitForTimeout(1000)
  expect(eventsOf(folder()).filter((event) => event.kind === 'step').length).toBe(events.filter((event) => event.kind === 'step').length)
  await app.page.screenshot({ path: 'test-results/paused.png' })
  await expectAccessible(app.page)
})

test('Space resumes and pauses', async () => {
  const before = await iterationOnScreen(app.page)
  await app.page.locator('body').press('Space')
  await expect(button(app.page, 'Pause')).toBeVisible({ timeout: 20_000 })
  await waitForIteration(app.page, before + 2)
})

test('the new-run form says what a run will need: memory, and time from the steps of this run', async () => {
  await app.page.keyboard.press('Control+n')
  const forecast = app.page.getByRole('region', { name: 'Forecast' })
  await expect(forecast).toContainText(/Memory\s*[\d.]+ [MG]B of [\d.]+ GB/)
  await app.page.getByText('Tiny, for tests').click()
  await expect(forecast).toContainText(/Time\s*≈ \d+/, { timeout: 10_000 })
  await app.page.getByText('Paper, 270 M parameters').click()
  await expect(forecast).toContainText(/not measured yet/, { timeout: 10_000 })
  await app.page.keyboard.press('Escape')
  await expect(forecast).toBeHidden()
})

test('card scores are the validation scores of the events', async () => {
  await expect.poll(() => eventsOf(folder()).filter((event) => event.kind === 'validation').length, { timeout: 120_000 }).toBeGreaterThanOrEqual(12)
  await button(app.page, 'Pause').click()
  await expect(button(app.page, 'Resume')).toBeVisible({ timeout: 60_000 })
  const events = eventsOf(folder())
  for (const [id, label] of [['refcoco', 'RefCOCO'], ['nlvr2', 'NLVR2'], ['vqa', 'VQAv2']] as const) {
    const checks = events.flatMap((event) => (event.kind === 'validation' && event.task === id && event.split === 'val' ? [event.metrics['score'] ?? Number.NaN] : []))
    const score = checks[checks.length - 1] as number
    await expect(app.page.getByRole('region', { name: label, exact: true })).toContainText((score * 100).toFixed(1))
  }
  await button(app.page, 'Resume').click()
  await expect(button(app.page, 'Pause')).toBeVisible({ timeout: 20_000 })
})

test('a killed worker is shown as interrupted within two seconds, and Resume leaves one clean curve', async () => {
  await expect.poll(() => eventsOf(folder()).some((event) => event.kind === 'checkpoint'), { timeout: 120_000 }).toBe(true)
  process.kill(processIdOf(folder()), 'SIGKILL')
  await expect(app.page.getByText('Interrupted').first()).toBeVisible({ timeout: 2000 })
  await app.page.screenshot({ path: 'test-results/interrupted.png' })
  const before = Math.max(...eventsOf(folder()).map((event) => event.iteration))
  await button(app.page, 'Resume').click()
  await expect(button(app.page, 'Pause')).toBeVisible({ timeout: 60_000 })
  await waitForIteration(app.page, before + 2)
  expectCleanCurve(eventsOf(folder()))
})

test('sample predictions show a picture, an answer and what is right', async () => {
  await app.page.getByRole('link', { name: 'Samples' }).or(button(app.page, 'Samples')).first().click()
  const picture = app.page.locator('img').first()
  await expect(picture).toBeVisible({ timeout: 30_000 })
  expect(await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true)
  await app.page.screenshot({ path: 'test-results/samples.png' })
  await expectAccessible(app.page)
  await app.page.getByRole('link', { name: 'Live' }).or(button(app.page, 'Live')).first().click()
})

test('training goes on while the app is closed, and reopening finds it as it is', async () => {
  const before = Math.max(...eventsOf(folder()).map((event) => event.iteration))
  await killApp(app)
  await expect.poll(() => Math.max(...eventsOf(folder()).map((event) => event.iteration)), { timeout: 60_000 }).toBeGreaterThan(before)
  app = await openApp(workspace)
  await app.page.getByText('demo').first().click()
  await expect(button(app.page, 'Pause')).toBeVisible({ timeout: 20_000 })
  expect(await iterationOnScreen(app.page)).toBeGreaterThan(before)
})

test('closing with a live run asks; pause and quit leaves a run that resumes', async () => {
  const closed = app.electron.waitForEvent('close', { timeout: 60_000 })
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await app.page.getByRole('button', { name: 'Pause and quit' }).click()
  await closed
  const events = eventsOf(folder())
  const lastState = [...events].reverse().find((event) => event.kind === 'state')
  expect(lastState?.kind === 'state' && lastState.state).toBe('paused')
  app = await openApp(workspace)
  await app.page.getByText('demo').first().click()
  await expect(button(app.page, 'Resume')).toBeVisible({ timeout: 20_000 })
  await button(app.page, 'Resume').click()
  await waitForIteration(app.page, (events[events.length - 1]?.iteration ?? 0) + 2)
  expectCleanCurve(eventsOf(folder()))
})

test('Stop ends the run with a checkpoint', async () => {
  await button(app.page, 'Stop').click()
  const confirm = app.page.getByRole('dialog').getByRole('button', { name: /^Stop/ })
  await confirm.click({ timeout: 2000 }).catch(() => undefined)
  await expect(button(app.page, 'Resume').or(button(app.page, 'Start'))).toBeVisible({ timeout: 60_000 })
  const kinds = eventsOf(folder()).slice(-3).map((event) => (event.kind === 'state' ? event.state : event.kind))
  expect(kinds).toContain('stopped')
  expect(kinds).toContain('checkpoint')
})

for (const [width, height] of [[1440, 900], [1024, 700]] as const) {
  test(`nothing runs out of a window of ${width}×${height}`, async () => {
    await app.electron.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size[0], size[1]), [width, height] as const)
    await app.page.waitForTimeout(500)
    const overflow = await app.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    await app.page.screenshot({ path: `test-results/live-${width}.png` })
  })
}

test('Fork makes a run with other settings from a checkpoint, and By origin shows where it comes from', async () => {
  const { page } = app
  const parent = folder()
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900))
  await page.getByRole('tab', { name: /^run$/i }).click()
  const first = page.getByRole('button', { name: /^Fork from iteration/ }).first()
  const iteration = Number(/(\d+)$/.exec((await first.getAttribute('aria-label')) ?? '')?.[1])
  await first.click()
  const dialog = page.getByRole('dialog', { name: `Fork of demo at iteration ${iteration}` })
  await dialog.getByLabel('Iterations', { exact: true }).fill('3')
  await dialog.getByRole('button', { name: 'Retrieval', exact: true }).click()
  await dialog.getByRole('button', { name: /^Create and start/ }).click()

  await expect(page.getByText('Done').first()).toBeVisible({ timeout: 120_000 })
  const forked = runFolders(workspace).find((run) => run !== parent) ?? ''
  const config = JSON.parse(readFileSync(join(forked, 'config.json'), 'utf8')) as RunConfig
  expect(config.start).toBe(join(parent, 'checkpoints', `step-${iteration}`))
  expect(config.tasks).toHaveLength(10)
  expect(eventsOf(forked).filter((event) => event.kind === 'step')).toHaveLength(30)

  await page.getByRole('navigation', { name: 'Views' }).getByText('Runs').click()
  await button(page, 'By origin').click()
  const row = page.getByRole('row').filter({ hasText: `demo at ${iteration}` })
  await expect(row).toContainText('without coco, flickr30k')
  await expect(row).toContainText('iterations 3')
  await page.screenshot({ path: 'test-results/by-origin.png' })
})
