// The text forms of a table, to the letter.

import { expect, it } from 'vitest'
import type { StudyCell, StudyTable } from '../../src/contract/study-table'
import { differenceText, figureText, latexText, tableAs } from '../../src/contract/study-export'

function cell(mean: number | null, more: Partial<StudyCell> = {}): StudyCell {
  return { mean, sd: 0.5, n: 2, difference: 0, p: 1, pHolm: 1, test: 'seeds', pSeeds: 1, interval: [1, 2], values: [], runs: [], open: [], baselineRuns: [], best: false, ...more }
}

const table: StudyTable = {
  study: 'ablations', table: 'scores', title: 'Ablations & more', preset: 'tiny', seeds: [1, 2], baseline: 'at', columns: ['vqa', 'parameters'],
  columnInfo: [
    { id: 'vqa', label: 'VQA', unit: 'percent', better: 'higher', group: 'questions', measure: { kind: 'score', task: 'vqa', split: 'test' } },
    { id: 'parameters', label: 'Parameters', unit: 'count', better: 'lower', measure: { kind: 'parameters' } }
  ],
  rows: [
    { setting: 'at', label: 'All-tasks → one', note: '', cells: { vqa: cell(70, { sd: 1.25 }), parameters: cell(1_530_000, { sd: 0, difference: null, p: null }) } },
    { setting: 'token-none', label: 'No "token", none', note: '', cells: { vqa: cell(72.36, { difference: 2.36, p: 0.01, pHolm: 0.02, best: true }) } },
    { setting: 'vanilla', label: 'Vanilla', note: '', cells: { vqa: cell(null, { sd: null, n: 0, difference: null, p: null, interval: null }) } }
  ],
  references: [{ setting: 'at', label: 'All-tasks', source: '12-in-1', cells: { vqa: { value: 72.57, mark: 'recalled' } } }],
  baselineLabel: 'Single-task', notes: [], test: 'Paired.', tables: [], view: 'table'
}

it('writes LaTeX for booktabs: best in bold, stars for p < 0.05, a dagger for recalled figures', () => {
  expect(tableAs('latex', table)).toBe(String.raw`% needs \usepackage{booktabs}
\begin{table}
  \centering
  \caption{Ablations \& more. Mean and standard deviation over seeds 1, 2. Differences are to 'at'; * p < 0.05, ** also after Holm's correction for all differences of the table. Paired. $\dagger$ published figure recalled from memory, not checked against the paper.}
  \label{tab:ablations-scores}
  \begin{tabular}{lrr}
    \toprule
     & VQA & Parameters \\
    \midrule
    All-tasks $\to$ one & 70.0 {\scriptsize $\pm$ 1.3} & 1.5M \\
    No "token", none & \textbf{72.4}$^{**}$ {\scriptsize $\pm$ 0.5} & -- \\
    Vanilla &  & -- \\
    \midrule
    \textit{All-tasks} & 72.57$\dagger$ & - \\
    \bottomrule
  \end{tabular}
\end{table}
`)
})

it('writes Markdown with differences', () => {
  expect(tableAs('markdown', table)).toBe(`Ablations & more. Seeds 1, 2.

|  | VQA | Parameters |
| --- | ---: | ---: |
| All-tasks → one | 70.0 ± 1.3 | 1.5M |
| No "token", none | **72.4 ± 0.5** (+2.4**) | - |
| Vanilla | – | - |
| *All-tasks, 12-in-1* | 72.57† | - |

Differences are to 'at'; * p < 0.05, ** also after Holm's correction for all differences of the table. Paired. † published figure recalled from memory, not checked against the paper.
`)
})

it('writes one CSV line a cell, quoted where needed, published figures with their mark', () => {
  expect(tableAs('csv', table).split('\n')).toEqual([
    'setting,label,column,unit,mean,sd,n,difference,p,p_holm,test,p_seeds,low,high,source,mark',
    'at,All-tasks → one,vqa,percent,70,1.25,2,0,1,1,seeds,1,1,2,,',
    'at,All-tasks → one,parameters,count,1530000,0,2,,,1,seeds,1,1,2,,',
    'token-none,"No ""token"", none",vqa,percent,72.36,0.5,2,2.36,0.01,0.02,seeds,1,1,2,,',
    'vanilla,Vanilla,vqa,percent,,,0,,,1,seeds,1,,,,',
    'at,All-tasks,vqa,percent,72.57,,,,,,,,,,12-in-1,recalled',
    ''
  ])
})

it('writes JSON as it is', () => {
  expect(JSON.parse(tableAs('json', table))).toEqual(table)
})

it('gives two stars to what stays significant after correction, one to what does not, none to no difference', () => {
  const starred = (more: Partial<StudyCell>): string => differenceText(cell(70, { difference: 1.5, p: 0.01, pHolm: 0.04, ...more }), 'percent')
  expect([starred({}), starred({ pHolm: 0.06 }), starred({ pHolm: null }), starred({ p: 0.05, pHolm: 0.05 }), starred({ difference: 0 })]).toEqual(['+1.5**', '+1.5*', '+1.5*', '+1.5', '±0.0'])
})

it('escapes what LaTeX would read', () => {
  expect(latexText('50 % of a_b & $x^2 {y} #1 ~\\')).toBe('50 \\% of a\\_b \\& \\$x\\textasciicircum{}2 \\{y\\} \\#1 \\textasciitilde{}\\textbackslash{}')
  expect([figureText(268_028_859, 'count'), figureText(3, 'count'), figureText(12.5, 'iterations')]).toEqual(['268.0M', '3', '13'])
})
