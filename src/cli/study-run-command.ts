// `study run|pause|resume|cancel|jobs|retry|work`: carrying a study out. The runner is this process and may be killed at any
// moment; what it started goes on, and the next `study run` finds it. Read next: src/study/run-study.ts.

import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { WorkbenchError, check } from '../contract/check'
import type { PlannedRun, StudyControl, StudyName } from '../contract/study'
import { ownerOf } from '../host/process-liveness'
import { workerLauncher } from '../host/launch-worker'
import { studyName } from '../study/definitions/all-studies'
import type { Executor, StudyWork } from '../study/executors/executor'
import { localExecutor, measureLauncher } from '../study/executors/local'
import { slurmExecutor } from '../study/executors/slurm'
import { parseSlurmOptions } from '../study/executors/slurm-options'
import { lookAtRuns } from '../study/look-at-runs'
import { callCommandLine, runMeasure } from '../study/measure'
import { Digests } from '../study/run-digest'
import { type StudyEnd, runStudy } from '../study/run-study'
import { prepareRunFolder } from '../study/start-run'
import { studyCost } from '../study/study-cost'
import { type StudyPlaces, studyFolder, studyPlaces } from '../study/study-places'
import { openStudy, saveStudy, writeControl } from '../study/study-store'
import { TakeOvers } from '../study/take-over'
import { withExample } from './example'
import { type StudyChoice, chooseStudy, outOption, studyOptions } from './study-choice'
import { costText } from './study-cost-text'
import { progressLine, say } from './terminal'

interface RunOptions extends StudyChoice {
  readonly executor?: 'local' | 'slurm'
  readonly jobs?: string
  readonly only?: string
  readonly retry?: boolean
  readonly slurm?: readonly string[]
  readonly json?: boolean
}

export function addStudyRunCommands(study: Command): void {
  const run = studyOptions(study.command('run <name>').description('carry a study out: what is done is kept, what was cut off goes on'))
    .addOption(new Option('--executor <name>', 'this machine, or a Slurm cluster').choices(['local', 'slurm']))
    .option('--jobs <n>', 'runs at a time (auto: by cores, memory and graphics cards)')
    .option('--only <ids>', 'only these runs (ids as in study status) and what they need')
    .option('--slurm <key=value...>', 'what each run asks of Slurm: partition, time, memory, gpus, cpus …')
    .option('--retry', 'start failed and stopped runs again')
    .option('--json', 'print one JSON object at the end')
  withExample(run.action(runHere), 'study run multitask --preset mini --seeds 1,2,3 --jobs 2', 'study run multitask --retry')

  const command = (words: string, about: string, act: (places: StudyPlaces, name: StudyName, argument?: string) => void, example: string): void => {
    const added = outOption(study.command(words).description(about)).action((...given: unknown[]) => {
      // Commander hands over the arguments, the options, the command.
      const [name, second] = given as [string, string | { out: string } | undefined]
      const { out } = given[given.length - 2] as { out: string }
      act(studyPlaces(out), studyName(name), typeof second === 'string' ? second : undefined)
    })
    withExample(added, example)
  }
  command('pause <name>', 'end its runs with a checkpoint; study run goes on with them', (places, name) => want(places, name, { wanted: 'pause' }), 'study pause multitask')
  command('cancel <name>', 'end its runs and forget what is queued; folders stay', (places, name) => want(places, name, { wanted: 'cancel' }), 'study cancel multitask')
  command('jobs <name> <n>', 'change how many runs go at a time, also while it runs: a number, or auto', (places, name, jobs) => want(places, name, { jobs: jobsOf(jobs ?? '') }), 'study jobs multitask 2')
  command('retry <name> [id]', 'let failed and stopped runs start again, all or the one of an id', retry, 'study retry multitask')
  withExample(outOption(study.command('work <name> <id>').description('carry out one planned run in this process (what a cluster job calls)').option('--prepare', 'only make its folder'))
    .action(workHere), 'study work multitask 0123456789abcdef --out runs-of-mine')
}

function want(places: StudyPlaces, name: StudyName, change: Partial<StudyControl>): void {
  openStudy(places, name)
  writeControl(places, name, change)
  const lives = ownerOf(studyFolder(places, name)).kind === 'alive'
  process.stdout.write(lives ? 'told the runner\n' : `noted; nothing carries it out now (study run ${name} does)\n`)
}

function retry(places: StudyPlaces, name: StudyName, id: string | undefined): void {
  want(places, name, { wanted: 'run', retry: { before: Date.now(), runs: id === undefined ? null : idsOf(id, openStudy(places, name).plan.runs) } })
}

function jobsOf(text: string): number | null {
  if (text === 'auto') return null
  const jobs = Number(text)
  if (!Number.isInteger(jobs) || jobs < 1) throw new WorkbenchError(`The number of runs at a time is '${text}'; allowed: a whole number from 1, or auto.`)
  return jobs
}

