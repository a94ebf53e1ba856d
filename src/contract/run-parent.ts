// Which run a run started from, and the tree that gives. A run that starts from another one's checkpoint names it in its
// setting `start`; nothing else is recorded, so that it cannot disagree. Pure. Read next: src/cli/fork-run.ts.

import { CONFIG_KEYS, type ConfigKey, type RunConfig, configText } from './run-config'
import type { SettingDifference } from './run-difference'

export interface RunParent {
  /** Name of the parent's folder: its id, if it lies beside this run. */
  readonly run: string
  readonly folder: string
  /** Iteration of the checkpoint; null where `start` names the run, that is its last checkpoint at the time. */
  readonly iteration: number | null
}

/** The parent that a `start` names; null for random or shipped weights and for files of weights that are no run's. */
export function parentOf(start: string): RunParent | null {
  if (start === 'random' || start === 'pretrained' || start === '') return null
  const place = start.replace(/[/\\]+$/, '').replace(/[/\\]model\.safetensors$/, '')
  const [, inRun, step] = /^(.*)[/\\]checkpoints[/\\]step-(\d+)$/.exec(place) ?? []
  const folder = inRun ?? place
  if (inRun === undefined && /\.(safetensors|pt|pth|bin)$/.test(folder)) return null
  return { run: folder.split(/[/\\]/).pop() ?? folder, folder, iteration: step === undefined ? null : Number(step) }
}

export interface TreeRow<T> {
  readonly run: T
  /** 0 for a run that started from no other run of the list. */
  readonly depth: number
}

/** The runs of a list in the order of their tree: each followed by those that started from it, in the list's order. */
export function runTree<T extends { readonly id: string; readonly parent: RunParent | null }>(runs: readonly T[]): TreeRow<T>[] {
  const known = new Set(runs.map(({ id }) => id))
  const children = new Map<string | null, T[]>()
  for (const run of runs) {
    const parent = run.parent !== null && run.parent.run !== run.id && known.has(run.parent.run) ? run.parent.run : null
    children.set(parent, [...(children.get(parent) ?? []), run])
  }
  const rows: TreeRow<T>[] = []
  const seen = new Set<string>()
  const add = (run: T, depth: number): void => {
    // Runs that were renamed can name each other.
    if (seen.has(run.id)) return
    seen.add(run.id)
    rows.push({ run, depth })
    for (const child of children.get(run.id) ?? []) add(child, depth + 1)
  }
  for (const run of children.get(null) ?? []) add(run, 0)
  for (const run of runs) add(run, 0)
  return rows
}

/** The settings, as `--set` writes them, in which two configurations differ. */
export function changedSettings(a: RunConfig, b: RunConfig, except: readonly ConfigKey[] = ['name']): SettingDifference[] {
  return CONFIG_KEYS.filter((key) => !except.includes(key)).map((key) => ({ key, a: configText(a[key]), b: configText(b[key]) })).filter((row) => row.a !== row.b)
}
