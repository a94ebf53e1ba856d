// Expands a study to runs: settings × seeds, and whatever those start from, choose from or are ordered by. A run that is
// needed twice is planned once. Pure but for the data's identity. Read next: content-id.ts, start-run.ts.

import { type ConfigDifference, type RunConfig, resolveConfig } from '../contract/run-config'
import type { RunCondition, SearchStages } from '../contract/search-stages'
import type { BestOf, Derivation, PartReference, PlannedCell, PlannedRun, Search, Study, StudyPart, StudyPlan, StudySetting } from '../contract/study'
import { TASK_IDS, type TaskId } from '../contract/task-catalog'
import { type RunContent, contentId } from './content-id'
import type { DataIdentity } from './data-identity'

/** A part's result for one seed: a run, or the best of a search. */
type Chosen = Pick<PlannedCell, 'run' | 'oneOf'>

export function planStudy(study: Study, identity: DataIdentity): StudyPlan {
  const planner = new Planner(study, identity)
  const shown = new Set(study.tables.flatMap((table) => table.rows.concat(table.baseline ?? [])))
  const cells = study.settings.filter(({ id }) => shown.has(id)).flatMap((setting) => planner.cells(setting))
  return { format: 1, study: study.name, runs: [...planner.runs.values()], cells }
}

class Planner {
  /** By id, needs before what needs them. */
  readonly runs = new Map<string, PlannedRun>()

  constructor(private readonly study: Study, private readonly identity: DataIdentity) {}

  cells(setting: StudySetting): PlannedCell[] {
    const seeds = setting.firstSeedOnly ? this.study.seeds.slice(0, 1) : this.study.seeds
    return seeds.flatMap((seed) => {
      const trained = setting.parts.map((part): PlannedCell => ({ setting: setting.id, part: part.id, seed, fills: part.fills, ...this.choose(setting, part, seed) }))
      return setting.measure === undefined ? trained : [...trained, this.measure(setting, trained, seed)]
    })
  }

  private choose(setting: StudySetting, part: StudyPart, seed: number): Chosen {
    const searched = part.choiceOf === undefined ? { setting, part } : this.refer(part.choiceOf)
    const { search } = searched.part
    if (!search || search.candidates.length < 2) return { run: this.train(setting, part, seed, search?.candidates[0] ?? {}, []), oneOf: null }
    const [first = seed] = this.study.seeds
    const best: BestOf = { kind: 'best', tasks: search.tasks, candidates: this.candidates(searched.setting, searched.part, search, first) }
    return seed === first && part.choiceOf === undefined ? { run: null, oneOf: best } : { run: this.train(setting, part, seed, {}, [best]), oneOf: null }
  }

  private candidates(setting: StudySetting, part: StudyPart, { candidates, tasks, stages }: Search, seed: number): BestOf['candidates'] {
    const runs: string[] = []
    return candidates.map((difference, index) => {
      const onlyIf = stages && conditionOf(stages, tasks, runs, index)
      const run = this.train(setting, part, seed, difference, [], onlyIf)
      runs.push(run)
      return { difference, run, ...(onlyIf ? { onlyIf } : {}) }
    })
  }

  /** The id of a training run, which is planned if it is not yet. */
  private train(setting: StudySetting, part: StudyPart, seed: number, extra: ConfigDifference, derive: readonly Derivation[], onlyIf?: RunCondition): string {
    const { base } = this.study
    const config = resolveConfig(base, { ...part.difference, ...extra, tasks: inCatalogOrder(part.difference.tasks ?? base.tasks), seed, keepCheckpoints: 1 })
    const start = part.start === undefined ? null : this.referred(part.start, seed)
    const all = part.order === undefined ? derive : [...derive, this.order(part.order)]
    return this.add({ work: 'train', config, start, derive: all, inputs: [] }, `${setting.id} ${part.id} seed ${seed}`, onlyIf)
  }

  /** The order is measured once, with the first seed. */
  private order({ first, from }: NonNullable<StudyPart['order']>): Derivation {
    const [seed = 1] = this.study.seeds
    return { kind: 'order', first, from: from.map(({ task, ...reference }) => ({ task, run: this.referred(reference, seed) })) }
  }

  /** The run of another setting's part; one without a search, so that it is a single run. */
  private referred(reference: PartReference, seed: number): string {
    const { setting, part } = this.refer(reference)
    const { run } = this.choose(setting, part, seed)
    if (run === null) throw new Error(`Study '${this.study.name}' starts a run from '${setting.id}/${part.id}', which is the best of a search`)
    return run
  }

  private refer({ setting: settingId, part: partId }: PartReference): { readonly setting: StudySetting; readonly part: StudyPart } {
    const setting = this.study.settings.find(({ id }) => id === settingId)
    const part = setting?.parts.find(({ id }) => id === partId)
    if (!setting || !part) throw new Error(`Study '${this.study.name}' refers to '${settingId}/${partId}', which it does not have`)
    return { setting, part }
  }

  private measure(setting: StudySetting, trained: readonly PlannedCell[], seed: number): PlannedCell {
    const work = setting.measure ?? 'overlap'
    const inputs = TASK_IDS.flatMap((task) => {
      const cell = trained.find(({ fills }) => fills.includes(task))
      return cell ? [{ task, run: cell.run, oneOf: cell.oneOf }] : []
    })
    const config = resolveConfig(this.study.base, { seed: setting.firstSeedOnly ? this.study.base.seed : seed })
    const run = this.add({ work, config, start: null, derive: [], inputs }, `${setting.id} ${work} seed ${seed}`)
    return { setting: setting.id, part: work, seed, fills: [], run, oneOf: null }
  }

  private add(content: RunContent, name: string, onlyIf?: RunCondition): string {
    const id = contentId(content, this.identity(content.config))
    const known = this.runs.get(id)
    // What is needed in any case somewhere has no condition elsewhere.
    if (!known || (known.onlyIf && !onlyIf)) {
      const needs = [...new Set([...needsOf(content), ...(onlyIf?.shorter ?? []), ...(onlyIf?.longer ?? [])])]
      this.runs.set(id, { id, name, ...content, config: { ...content.config, name: `${name} (${id.slice(0, 4)})` }, needs, ...(onlyIf ? { onlyIf } : {}) })
    }
    return id
  }
}

/** The condition of a search's candidate by its stage; `runs`: those of all candidates before it. */
function conditionOf({ size, margin, keep }: SearchStages, tasks: readonly TaskId[], runs: readonly string[], index: number): RunCondition | undefined {
  const stage = Math.floor(index / size)
  const like = runs[index - size]
  if (stage < 2 || like === undefined) return undefined
  const of = (earlier: number): string[] => runs.slice(earlier * size, (earlier + 1) * size)
  return { tasks, shorter: of(stage - 2), longer: of(stage - 1), margin, like, keep }
}

function needsOf({ start, derive, inputs }: RunContent): string[] {
  const fromDerivation = (derivation: Derivation): string[] => (derivation.kind === 'best' ? derivation.candidates : derivation.from).map(({ run }) => run)
  const fromInputs = inputs.flatMap(({ run, oneOf }) => (oneOf ? fromDerivation(oneOf) : run === null ? [] : [run]))
  return [...new Set([...(start === null ? [] : [start]), ...derive.flatMap(fromDerivation), ...fromInputs])]
}

function inCatalogOrder(tasks: RunConfig['tasks']): RunConfig['tasks'] {
  return TASK_IDS.filter((task) => tasks.includes(task))
}
