// The one window: sandboxed, isolated, its place and size remembered if the display still exists.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrowserWindow, app, nativeTheme, screen } from 'electron'
import { writeFileAtomic } from '../host/workspace'
import { WINDOW_ADDRESS } from './scheme'
import { yieldToTraining } from './yield-to-training'

interface Place {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly maximized?: boolean
}

const DEFAULT_PLACE: Place = { width: 1440, height: 900 }

export class WorkbenchWindow {
  private window: BrowserWindow | null = null
  /** Asked before the window closes; false keeps it open. */
  onClose: () => boolean = () => true

  constructor(private readonly preload: string) {}

  current(): BrowserWindow | null {
    return this.window
  }

  /** Opens the window, or brings it to the front. */
  open(): void {
    if (this.window) {
      if (this.window.isMinimized()) this.window.restore()
      this.window.show()
      this.window.focus()
      return
    }
    const place = readPlace()
    const window = new BrowserWindow({
      ...place,
      minWidth: 1024,
      minHeight: 700,
      show: false,
      title: '12-in-1 Workbench',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#0C0E11' : '#EFF0F3',
      webPreferences: { preload: this.preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, spellcheck: false }
    })
    this.window = window
    if (place.maximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.webContents.on('did-finish-load', yieldToTraining)
    window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
    window.webContents.on('will-navigate', (event) => event.preventDefault())
    window.webContents.on('render-process-gone', () => window.reload())
    window.on('close', (event) => {
      if (this.onClose()) writePlace(window)
      else event.preventDefault()
    })
    window.on('closed', () => (this.window = null))
    void window.loadURL(WINDOW_ADDRESS)
  }

  /** Closes without asking. */
  close(): void {
    this.onClose = () => true
    this.window?.close()
  }
}

function placeFile(): string {
  return join(app.getPath('userData'), 'window.json')
}

function readPlace(): Place {
  try {
    const place = JSON.parse(readFileSync(placeFile(), 'utf8')) as Place
    const { x, y } = place
    const visible = x !== undefined && y !== undefined && screen.getAllDisplays().some(({ workArea }) =>
      x >= workArea.x - 50 && y >= workArea.y - 50 && x < workArea.x + workArea.width - 100 && y < workArea.y + workArea.height - 100)
    return visible ? place : { width: place.width, height: place.height }
  } catch {
    return DEFAULT_PLACE
  }
}

function writePlace(window: BrowserWindow): void {
  try {
    writeFileAtomic(placeFile(), JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() }))
  } catch {
    // A place that cannot be remembered is no reason to keep the window open.
  }
}
