// A study from the window: what it costs, starting it, its table, taking the table out.

import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { StudyTable } from '../../src/contract/study-table'
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
