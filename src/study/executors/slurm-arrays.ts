// Which runs go into which job array, and what each array waits for. Elements of one array share one dependency, so runs
// that need the same are one array (`afterok`); where each run needs another one of the same array, Slurm can match them
// number by number (`aftercorr`). Pure. Read next: slurm-executor.ts.

export interface ElementRef {
  readonly jobId: number
  readonly index: number
}

export interface WantedRun {
  readonly id: string
  /** Ids of runs that it needs and that are not done. */
  readonly needs: readonly string[]
}

export interface PlannedArray {
  readonly runs: readonly { readonly id: string; readonly index: number }[]
  /** For --dependency; empty for none. */
  readonly dependency: string
}

/** Clusters allow 1001 elements by default. */
const LARGEST_ARRAY = 500

/** The arrays that can be submitted now: of runs whose needs are all submitted (in `submitted`). */
export function nextArrays(wanted: readonly WantedRun[], submitted: ReadonlyMap<string, ElementRef>): PlannedArray[] {
  const able = wanted.filter(({ needs }) => needs.every((id) => submitted.has(id)))
  const { matched, rest } = matchOneToOne(able, submitted)
  const groups = new Map<string, string[]>()
  for (const { id, needs } of rest) {
    const dependency = afterAll(needs.flatMap((need) => submitted.get(need) ?? []))
    groups.set(dependency, [...(groups.get(dependency) ?? []), id])
  }
  const arrays = [...groups].flatMap(([dependency, ids]) => {
    const parts = Array.from({ length: Math.ceil(ids.length / LARGEST_ARRAY) }, (_, i) => ids.slice(i * LARGEST_ARRAY, (i + 1) * LARGEST_ARRAY))
    return parts.map((part) => ({ runs: part.map((id, index) => ({ id, index })), dependency }))
  })
  return [...arrays, ...matched]
}

/** `afterok:12_0:12_3`; a need comes once, in order. */
function afterAll(needs: readonly ElementRef[]): string {
  const names = [...new Set([...needs].sort((a, b) => a.jobId - b.jobId || a.index - b.index).map(({ jobId, index }) => `${jobId}_${index}`))]
  return names.length === 0 ? '' : `afterok:${names.join(':')}`
}

/**
 * Runs with a single need each, where that makes fewer arrays: the first children of all elements of a parent array are one
 * array with the parents' numbers, the second children another.
 */
function matchOneToOne(runs: readonly WantedRun[], submitted: ReadonlyMap<string, ElementRef>): { matched: PlannedArray[]; rest: WantedRun[] } {
  const byParentJob = new Map<number, Map<number, string[]>>()
  for (const { id, needs } of runs) {
    const parent = needs.length === 1 ? submitted.get(needs[0] ?? '') : undefined
    if (!parent) continue
    const children = byParentJob.get(parent.jobId) ?? new Map<number, string[]>()
    children.set(parent.index, [...(children.get(parent.index) ?? []), id])
    byParentJob.set(parent.jobId, children)
  }
  const matched: PlannedArray[] = []
  for (const [jobId, children] of byParentJob) {
    const arrays = Math.max(...[...children.values()].map((ids) => ids.length))
    if (arrays >= children.size) continue
    for (let k = 0; k < arrays; k++) {
      const kth = [...children].flatMap(([index, ids]) => ids.slice(k, k + 1).map((id) => ({ id, index })))
      matched.push({ runs: kth, dependency: `aftercorr:${jobId}` })
    }
  }
  const taken = new Set(matched.flatMap(({ runs: members }) => members.map(({ id }) => id)))
  return { matched, rest: runs.filter(({ id }) => !taken.has(id)) }
}
