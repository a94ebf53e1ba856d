// One object describes a run completely. Each field is one row: its default, what is allowed, and how a text of
// `--set key=value` or of the form becomes its value. Presets are differences to the defaults (run-presets.ts).
// Read next: config-field.ts.

import { WorkbenchError, nearestNames } from './check'
import { type Field, digit, numberIn, numberOr, oneOf, text, truth, whole, wholeOr } from './config-field'
import { TASK_IDS, type TaskId, taskByName } from './task-catalog'

export interface RunConfig {
  /** Shown in the run list; the folder's name by default. */
  readonly name: string
  readonly preset: string
  /** `train`: the twelve tasks. `pretrain`: masked multi-modal pre-training on captions (spec section 5). */
  readonly kind: 'train' | 'pretrain'
  readonly seed: number
  /** Folder with the data sets as published; an absent mini-world is made first (see `world`). */
  readonly data: string
  /** Which mini-world to make if `data` does not exist; `none` for real data. */
  readonly world: 'tiny' | 'mini' | 'full' | 'none'
  readonly worldSeed: number
  readonly tasks: readonly TaskId[]
  /** Rounds over the active tasks; steps in pre-training. */
  readonly iterations: number
  readonly checkpointEvery: number
  readonly keepCheckpoints: number
  /** Rounds between two validations of a task; `epoch`: the task's own pass length, as in the paper. */
  readonly validateEvery: number | 'epoch'
  /** At most this many examples per validation; 0 means all. */
  readonly validationExamples: number
  readonly backend: 'auto' | 'cuda' | 'cpu' | 'wasm'
  /** The GPU's number as nvidia-smi counts. */
  readonly device: number | 'auto'
  /** XLA compiles clusters of operations: for GPUs. */
  readonly xla: boolean
  readonly engine: 'compiled' | 'eager'
  readonly model: 'tiny' | 'mini' | 'paper'
  /** `pretrained`: the shipped trunk of this model size; `random`; or a checkpoint folder or safetensors file. */
  readonly start: string
  /**
   * Tasks whose training answers make the answer heads, when they are not the run's own: a run that starts from another one
   * takes over that one's, so that its heads fit (`own` until then).
   */
  readonly answersOf: readonly TaskId[] | 'own'
  readonly taskToken: 'dataset' | 'head' | 'none'
  readonly stopAndGo: boolean
  /** A stopped task steps once in so many iterations; `never` holds it until it goes again. */
  readonly stopAndGoGap: number | 'never'
  /** `code`: the released controller; `paper`: the paper's wording taken literally (spec 4.2). */
  readonly stopAndGoRule: 'code' | 'paper'
  /** `epochs`: all tasks go again after the reference's epochs 5 and 7 (only with validateEvery=epoch). */
  readonly stopAndGoReset: 'epochs' | 'never'
  /** Relative gain over the best score that counts, and relative loss against it that lets a stopped task go. */
  readonly stopAndGoGain: number
  readonly stopAndGoDrop: number
  /** Ends the run when all its tasks are stopped. */
  readonly earlyStopping: boolean
  /** Test and `evaluate` use the weights of the best checks (mean score of the tasks), not the last, as the released code's run ends with. */
  readonly keepBest: boolean
  /** `none`: all tasks from the first round; or the order in which tasks join, one by one over the first half (spec section 6, table 4). */
  readonly curriculum: 'none' | readonly TaskId[]
  /** Iterations between two measurements of gradient conflict; 0 for none. Changes nothing else of the run. */
  readonly gradientConflictEvery: number
  readonly clean: boolean
  /**
   * Wrong pairs of a retrieval check: `reference` draws other pictures and captions at random (spec 3.2); `hard` draws
   * them from the five pictures that look most alike, so that the check does not saturate.
   */
  readonly retrievalCheck: 'reference' | 'hard'
  /** Split on which retrieval is validated; `test` is what the released code does: its decisions then use test pictures (spec 3.2). */
  readonly retrievalValidation: 'val' | 'test'
  /** Takes the picture or the words out of every batch: what is still learned then are the data's shortcuts. */
  readonly blind: 'none' | 'picture' | 'words'
  /** Rows of the trunk in one step (retrieval fills four with an example, NLVR2 two); `reference`: each task's own batch (spec 3.1). */
  readonly batchRows: number | 'reference'
  /** Rows of the trunk in one pass: a larger batch is computed in parts, with the same update; `auto`: what fits into memory. */
  readonly microBatch: number | 'auto'
  /** Peak rate of the trunk; `reference`: the smallest of the chosen tasks' own rates (spec 4.3). */
  readonly learningRate: number | 'reference'
  /** For parameters whose name contains `vil_` (spec 4.3). */
  readonly headLearningRate: number
  /** `reference`: per-task loss scale lr / smallest lr (spec 4.3); `equal`: 1 for all. */
  readonly taskScale: 'reference' | 'equal'
  /** `manual`: the released code's default, fixed drops with a warm-up that fights them; `cosine`: its other option (spec 4.5). */
  readonly schedule: 'warmup-linear' | 'constant' | 'manual' | 'cosine'
  readonly warmupFraction: number
  /** `radam`: the released code's other optimizer; it sets adamEpsilon to 1e-8 with it (spec 4.4). */
  readonly optimizer: 'adamw' | 'radam'
  readonly beta1: number
  readonly beta2: number
  readonly adamEpsilon: number
  readonly biasCorrection: boolean
  readonly weightDecay: number
  /**
   * Parameters without a gradient in a step, such as the heads of other tasks: `rest`, or `drift` with what their earlier
   * gradients left in the moments, and decay, as the released code does (spec 4.1).
   */
  readonly idleHeads: 'rest' | 'drift'
  /** Factor on the learning rate of weights that BERT brings: 0.1 was intended in pre-training, 1 is what the released code does (spec 4.3). */
  readonly bertRate: number
  /** What is not decayed: biases and LayerNorms by the reference's names, which miss some (spec 4.4), or all LayerNorms. */
  readonly decayRule: 'names' | 'norms'
  /** Parameters that stay as they are: `none`, `trunk`, or a stream's embeddings and first layers, `text:N`, `vision:N` (spec 1.8, 4.3). */
  readonly freeze: string
  /** Largest norm of a step's gradient; 0 does not clip. */
  readonly clipNorm: number
  /** Probability of every dropout of the model; 0 switches all off. */
  readonly dropout: number
  /** Pre-training objective (spec section 5): 0 masked loss on all pairs, 1 none on mismatched pairs, 2 no mismatched pairs. */
  readonly objective: 0 | 1 | 2
  /** `paper`: a masked region masks all that overlap it (IoU > 0.4); `code`: the released code's behaviour. */
  readonly regionMasking: 'paper' | 'code'
  /** What is predicted of masked regions: 0 detector classes, 1 their feature, 2 their feature among others (spec section 5). */
  readonly visualTarget: 0 | 1 | 2
  /** Caption of a mismatched pair: of another picture, or any, as released. */
  readonly mismatchedCaption: 'other' | 'any'
  /** Under objective 1: whether validation leaves mismatched pairs out of the masked losses too, or counts them, as released. */
  readonly validationObjective: 'same' | 'all'
}

