// What a study may ask of Slurm for each of its runs, as `--slurm key=value …` on the command line.
// Read next: slurm-script.ts, docs/cluster.md.

import { WorkbenchError, nearestNames } from '../../contract/check'

export interface SlurmOptions {
  readonly partition?: string
  readonly account?: string
  readonly qos?: string
  readonly constraint?: string
  /** Time limit of one job, as Slurm writes it (`12:00:00`, `1-00:00:00`, minutes). A run that needs longer goes on in the next. */
  readonly time?: string
  /** Memory of one job, for example `16G`. */
  readonly memory?: string
  readonly gpus: number
  readonly cpus: number
  /** How many runs of one array may run at a time; 0 leaves it to Slurm. */
  readonly atOnce: number
  /** Seconds before the time limit at which a run is told to save. */
  readonly warning: number
  /** Shell line run before training, for example `module load cuda`. */
  readonly setUp?: string
}

interface OptionRow {
  readonly help: string
  readonly allowed: string
  readonly pattern: RegExp
}

const WORD = { allowed: 'letters, digits and . _ - , &', pattern: /^[\w.,&-]+$/ }
const COUNT = { allowed: 'a whole number from 0', pattern: /^\d{1,6}$/ }

const SLURM_OPTION_ROWS: { readonly [K in keyof Required<SlurmOptions>]: OptionRow } = {
  partition: { help: 'queue of the cluster', ...WORD },
  account: { help: 'who pays', ...WORD },
  qos: { help: 'quality of service', ...WORD },
  constraint: { help: 'kind of node', ...WORD },
  time: { help: 'time limit of one job', allowed: 'minutes, hours:minutes:seconds or days-hours:minutes:seconds', pattern: /^(\d+|\d+:\d+(:\d+)?|\d+-\d+(:\d+){0,2})$/ },
  memory: { help: 'memory of one job', allowed: 'a number with K, M, G or T', pattern: /^\d+[KMGT]?$/ },
  gpus: { help: 'GPUs of one job', ...COUNT },
  cpus: { help: 'cores of one job', allowed: 'a whole number from 1', pattern: /^[1-9]\d{0,4}$/ },
  atOnce: { help: 'runs of an array at a time, 0 for no limit', ...COUNT },
  warning: { help: 'seconds before the time limit at which a run saves', allowed: 'a whole number from 1 to 65535', pattern: /^[1-9]\d{0,4}$/ },
  setUp: { help: 'shell line before training', allowed: 'one line', pattern: /^[^\r\n]+$/ }
}

export const SLURM_DEFAULTS: SlurmOptions = { gpus: 0, cpus: 1, atOnce: 0, warning: 60 }

const NUMBERS: readonly string[] = ['gpus', 'cpus', 'atOnce', 'warning']

/** `key=value` texts as options; every wrong one is named with what is allowed. */
export function parseSlurmOptions(settings: readonly string[]): SlurmOptions {
  const options: Record<string, string | number> = {}
  const problems: string[] = []
  for (const setting of settings) {
    const [, key = setting, value = ''] = /^([^=]*)=(.*)$/.exec(setting) ?? []
    const row = SLURM_OPTION_ROWS[key as keyof SlurmOptions] as OptionRow | undefined
    if (!row) problems.push(`Slurm option '${key}' is unknown; nearest: ${nearestNames(key, Object.keys(SLURM_OPTION_ROWS)).join(', ')}.`)
    else if (!row.pattern.test(value)) problems.push(`Slurm option '${key}' is '${value}'; allowed: ${row.allowed}.`)
    else options[key] = NUMBERS.includes(key) ? Number(value) : value
  }
  if (problems.length > 0) throw new WorkbenchError(problems.join('\n'))
  return { ...SLURM_DEFAULTS, ...options }
}