async function runHere(name: string, options: RunOptions): Promise<void> {
  const places = studyPlaces(options.out)
  const known = studyName(name)
  check(ownerOf(studyFolder(places, known)).kind !== 'alive', () => `Study '${known}' in ${places.root} is being carried out by another process. See: twelve-in-one study status ${known}.`)
  const opened = chooseStudy(places, known, options)
  if (options.slurm) parseSlurmOptions(options.slurm)
  saveStudy(places, opened)
  writeControl(places, known, {
    wanted: 'run', only: options.only === undefined ? null : idsOf(options.only, opened.plan.runs), retry: options.retry ? { before: Date.now(), runs: null } : null,
    ...(options.executor ? { executor: options.executor } : {}), ...(options.slurm ? { slurm: options.slurm } : {}), ...(options.jobs === undefined ? {} : { jobs: jobsOf(options.jobs) })
  })
  say(costText(studyCost(places, opened.plan)))
  const release = pauseOnInterrupt(places, known)
  const line = progressLine()
  const end = await runStudy({ places, name: known, executorOf, onLook: (work) => line.show(lookText(work)) })
  line.end()
  release()
  report(places, known, end, options.json)
}

function idsOf(text: string, runs: readonly PlannedRun[]): string[] {
  return text.split(',').map((word) => {
    const found = runs.filter(({ id }) => id.startsWith(word.trim()))
    if (found.length !== 1 || !found[0]) throw new WorkbenchError(`--only names '${word}', which is ${found.length === 0 ? 'no run' : `the beginning of ${found.length} runs`} of the plan; ids are in: study status.`)
    return found[0].id
  })
}

/** Programs lie beside this one: this file is built into out/cli or out/chunks. */
const builtProgram = (name: string): string => join(__dirname, '..', name, 'main.cjs')

function executorOf({ executor, slurm }: StudyControl): Executor {
  if (executor === 'slurm') return slurmExecutor({ slurm: parseSlurmOptions(slurm) })
  return localExecutor({ launchRun: workerLauncher(builtProgram('worker')), launchMeasure: measureLauncher(builtProgram('cli')) })
}

function lookText({ runs }: StudyWork): string {
  const of = (...states: readonly string[]): number => runs.filter(({ state }) => states.includes(state)).length
  const live = runs.filter(({ state }) => state === 'running' || state === 'preparing').map(({ run }) => run.name)
  return `${of('done')} of ${runs.length - of('not-needed')} runs done, ${of('failed')} failed; ${live.join('; ')}`
}

/** Ctrl-C pauses the study: its runs end with a checkpoint. A second one leaves them running and ends only the runner. */
function pauseOnInterrupt(places: StudyPlaces, name: StudyName): () => void {
  let presses = 0
  const press = (): void => {
    presses += 1
    if (presses > 1) process.exit(1)
    writeControl(places, name, { wanted: 'pause' })
    say(`Pausing and saving. Go on with: twelve-in-one study run ${name}   (Ctrl-C again leaves the runs running)`)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, press)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, press)
  }
}

function report(places: StudyPlaces, name: StudyName, end: StudyEnd, json: boolean | undefined): void {
  const runs = lookAtRuns(places, openStudy(places, name).plan, new Digests(places))
  const done = runs.filter(({ state }) => state === 'done').length
  const notNeeded = runs.filter(({ state }) => state === 'not-needed').length
  if (json) process.stdout.write(`${JSON.stringify({ study: name, end, runs: runs.length - notNeeded, done, notNeeded })}\n`)
  else process.stdout.write(`${name}: ${end}; see: twelve-in-one study table ${name}\n`)
  if (end === 'partly') throw new WorkbenchError(`Study '${name}' ended with runs that are not done: twelve-in-one study status ${name}. Failed ones start again with: twelve-in-one study run ${name} --retry`, 'work')
}

/** One planned run, here: its folder is made or taken over, then it trains or goes on. SIGTERM: checkpoint and leave. */
async function workHere(name: string, id: string, { out, prepare }: { out: string; prepare?: boolean }): Promise<void> {
  const places = studyPlaces(out)
  const { plan } = openStudy(places, studyName(name))
  const run = plan.runs.find((planned) => planned.id === id)
  if (!run) throw new WorkbenchError(`Study '${name}' in ${places.root} has no run '${id}'; ids are in: study status ${name} --json.`)
  if (run.work !== 'train') return prepare ? undefined : runMeasure(places, run, callCommandLine(builtProgram('cli')))
  const digests = new Digests(places)
  new TakeOvers(places, digests).takeOver(run)
  const folder = prepareRunFolder(places, run, digests)
  if (prepare) return
  if (digests.of(id)?.state === 'done') return say(`${run.name} is done.`)
  const { trainFolder } = await import('./train-folder')
  await trainFolder(folder)
}