export type ConfigKey = keyof RunConfig

function taskList(value: string): TaskId[] | undefined {
  const names = value.split(',').map((name) => name.trim()).filter((name) => name !== '')
  return names.length > 0 ? [...new Set(names.map((name) => taskByName(name).id))] : undefined
}

export const CONFIG_FIELDS: { readonly [K in ConfigKey]: Field<RunConfig[K]> } = {
  name: text('run', 'name in the run list'),
  preset: text('mini', 'the preset this configuration started from'),
  kind: oneOf(['train', 'pretrain'], 'train', 'tasks, or pre-training on captions'),
  seed: whole(1, 0, 2147483647, 'seed of everything random in the run'),
  data: text('data/mini-world', 'folder with the data sets as published'),
  world: oneOf(['tiny', 'mini', 'full', 'none'], 'mini', 'mini-world to make if the data folder does not exist'),
  worldSeed: whole(1, 0, 2147483647, 'seed of that mini-world'),
  tasks: {
    fallback: TASK_IDS, help: 'task ids, comma-separated', allowed: `some of ${TASK_IDS.join(',')}`,
    parse: (value) => taskList(value === 'all' ? TASK_IDS.join(',') : value)
  },
  iterations: whole(700, 1, 100_000_000, 'rounds over the active tasks (steps in pre-training)'),
  checkpointEvery: whole(50, 1, 100_000_000, 'iterations between two checkpoints'),
  keepCheckpoints: whole(2, 1, 1000, 'how many checkpoints are kept'),
  validateEvery: wholeOr('epoch', 'epoch', 1, 'iterations between two validations of a task'),
  validationExamples: whole(0, 0, 100_000_000, 'examples per validation, 0 for all'),
  backend: oneOf(['auto', 'cuda', 'cpu', 'wasm'], 'auto', 'where the engine computes'),
  device: wholeOr('auto', 'auto', 0, 'GPU by its number'),
  xla: truth(false, 'XLA compiles clusters of operations (GPU)'),
  engine: oneOf(['compiled', 'eager'], 'compiled', 'compiled training step, or plain TensorFlow.js'),
  model: oneOf(['tiny', 'mini', 'paper'], 'mini', 'size of the trunk'),
  start: text('pretrained', 'pretrained | random | a checkpoint'),
  answersOf: {
    fallback: 'own', help: 'tasks whose answers make the answer heads; set by a start from another run', allowed: `own, or some of ${TASK_IDS.join(',')}`,
    parse: (value) => (value === 'own' ? 'own' : taskList(value))
  },
  taskToken: oneOf(['dataset', 'head', 'none'], 'dataset', 'one learned token per data set, per head, or none'),
  stopAndGo: truth(true, 'Dynamic Stop-and-Go'),
  stopAndGoGap: wholeOr(4, 'never', 1, 'a stopped task steps once in so many iterations'),
  stopAndGoRule: oneOf(['code', 'paper'], 'code', 'the released controller, or the paper’s wording taken literally'),
  stopAndGoReset: oneOf(['epochs', 'never'], 'epochs', 'whether all tasks go again after epochs 5 and 7, as released'),
  stopAndGoGain: numberIn(0.001, 0, 1, 'relative gain over the best score that counts'),
  stopAndGoDrop: numberIn(0.005, 0, 1, 'relative loss against the best score that lets a stopped task go'),
  earlyStopping: truth(false, 'end the run when all its tasks are stopped'),
  keepBest: truth(false, 'keep the weights of the best checks for the test, evaluate and runs that start from this one'),
  curriculum: {
    fallback: 'none', help: 'order in which tasks join over the first half of the run', allowed: `none, or each of the run's tasks once`,
    parse: (value) => (value === 'none' ? 'none' : taskList(value))
  },
  gradientConflictEvery: whole(0, 0, 100_000_000, 'iterations between two measurements of gradient conflict, 0 for none'),
  clean: truth(true, 'drop training examples whose picture is in any test set'),
  retrievalCheck: oneOf(['reference', 'hard'], 'reference', 'wrong pairs of a retrieval check: at random, or from look-alike pictures'),
  retrievalValidation: oneOf(['val', 'test'], 'val', 'split on which retrieval is validated; test is the released code’s leak'),
  blind: oneOf(['none', 'picture', 'words'], 'none', 'hide the picture or the words, to measure shortcuts'),
  batchRows: numberOr(32, 'reference', 1, 65536, 'rows of the trunk per step, or each task’s own batch', true),
  microBatch: wholeOr('auto', 'auto', 1, 'rows of the trunk in one pass; larger batches are computed in parts, exactly'),
  learningRate: numberOr(1e-4, 'reference', 0, 10, 'peak learning rate of the trunk'),
  headLearningRate: numberIn(1e-4, 0, 10, 'peak learning rate of the vil_ heads'),
  taskScale: oneOf(['reference', 'equal'], 'reference', 'per-task loss scale'),
  schedule: oneOf(['warmup-linear', 'constant', 'manual', 'cosine'], 'warmup-linear', 'learning-rate schedule; manual and cosine as released'),
  warmupFraction: numberIn(0.1, 0, 1, 'share of the iterations spent on warm-up'),
  optimizer: oneOf(['adamw', 'radam'], 'adamw', 'AdamW, or the released code’s RAdam (with adamEpsilon 1e-8 there)'),
  beta1: numberIn(0.9, 0, 0.999999, 'decay of the first moment'),
  beta2: numberIn(0.999, 0, 0.999999, 'decay of the second moment'),
  adamEpsilon: numberIn(1e-6, 1e-12, 1, 'added to the root of the second moment'),
  biasCorrection: truth(false, 'bias correction of Adam'),
  weightDecay: numberIn(0.01, 0, 1, 'decoupled weight decay'),
  idleHeads: oneOf(['rest', 'drift'], 'rest', 'parameters without a gradient in a step: at rest, or drifting as in the released code'),
  freeze: {
    fallback: 'none', help: 'parameters that stay as they are: a stream’s embeddings and first N layers', allowed: 'none | trunk | text:N | vision:N | text:N,vision:N',
    parse: (value) => (/^(none|trunk|text:\d+(,vision:\d+)?|vision:\d+)$/.test(value) ? value : undefined)
  },
  bertRate: numberIn(1, 0, 1, 'factor on the learning rate of weights that BERT brings'),
  decayRule: oneOf(['names', 'norms'], 'names', 'what is not decayed: by the reference’s names, or every LayerNorm'),
  clipNorm: numberIn(0, 0, 1e6, 'largest gradient norm, 0 for no clipping'),
  dropout: numberIn(0.1, 0, 0.9, 'probability of every dropout'),
  objective: digit(1, 'pre-training objective'),
  regionMasking: oneOf(['paper', 'code'], 'paper', 'region masking rule in pre-training'),
  visualTarget: digit(0, 'what is predicted of masked regions: class, feature, or feature among others'),
  mismatchedCaption: oneOf(['other', 'any'], 'other', 'caption of a mismatched pair: of another picture, or any'),
  validationObjective: oneOf(['same', 'all'], 'same', 'pairs whose masked losses count in validation')
}

