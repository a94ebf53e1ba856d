// A table as a picture: everything lies inside it and beside each other, and says what the table says.

import { describe, expect, it } from 'vitest'
import type { StudyColumn } from '../../src/contract/study-columns'
import type { StudyCell, StudyRow, StudyTable } from '../../src/contract/study-table'
import { tableSvg } from '../../src/renderer/src/studies/table-svg'

const column = (id: string): StudyColumn => ({ id, label: id.toUpperCase(), unit: 'percent', better: 'higher', measure: { kind: 'score', task: 'vqa', split: 'test' } })

const cell = (mean: number | null, changes: Partial<StudyCell> = {}): StudyCell => ({
  mean, sd: mean === null ? null : 0.5, n: 3, difference: null, p: null, test: null, pHolm: null, pSeeds: null, interval: null, values: [], runs: [], open: [], baselineRuns: [], best: false, ...changes
})

const row = (setting: string, label: string, cells: StudyRow['cells']): StudyRow => ({ setting, label, note: '', cells })

const table = (changes: Partial<StudyTable> = {}): StudyTable => ({
  study: 'multitask', table: 'scores', title: 'Scores', preset: 'mini', seeds: [1, 2, 3], baseline: 'st', baselineLabel: 'Single-task',
  columns: ['a', 'b'], columnInfo: [column('a'), column('b')],
  rows: [
    row('st', 'Single-task', { a: cell(50), b: cell(60) }),
    row('at', 'All-tasks', { a: cell(55, { difference: 5, p: 0.001, pHolm: 0.004, best: true }), b: cell(60.2, { difference: 0.2, p: 0.7, pHolm: 0.7 }) })
  ],
  references: [], notes: [], test: '', tables: [], view: 'table', ...changes
})

interface Words { readonly x: number; readonly y: number; readonly size: number; readonly anchor: string; readonly weight: string; readonly words: string }

function drawn(of: StudyTable, mode: 'score' | 'difference' = 'score') {
  const picture = tableSvg(of, mode, (token) => token)
  const texts = [...picture.svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="(\d+)" font-weight="(\d+)" fill="[^"]*" text-anchor="(\w+)">([^<]*)<\/text>/g)]
    .map(([, x, y, size, weight = '', anchor = '', words = '']): Words => ({ x: Number(x), y: Number(y), size: Number(size), anchor, weight, words }))
  const fills = [...picture.svg.matchAll(/<rect x=[^>]*fill="([^"]*)"/g)].map(([, fill]) => fill)
  return { ...picture, texts, fills, find: (words: string): Words | undefined => texts.find((text) => text.words === words) }
}

/** Letters of the interface's font are hardly ever narrower in the mean. */
const NARROW = 0.48

const leftOf = ({ x, size, anchor, words }: Words): number => (anchor === 'middle' ? x - (words.length * size * NARROW) / 2 : x)
const rightOf = ({ x, size, anchor, words }: Words): number => x + (words.length * size * NARROW) / (anchor === 'middle' ? 2 : 1)

describe('a table as a picture', () => {
  it('says every figure with its spread, and stars and colour only where it differs from the baseline', () => {
    const { texts, fills } = drawn(table())
    expect(texts.map(({ words }) => words)).toEqual(expect.arrayContaining(['Scores', 'A', 'B', 'Single-task', 'All-tasks', '50.0', '± 0.5', '55.0**', '60.2', 'preset mini, seeds 1, 2, 3']))
    expect(fills).toEqual(['--diff-p4'])
  })

  it('says differences with their p where those are asked for', () => {
    const { texts } = drawn(table(), 'difference')
    expect(texts.map(({ words }) => words)).toEqual(expect.arrayContaining(['50.0', '+5.0**', '0.001', '+0.2', '0.700']))
  })

  it('prints the best of a column and the baseline’s name in bold', () => {
    const { find } = drawn(table())
    expect(Number(find('55.0**')?.weight)).toBeGreaterThan(Number(find('60.2')?.weight))
    expect(Number(find('Single-task')?.weight)).toBeGreaterThan(Number(find('All-tasks')?.weight))
  })

  it('marks what is not measured yet', () => {
    expect(drawn(table({ rows: [row('st', 'Single-task', { a: cell(null), b: cell(60) })] })).find('–')).toBeDefined()
  })

  it('keeps title, names and notes inside the picture, and a long name out of the first column', () => {
    const long = 'All-tasks → single-task, full training sets, not cleaned'
    const { texts, width, height, find } = drawn(table({ columns: ['a'], columnInfo: [column('a')], title: 'Points that the last doubling of the iterations still gained on validation, first seed', rows: [row('at', long, { a: cell(50) })] }))
    for (const text of texts) {
      expect(rightOf(text)).toBeLessThanOrEqual(width)
      expect(text.y).toBeLessThan(height)
    }
    const [name, figure] = [find(long), find('50.0')]
    expect(name && figure && rightOf(name) < leftOf(figure)).toBe(true)
  })

  it('writes signs that mean something in XML as what they are', () => {
    expect(drawn(table({ title: 'a < b & "c"' })).texts[0]?.words).toBe('a &lt; b &amp; &quot;c&quot;')
  })
})
