// `study …`: the paper's experiments as runs of a workspace: plan, carry out, look, tables. Read next: study-run-command.ts,
// src/study/run-study.ts, docs/studies.md.

import { existsSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { WorkbenchError } from '../contract/check'
import type { StudyCost, StudyName } from '../contract/study'
import { STARS_NOTE, TABLE_FORMATS, type TableFormat, cellText, differenceText, tableAs } from '../contract/study-export'
import type { StudyTable } from '../contract/study-table'
import { isTaskId } from '../contract/task-catalog'
import { STUDIES, studyName } from '../study/definitions/all-studies'
import { importFigures } from '../study/figures'
import { runsOfSetting, studyCost } from '../study/study-cost'
import { studyCurves } from '../study/study-curves'
import { studyPlaces } from '../study/study-places'
import { studyStatus } from '../study/study-status'
import { type OpenedStudy, openStudy } from '../study/study-store'
import { studyTable } from '../study/study-table-of'
import { withExample } from './example'
import { type StudyChoice, chooseStudy, outOption, studyOptions } from './study-choice'
import { costText, durationText } from './study-cost-text'
import { addStudyConflictsCommand } from './study-conflicts-command'
import { addStudyRunCommands } from './study-run-command'
import { printResult, table } from './terminal'

interface TableOptions {
  readonly out: string
  readonly table?: string
  readonly format?: TableFormat
  readonly json?: boolean
}

export function addStudyCommands(program: Command): void {
  const study = program.command('study').description('the paper’s seven experiments: plan, run, tables')
  withExample(study, 'study list', 'study plan multitask --preset mini --seeds 1,2,3', 'study run multitask --preset mini --seeds 1,2,3', 'study table multitask --format latex')

  withExample(study.command('list').description('the seven studies').option('--json', 'print JSON').action(list), 'study list --json')
  withExample(studyOptions(study.command('plan <name>').description('the runs a study needs and what they cost; starts nothing')).option('--json', 'print JSON').action(plan),
    'study plan transfer --preset mini --seeds 1,2,3')
  addStudyRunCommands(study)
  addStudyConflictsCommand(study)
  withExample(outOption(study.command('status <name>').description('where a study stands, run by run')).option('--json', 'print JSON').action(status), 'study status multitask')
  withExample(tableOptions(study.command('table <name>').description('a study’s table')).action((name: string, options: TableOptions) => printTable(name, options)),
    'study table multitask --format latex', 'study table dynamics --table stops --format markdown')
  withExample(tableOptions(study.command('export <name>').description('write a study’s table to a file')).requiredOption('--to <file>', 'the file').action(exportTable),
    'study export multitask --format latex --to table-2.tex')
  withExample(outOption(study.command('curves <name>').description('learning curves and stop/go intervals of every run, as JSON')).option('--task <id>', 'one task').option('--json', 'print JSON (always)').action(curves),
    'study curves dynamics --task vqa --json')
  withExample(outOption(study.command('import <name> <file>').description('published figures from CSV (model,source,<task ids>) or JSON, shown beside ours')).action(importRows),
    'study import comparison figures.csv')
}

function tableOptions(command: Command): Command {
  return outOption(command)
    .option('--table <id>', 'which of the study’s tables; the main one unless told')
    .addOption(new Option('--format <name>', 'csv, latex (booktabs), markdown or json').choices(TABLE_FORMATS))
    .option('--json', 'the same as --format json')
}

function list({ json }: { json?: boolean }): void {
  printResult(json, STUDIES, () => table(['study', 'title', 'question'], STUDIES.map(({ name, title, question }) => [name, title, question])))
}

function plan(name: string, options: StudyChoice & { json?: boolean }): void {
  const places = studyPlaces(options.out)
  const opened = chooseStudy(places, studyName(name), options)
  const cost = studyCost(places, opened.plan)
  printResult(options.json, { study: opened.study, plan: opened.plan, cost }, () => planText(opened, cost))
}

function planText({ study, plan: whole }: OpenedStudy, cost: StudyCost): string {
  const rows = study.settings.flatMap(({ id, label, note }) => {
    const { runs, perhaps } = runsOfSetting(whole, id)
    return runs === 0 ? [] : [[id, label, perhaps === 0 ? runs : `${runs} to ${runs + perhaps}`, note ?? '']]
  })
  return [`${study.title} (${study.question})`, '', table(['setting', 'label', 'runs', 'what differs'], rows), '', ...study.notes, '', costText(cost)].join('\n')
}

function status(name: string, { out, json }: { out: string; json?: boolean }): void {
  const found = studyStatus(studyPlaces(out), studyName(name))
  printResult(json, found, () => [
    `${found.title}: ${found.state}, ${found.done} of ${found.total} runs done${found.notNeeded > 0 ? `, ${found.notNeeded} not needed` : ''}${found.failed > 0 ? `, ${found.failed} failed` : ''}${found.runner ? `, runner is process ${found.runner.processId}` : ''}`,
    ...(found.secondsLeft === null || found.secondsLeft === 0 ? [] : [`${found.perhaps > 0 ? 'up to' : 'about'} ${durationText(found.secondsLeft)} left at ${found.jobs} run${found.jobs === 1 ? '' : 's'} at a time`]),
    table(['run', 'state', 'iteration', 'of', 'name', 'remark'], found.runs.map((run) => [run.id, run.state === 'not-needed' ? 'not needed' : run.state, run.iteration, run.iterations, run.name, run.state === 'done' ? '' : run.reason]))
  ].join('\n'))
}

function textOf(name: string, { out, table: tableId, format, json }: TableOptions): string {
  const found = studyTable(studyPlaces(out), studyName(name), tableId)
  const chosen = json ? 'json' : format
  return chosen === undefined ? plainTable(found) : tableAs(chosen, found)
}

function plainTable(found: StudyTable): string {
  const cells = (row: StudyTable['rows'][number]): string[] => found.columnInfo.map((column) => {
    const cell = row.cells[column.id]
    if (!cell) return ''
    const difference = row.setting === found.baseline ? '' : differenceText(cell, column.unit)
    return `${cellText(cell, column.unit)}${cell.best ? ' <' : ''}${difference === '' ? '' : ` ${difference}`}`
  })
  const lines = table(['', ...found.columnInfo.map(({ label }) => label)], found.rows.map((row) => [row.label, ...cells(row)]))
  const others = found.tables.filter(({ id }) => id !== found.table)
  const marks = found.baseline === null ? '' : `; < best; difference to ${found.baseline}, ${STARS_NOTE}`
  return [`${found.title}; seeds ${found.seeds.join(', ')}${marks}`, lines, '', ...(found.test === '' ? [] : [found.test]), ...(others.length === 0 ? [] : [`other tables: ${others.map(({ id }) => id).join(', ')}`]), ''].join('\n')
}

function printTable(name: string, options: TableOptions): void {
  process.stdout.write(textOf(name, options))
}

function exportTable(name: string, options: TableOptions & { to: string }): void {
  const guessed = ({ csv: 'csv', tex: 'latex', md: 'markdown', json: 'json' } as const)[options.to.split('.').pop() ?? '']
  const format = options.format ?? guessed
  if (format === undefined && !options.json) throw new WorkbenchError(`'${options.to}' does not say its format; add --format ${TABLE_FORMATS.join('|')}.`)
  writeFileSync(options.to, textOf(name, { ...options, ...(format ? { format } : {}) }))
  process.stdout.write(`${options.to}\n`)
}

function curves(name: string, { out, task }: { out: string; task?: string }): void {
  if (task !== undefined && !isTaskId(task)) throw new WorkbenchError(`Task '${task}' is unknown.`)
  process.stdout.write(`${JSON.stringify(studyCurves(studyPlaces(out), studyName(name), task))}\n`)
}

function importRows(name: string, file: string, { out }: { out: string }): void {
  const places = studyPlaces(out)
  const known: StudyName = studyName(name)
  if (!existsSync(file)) throw new WorkbenchError(`There is no file ${file}.`)
  openStudy(places, known)
  const rows = importFigures(places, known, file)
  process.stdout.write(`${rows.length} row${rows.length === 1 ? '' : 's'} of published figures: ${rows.map(({ label }) => label).join(', ')}\n`)
}
