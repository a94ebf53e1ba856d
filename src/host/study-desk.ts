// The window's requests about studies: what folders say is read here, what starts a process goes through the command line,
// so that a study of the window and one of a terminal are the same. Read next: ../study/run-study.ts.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import { STUDY_FILES, type Study, type StudyCost, type StudyName, type StudyPlan } from '../contract/study'
import type { StudyChoice, StudyEntry, StudyForecast, StudyRequests } from '../contract/study-api'
import { conflictAndTransfer } from '../study/conflict-and-transfer'
import { STUDIES } from '../study/definitions/all-studies'
import { Digests } from '../study/run-digest'
import { runsOfSetting } from '../study/study-cost'
import { studyCurves } from '../study/study-curves'
import { type StudyPlaces, studyFolder, studyPlaces } from '../study/study-places'
import { studyStanding, studyStatus } from '../study/study-status'
import { openStudy, readControl, studyExists, writeControl } from '../study/study-store'
import { studyTable } from '../study/study-table-of'
import { ownerOf } from './process-liveness'

type Answers = { readonly [N in keyof StudyRequests]: (argument: StudyRequests[N][0]) => StudyRequests[N][1] | Promise<StudyRequests[N][1]> }

/** How long a runner that refuses its task takes to say so. */
const REFUSAL_MS = 1500

/** `cli`: command and arguments that run the command line. */
export function studyDesk(root: string, cli: readonly string[]): Answers {
  const places = studyPlaces(root)
  const digests = new Digests(places)
  return {
    'studies:list': () => STUDIES.map((about): StudyEntry => ({ ...about, status: listed(places, about.name, digests) })),
    'study:plan': (choice) => forecast(places, cli, choice),
    'study:start': async (wish) => {
      const lives = ownerOf(studyFolder(places, wish.name)).kind === 'alive'
      if (lives) return changeLive(places, wish)
      await startRunner(places, cli, wish)
      return null
    },
    'study:want': ({ name, wanted }) => { openStudy(places, name); writeControl(places, name, { wanted }); return null },
    'study:jobs': ({ name, jobs }) => { openStudy(places, name); writeControl(places, name, { jobs }); return null },
    'study:status': ({ name }) => studyStatus(places, name, digests),
    'study:table': ({ name, table }) => studyTable(places, name, table, digests),
    'study:conflicts': () => (studyExists(places, 'transfer') ? conflictAndTransfer(places, digests) : null),
    'study:curves': ({ name, task }) => studyCurves(places, name, task, digests)
  }
}

function listed(places: StudyPlaces, name: StudyName, digests: Digests): StudyEntry['status'] {
  const standing = studyExists(places, name) ? studyStanding(places, name, digests) : null
  return standing !== null && standing.total > 0 ? standing : null
}

/** What a runner that lives can still be told: other runs, and failed ones again. */
function changeLive(places: StudyPlaces, { name, choice, only, retry }: StudyRequests['study:start'][0]): null {
  if (choice) throw new WorkbenchError(`The study '${name}' is being carried out. Pause or cancel it before planning it anew.`)
  const { only: before } = readControl(places, name)
  writeControl(places, name, {
    wanted: 'run',
    ...(only ? { only: before === null ? null : [...new Set([...before, ...only])] } : { only: null }),
    ...(retry ? { retry: { before: Date.now(), runs: only ?? null } } : {})
  })
  return null
}

const choiceWords = ({ preset, seeds, full }: StudyChoice): string[] => ['--preset', preset, '--seeds', seeds.join(','), ...(full ? ['--full'] : [])]

async function forecast(places: StudyPlaces, cli: readonly string[], choice: StudyChoice): Promise<StudyForecast> {
  const text = await outputOf(run(cli, ['study', 'plan', choice.name, ...choiceWords(choice), '--out', places.root, '--json']))
  const { study, plan, cost } = JSON.parse(text) as { study: Study; plan: StudyPlan; cost: StudyCost }
  const settings = study.settings.map(({ id, label, note }) => ({ id, label, note: note ?? '', ...runsOfSetting(plan, id) })).filter(({ runs }) => runs > 0)
  return { cost, settings, notes: study.notes }
}

/** The runner is detached and outlives the window; a refusal in its first moment is the request's. */
async function startRunner(places: StudyPlaces, cli: readonly string[], wish: StudyRequests['study:start'][0]): Promise<void> {
  const { name, choice, executor, slurm, jobs, only, retry } = wish
  const folder = studyFolder(places, name)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, STUDY_FILES.log)
  const log = openSync(path, 'w')
  const words = [
    'study', 'run', name, '--out', places.root, ...(choice ? choiceWords(choice) : []), ...(executor ? ['--executor', executor] : []),
    ...(slurm && slurm.length > 0 ? ['--slurm', ...slurm] : []), ...(jobs === undefined ? [] : ['--jobs', jobs === null ? 'auto' : String(jobs)]),
    ...(only ? ['--only', only.join(',')] : []), ...(retry ? ['--retry'] : [])
  ]
  const child = run(cli, words, log)
  closeSync(log)
  child.unref()
  const status = await Promise.race([exitOf(child), new Promise<null>((resolve) => setTimeout(() => resolve(null), REFUSAL_MS))])
  if (status !== null && status !== 0) throw new WorkbenchError(lastLine(readFileSync(path, 'utf8')) || `The study's runner ended with ${status}; see ${path}.`)
}

function run([command, ...first]: readonly string[], words: readonly string[], log?: number): ChildProcess {
  if (command === undefined) throw new WorkbenchError('Studies need the command line, and this window was started without it.')
  return spawn(command, [...first, ...words], {
    detached: log !== undefined, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: log === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', log, log]
  })
}

const exitOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new WorkbenchError(`The command line could not be started: ${error.message}`)))
    child.on('close', (status) => resolve(status ?? 1))
  })

async function outputOf(child: ChildProcess): Promise<string> {
  let output = ''
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => { output += chunk.toString('utf8') })
  child.stderr?.on('data', (chunk: Buffer) => { said += chunk.toString('utf8') })
  if (await exitOf(child) !== 0) throw new WorkbenchError(lastLine(said) || 'The command line ended without saying why.')
  return output
}

const lastLine = (text: string): string => (text.trim().split('\n').pop() ?? '').replace(/^twelve-in-one: /, '')
