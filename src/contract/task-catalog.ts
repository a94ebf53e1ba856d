// The twelve tasks as data (spec sections 2, 3.1, 6). A task's behaviour is in engine/tasks; everything that can be
// said without running it is here: the window, the command line and the engine read the same rows.

import { WorkbenchError, nearestNames } from './check'

export const TASK_IDS = [
  'vqa', 'gqa', 'vgqa', 'coco', 'flickr30k', 'refcoco', 'refcoco+', 'refcocog', 'visual7w', 'guesswhat', 'nlvr2', 'snli-ve'
] as const
export type TaskId = (typeof TASK_IDS)[number]

/** A task's data set has the task's id; Conceptual Captions is the thirteenth, for pre-training. */
export type DatasetId = TaskId | 'conceptual-captions'
export const DATASET_IDS: readonly DatasetId[] = [...TASK_IDS, 'conceptual-captions']

export type GroupId = 'questions' | 'retrieval' | 'expressions' | 'verification'

export interface Group {
  readonly id: GroupId
  readonly label: string
  /** The paper's name of the group. */
  readonly paperName: 'G1' | 'G2' | 'G3' | 'G4'
}

export const GROUPS: readonly Group[] = [
  { id: 'questions', label: 'Question answering', paperName: 'G1' },
  { id: 'retrieval', label: 'Retrieval', paperName: 'G2' },
  { id: 'expressions', label: 'Referring expressions', paperName: 'G3' },
  { id: 'verification', label: 'Verification', paperName: 'G4' }
]

/** The task-specific output networks; tasks with the same head share its weights. */
export type HeadId = 'answers' | 'gqa-answers' | 'alignment' | 'region' | 'pair' | 'three-way'

/**
 * How logits become a loss and a score (spec section 2, last table):
 * `answers` soft-target BCE over a vocabulary; `alternatives` one score a pair, four pairs an example;
 * `regions` one score a region, any region may be right; `choices` the same over candidate regions;
 * `classes` BCE over two or three classes.
 */
export type Objective = 'answers' | 'alternatives' | 'regions' | 'choices' | 'classes'

export interface Task {
  readonly id: TaskId
  readonly label: string
  readonly shortLabel: string
  readonly group: GroupId
  /** The number in the reference's TASKn key: row of the task-token table. */
  readonly number: number
  readonly head: HeadId
  readonly objective: Objective
  /** Rows of the trunk that one example fills: four pairs in retrieval, two pictures in NLVR2. */
  readonly rowsPerExample: 1 | 2 | 4
  readonly metric: string
  /** Reference schedule (spec 3.1): global batch in examples, learning rate, epochs. */
  readonly reference: { readonly batch: number; readonly learningRate: number; readonly maxWords: number; readonly maxRegions: number }
  /** The paper's test figures in percent, recalled (spec section 6): show the mark wherever one is shown. */
  readonly paper: { readonly singleTask: number; readonly allTasks: number; readonly fineTuned: number; readonly mark: 'recalled' }
}

type Row = readonly [TaskId, string, string, GroupId, number, HeadId, Objective, 1 | 2 | 4, string, readonly [number, number, number, number], readonly [number, number, number]]

