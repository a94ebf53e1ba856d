// What the window says about this computer. What the engine would run on is found out by `doctor` in a process of its
// own, once: TensorFlow is never loaded here.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { statfs } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import type { AppInfo, SideBySide } from '../contract/workbench-api'
import { placesOf, readSideBySide, writeSideBySide } from './side-by-side'
import type { HostOptions } from './workbench-host'

interface DoctorReport {
  readonly backend?: { readonly name: string; readonly device: string; readonly library: string }
  readonly problems?: readonly string[]
}

export class AppInfoSource {
  private info: AppInfo
  private doctor: ChildProcess | null = null

  constructor(private readonly options: HostOptions, private readonly onChange: (info: AppInfo) => void) {
    this.info = {
      version: options.version,
      workspace: options.workspace.root,
      shell: options.shell,
      versions: knownVersions(),
      cores: cpus().length,
      memoryBytes: totalmem(),
      freeDiskBytes: 0,
      backend: null,
      problems: [],
      sideBySide: sideBySideOf(readSideBySide(options.workspace))
    }
    this.askDisk(options.workspace.root)
    this.askDoctor(options.cli)
  }

  current(): AppInfo {
    return this.info
  }

  setSideBySide(setting: SideBySide): AppInfo {
    writeSideBySide(this.options.workspace, setting)
    this.change({ sideBySide: sideBySideOf(setting) })
    return this.info
  }

  dispose(): void {
    this.doctor?.kill()
  }

  private change(part: Partial<AppInfo>): void {
    this.info = { ...this.info, ...part }
    this.onChange(this.info)
  }

  private askDisk(root: string): void {
    // `statfs` arrived in Node 18.15; Electron 22 runs on Node 16, where `df` says the same.
    if (typeof statfs === 'function') {
      statfs(root, (error, disk) => {
        if (!error) this.change({ freeDiskBytes: disk.bavail * disk.bsize })
      })
      return
    }
    execFile('df', ['-kP', root], (error, output) => {
      const kilobytes = Number(output.trim().split('\n').pop()?.split(/\s+/)[3])
      if (!error && Number.isFinite(kilobytes)) this.change({ freeDiskBytes: kilobytes * 1024 })
    })
  }

  private askDoctor(cli: readonly string[]): void {
    const [command, ...args] = cli
    if (command === undefined) return
    const child = spawn(command, [...args, 'doctor', '--json'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'ignore']
    })
    this.doctor = child
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
    child.on('error', (error) => this.change({ problems: [`The computer check did not start: ${error.message}`] }))
    child.on('close', () => {
      this.doctor = null
      try {
        const report = JSON.parse(output) as DoctorReport
        this.change({ backend: report.backend ?? null, problems: report.problems ?? [] })
      } catch {
        this.change({ problems: ['The computer check gave no report; run `npm run -s cli -- doctor` to see why.'] })
      }
    })
  }
}

function sideBySideOf(setting: SideBySide): AppInfo['sideBySide'] {
  return { setting, places: placesOf(setting, { cores: cpus().length, memoryBytes: totalmem() }) }
}

function knownVersions(): Record<string, string> {
  const names = ['node', 'electron', 'chrome'] as const
  return Object.fromEntries(names.flatMap((name) => (process.versions[name] ? [[name, process.versions[name] as string]] : [])))
}