export const CONFIG_KEYS = Object.keys(CONFIG_FIELDS) as readonly ConfigKey[]

export type ConfigDifference = { readonly [K in ConfigKey]?: RunConfig[K] }

export function isConfigKey(key: string): key is ConfigKey {
  return Object.prototype.hasOwnProperty.call(CONFIG_FIELDS, key)
}

export function defaultConfig(): RunConfig {
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key, CONFIG_FIELDS[key].fallback])) as unknown as RunConfig
}

/** A text as a field accepts it: the form and `--set` share this. */
export function configText(value: RunConfig[ConfigKey]): string {
  return typeof value === 'object' ? value.join(',') : String(value)
}

/** Problems of a loosely typed configuration (a JSON file, a form), one line each; empty if it is sound. */
export function configProblems(candidate: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = []
  for (const [key, value] of Object.entries(candidate)) {
    if (!isConfigKey(key)) {
      problems.push(`Setting '${key}' is unknown; nearest: ${nearestNames(key, CONFIG_KEYS).join(', ')}.`)
      continue
    }
    try {
      const asText = Array.isArray(value) ? value.join(',') : String(value)
      if (CONFIG_FIELDS[key].parse(asText) === undefined) {
        problems.push(`Setting '${key}' is '${asText}'; allowed: ${CONFIG_FIELDS[key].allowed}.`)
      }
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error
      problems.push(error.message)
    }
  }
  return problems
}

/** A complete configuration from a base and loosely typed differences; all problems are reported together. */
export function resolveConfig(base: RunConfig, differences: Readonly<Record<string, unknown>>): RunConfig {
  const problems = configProblems(differences)
  if (problems.length > 0) throw new WorkbenchError(problems.join('\n'))
  const resolved: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(differences)) {
    if (isConfigKey(key)) resolved[key] = CONFIG_FIELDS[key].parse(Array.isArray(value) ? value.join(',') : String(value))
  }
  return resolved as unknown as RunConfig
}

/** `--set key=value …` as differences; a missing `=` is refused. */
export function parseSettings(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const split = setting.indexOf('=')
      if (split < 1) throw new WorkbenchError(`'--set ${setting}' has no value; write --set key=value, for example --set seed=2.`)
      return [setting.slice(0, split).trim(), setting.slice(split + 1)]
    })
  )
}