// id, label, short, group, TASKn, head, objective, rows, metric, [batch, rate, words, regions], [ST, AT, AT→ST] cleaned
const ROWS: readonly Row[] = [
  ['vqa', 'VQAv2', 'VQA', 'questions', 1, 'answers', 'answers', 1, 'soft accuracy', [128, 4e-5, 23, 101], [71.24, 72.57, 72.92]],
  ['gqa', 'GQA', 'GQA', 'questions', 15, 'gqa-answers', 'answers', 1, 'accuracy', [128, 4e-5, 26, 101], [59.09, 60.12, 60.48]],
  ['vgqa', 'Visual Genome QA', 'VG-QA', 'questions', 2, 'answers', 'answers', 1, 'accuracy', [128, 4e-5, 26, 101], [34.1, 36.36, 36.56]],
  ['coco', 'COCO', 'COCO', 'retrieval', 7, 'alignment', 'alternatives', 4, '4-way accuracy', [128, 2e-5, 30, 101], [64.8, 63.7, 65.46]],
  ['flickr30k', 'Flickr30k', 'F30k', 'retrieval', 8, 'alignment', 'alternatives', 4, '4-way accuracy', [128, 2e-5, 30, 101], [61.46, 63.52, 65.14]],
  ['refcoco', 'RefCOCO', 'RC', 'expressions', 9, 'region', 'regions', 1, 'IoU > 0.5', [256, 2e-5, 20, 101], [78.17, 80.58, 80.86]],
  ['refcoco+', 'RefCOCO+', 'RC+', 'expressions', 10, 'region', 'regions', 1, 'IoU > 0.5', [256, 2e-5, 20, 101], [69.47, 73.25, 73.45]],
  ['refcocog', 'RefCOCOg', 'RCg', 'expressions', 11, 'region', 'regions', 1, 'IoU > 0.5', [256, 2e-5, 20, 101], [72.21, 75.96, 76.0]],
  ['visual7w', 'Visual7W', 'V7W', 'expressions', 4, 'region', 'choices', 1, '4-way accuracy', [256, 2e-5, 20, 200], [80.51, 82.75, 83.01]],
  ['guesswhat', 'GuessWhat', 'GW', 'expressions', 17, 'region', 'choices', 1, 'accuracy', [64, 2e-5, 256, 306], [62.53, 65.04, 65.15]],
  ['nlvr2', 'NLVR2', 'NLVR2', 'verification', 12, 'pair', 'classes', 2, 'accuracy', [64, 2e-5, 40, 101], [74.25, 78.44, 78.87]],
  ['snli-ve', 'SNLI-VE', 'VE', 'verification', 13, 'three-way', 'classes', 1, 'accuracy', [256, 2e-5, 56, 101], [76.53, 76.78, 76.73]]
]

/** The twelve tasks in the order in which they are shown. */
export const TASKS: readonly Task[] = ROWS.map(
  ([id, label, shortLabel, group, number, head, objective, rowsPerExample, metric, reference, paper]) => ({
    id, label, shortLabel, group, number, head, objective, rowsPerExample, metric,
    reference: { batch: reference[0], learningRate: reference[1], maxWords: reference[2], maxRegions: reference[3] },
    paper: { singleTask: paper[0], allTasks: paper[1], fineTuned: paper[2], mark: 'recalled' }
  })
)

/** Masked pre-training as released (spec section 5): batch in pairs, learning rate, words and regions of a pair. */
export const PRETRAINING_REFERENCE = { batch: 512, learningRate: 1e-4, maxWords: 36, maxRegions: 36 } as const

/** Rows of the trunk in a task's batch: as configured, or as many as its reference batch fills. */
export function rowsOfBatch(task: TaskId, batchRows: number | 'reference'): number {
  const { reference, rowsPerExample } = taskById(task)
  return batchRows === 'reference' ? reference.batch * rowsPerExample : batchRows
}

/** Whole examples that so many rows hold, at least one. */
export function examplesOfBatch(task: TaskId, batchRows: number | 'reference'): number {
  return Math.max(1, Math.floor(rowsOfBatch(task, batchRows) / taskById(task).rowsPerExample))
}

/** The reference trains the tasks of a round in the order of their numbers (spec 3.1). */
export const ROUND_ORDER: readonly TaskId[] = [...TASKS].sort((a, b) => a.number - b.number).map((task) => task.id)

export function isTaskId(name: string): name is TaskId {
  return (TASK_IDS as readonly string[]).includes(name)
}

export function isDatasetId(name: string): name is DatasetId {
  return (DATASET_IDS as readonly string[]).includes(name)
}

export function taskById(id: TaskId): Task {
  const task = TASKS.find((row) => row.id === id)
  if (!task) throw new Error(`Task '${id}' has no row in the catalog`)
  return task
}

/** The task of a name that a user typed; an unknown one is refused with the known ones. */
export function taskByName(name: string): Task {
  if (isTaskId(name)) return taskById(name)
  throw new WorkbenchError(
    `Task '${name}' is unknown; nearest: ${nearestNames(name, TASK_IDS).join(', ')}. Known tasks: ${TASK_IDS.join(', ')}.`
  )
}
