// A study from the window: what it costs, starting it, its table, taking the table out; the samples that flipped.

import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { FlippedSamples } from '../../src/contract/run-difference'
import type { StudyTable } from '../../src/contract/study-table'
import { Digests } from '../../src/study/run-digest'
import { prepareRunFolder } from '../../src/study/start-run'
import { runFolder, studyPlaces } from '../../src/study/study-places'
import { finishRun, savedStudy } from '../study/study-fixtures'
import { type App, button, killApp, newWorkspace, openApp } from './workbench-app'

test.describe.configure({ mode: 'serial' })

const workspace = newWorkspace()
let app: App

test.beforeAll(async () => { app = await openApp(workspace) })
test.afterAll(async () => { await killApp(app) })

test('a study says what it costs before it starts', async () => {
  const { page } = app
  await page.getByRole('navigation', { name: 'Views' }).getByText('Studies').click()
  await page.getByRole('region', { name: 'Study list' }).getByText('Overlap and cleaning').click()
  await page.getByLabel('Preset').selectOption('tiny')
  await expect(page.getByText('Training steps')).toBeVisible()
  await expect(page.getByRole('article', { name: 'New study' }).locator('dd').first()).toHaveText('1', { timeout: 20_000 })
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(['scrollable-region-focusable']).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
})

test('it runs to its table, which is the command line’s', async () => {
  const { page } = app
  await button(page, 'Start the study').click()
  const table = page.getByRole('region', { name: /, table$/ })
  await expect(table).toBeVisible({ timeout: 60_000 })
  await expect(page.locator('header').getByText('Done')).toBeVisible({ timeout: 90_000 })
  const cli = resolve(__dirname, '..', '..', 'out', 'cli', 'main.cjs')
  const printed = JSON.parse(execFileSync('node', [cli, 'study', 'table', 'overlap', '--format', 'json', '--out', workspace], { encoding: 'utf8' })) as StudyTable
  for (const row of printed.rows) {
    for (const column of printed.columns) {
      const mean = row.cells[column]?.mean
      if (mean === null || mean === undefined) continue
      const label = printed.columnInfo.find(({ id }) => id === column)?.label ?? ''
      const cell = table.locator('button.cell').filter({ hasText: mean.toFixed(1) }).and(page.locator(`[title^="${row.label}, ${label} ·"]`))
      await expect(cell).toHaveCount(1)
    }
  }
  await page.screenshot({ path: 'test-results/study.png' })
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(['scrollable-region-focusable']).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
})

test('Ctrl E copies it as LaTeX', async () => {
  const { page } = app
  await page.keyboard.press('Control+e')
  await expect(page.getByText('The table as LaTeX is in the clipboard')).toBeVisible()
  const text = await app.electron.evaluate(({ clipboard }) => clipboard.readText())
  expect(text).toContain('\\begin{tabular}')
  expect(text).toContain('\\label{tab:overlap-')
})

test.describe('the samples that flipped', () => {
  const places = studyPlaces(newWorkspace())
  const { plan } = savedStudy(places, 'ablations', { set: { tasks: ['vqa'] }, rows: ['at', 'token-none'], seeds: [1, 2] })
  const ids = (setting: string): string[] => plan.cells.filter((cell) => cell.setting === setting).flatMap(({ run }) => run ?? [])
  const [base = '', changed = ''] = [ids('at')[0], ids('token-none')[0]]
  let window: App

  test.beforeAll(async () => {
    for (const run of plan.runs) {
      prepareRunFolder(places, run, new Digests(places))
      finishRun(places, run.id, { vqa: { test: ids('at').includes(run.id) ? [1, 0, 0, 0.3, 0] : [0, 1, 0, 0.9, 1] } })
    }
    window = await openApp(places.root)
  })
  test.afterAll(async () => { await killApp(window) })

  test('open from a cell, both ways, as the command line lists them', async () => {
    const { page } = window
    const cli = resolve(__dirname, '..', '..', 'out', 'cli', 'main.cjs')
    const printed = JSON.parse(execFileSync('node', [cli, 'runs', 'diff', runFolder(places, base), runFolder(places, changed), '--task', 'vqa', '--json'], { encoding: 'utf8' })) as { flipped: FlippedSamples }
    expect([printed.flipped.gained.length, printed.flipped.lost.length]).toEqual([3, 1])

    await page.getByRole('navigation', { name: 'Views' }).getByText('Studies').click()
    await page.getByRole('region', { name: 'Study list' }).getByText('Task token and schedule').click()
    await page.locator('button.cell[title^="Without task token, VQA ·"]').click()
    await button(page, 'Flipped samples…').click()
    const dialog = page.getByRole('dialog', { name: 'Flipped samples' })
    const listed = async (): Promise<string[]> => dialog.getByRole('option').locator('span:first-child').allInnerTexts()
    await expect(dialog.getByText('4 of 5 test examples differ')).toBeVisible()
    expect(await listed()).toEqual(printed.flipped.gained.map(({ text }) => text))
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('dialog').disableRules(['scrollable-region-focusable']).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])

    await page.keyboard.press('ArrowDown')
    const second = printed.flipped.gained[1]
    await expect(dialog.getByRole('article', { name: `Example ${second?.id}` })).toContainText(second?.expected ?? '')
    await expect(dialog.getByRole('listbox').getByRole('option', { selected: true })).toBeFocused()
    await page.screenshot({ path: 'test-results/flipped.png' })
    await page.keyboard.press('ArrowRight')
    await expect(dialog.getByText('1 of 1')).toBeVisible()
    expect(await listed()).toEqual(printed.flipped.lost.map(({ text }) => text))

    await dialog.getByLabel('Seed').selectOption('seed 2')
    await expect(dialog.getByText('4 of 5 test examples differ')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
    await expect(button(page, 'Flipped samples…')).toBeFocused()
  })

  test('open from two runs ticked in Runs, with a reason while fewer are', async () => {
    const { page } = window
    await page.getByRole('navigation', { name: 'Views' }).getByText('Runs').click()
    const compare = button(page, 'Compare two…')
    await expect(compare).toBeDisabled()
    await expect(compare).toHaveAttribute('title', 'Tick two runs')
    const names = [base, changed].map((id) => plan.runs.find((run) => run.id === id)?.config.name ?? '')
    for (const name of names) await page.getByLabel(`Compare ${name}`, { exact: true }).check()
    await compare.click()
    const dialog = page.getByRole('dialog', { name: 'Flipped samples' })
    await expect(dialog.getByText('4 of 5 test examples differ')).toBeVisible()
    for (const name of names) await expect(dialog).toContainText(name)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  })
})
