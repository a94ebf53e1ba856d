// What runs here: the backend that training would take, memory, cores, GPUs, and what is missing. Loads TensorFlow.
// Read next: backend.ts.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { type BackendChoice, type BackendReport, loadBackend } from './backend'
import { type DeviceSettings, PLAIN_DEVICE, type Switch, switches } from './device-settings'

export interface Gpu {
  readonly name: string
  readonly memoryBytes: number
  readonly driver: string
}

export interface DoctorReport {
  readonly app: string
  readonly node: string
  readonly electron: { readonly version: string; readonly path: string; readonly source: string } | null
  readonly backend: { readonly name: string; readonly device: 'cpu' | 'cuda'; readonly library: string; readonly version: string }
  readonly cores: number
  readonly memoryBytes: number
  readonly gpus: readonly Gpu[]
  /** Environment variables that decide how TensorFlow uses the machine, as they are in this process. */
  readonly switches: readonly Switch[]
  readonly problems: readonly string[]
}

/** `start`: a folder in the program's own tree; the set-up's record is looked for from there upwards. */
export async function examine(appVersion: string, choice: BackendChoice, start: string, settings: DeviceSettings = PLAIN_DEVICE): Promise<DoctorReport> {
  const gpus = listGpus()
  const backend = await loadBackend(choice, settings)
  const electron = installedElectron(start)
  return {
    app: appVersion,
    node: process.versions.node,
    electron,
    backend: { name: backend.name, device: backend.name === 'cuda' ? 'cuda' : 'cpu', library: backend.library, version: backend.version },
    cores: cpus().length,
    memoryBytes: totalmem(),
    gpus,
    switches: switches(process.env),
    problems: [...backendProblems(backend, gpus), ...deviceProblems(settings, gpus), ...(electron ? [] : ["Electron is not set up; run 'npm run setup'."])]
  }
}

function deviceProblems({ xla, device }: DeviceSettings, gpus: readonly Gpu[]): string[] {
  const missing = device !== 'auto' && device >= gpus.length ? [`There is no GPU ${device}: the driver lists ${gpus.length === 0 ? 'none' : `${gpus.length}, numbered from 0`}.`] : []
  return xla && gpus.length === 0 ? [...missing, 'XLA is on without a GPU: on the CPU it makes steps slower.'] : missing
}

/** On a machine without a GPU it is no problem that none is used. */
function backendProblems(backend: BackendReport, gpus: readonly Gpu[]): string[] {
  return backend.problems.filter((problem) => gpus.length > 0 || !/no cuda device/i.test(problem))
}

function listGpus(): Gpu[] {
  try {
    const text = execFileSync('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 })
    return text.trim().split('\n').filter((line) => line !== '').map((line) => {
      const [name = '', megabytes = '0', driver = ''] = line.split(',').map((part) => part.trim())
      return { name, memoryBytes: Number(megabytes) * 1024 * 1024, driver }
    })
  } catch {
    return []
  }
}

/** The Electron that the set-up recorded (node_modules/.twelve-in-one/setup.json), or the one we run in. */
function installedElectron(start: string): DoctorReport['electron'] {
  const running = process.versions['electron']
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', '.twelve-in-one', 'setup.json')
    if (existsSync(file)) {
      const recorded = recordedElectron(file)
      if (recorded) return recorded
    }
    if (dirname(folder) === folder) break
  }
  return running === undefined ? null : { version: running, path: process.execPath, source: 'running' }
}

function recordedElectron(file: string): DoctorReport['electron'] {
  try {
    const { electron } = JSON.parse(readFileSync(file, 'utf8')) as { electron?: Partial<Record<'version' | 'path' | 'folder' | 'source', string>> }
    if (!electron?.version) return null
    return { version: electron.version, path: electron.path ?? electron.folder ?? '', source: electron.source ?? '' }
  } catch {
    return null
  }
}
