// Closing with live runs asks first: pause and quit, keep training, stop, or stay. The window shows the question.

import { app } from 'electron'
import type { WorkbenchRequests } from '../contract/workbench-api'
import type { WorkbenchHost } from '../host/workbench-host'
import { pushToWindow } from './ipc'
import type { WorkbenchWindow } from './window'

/** A step of a large model may take this long; after it the process is left to itself, its checkpoints are safe. */
const PATIENCE_MS = 60_000

export class CloseFlow {
  private asked = false

  constructor(private readonly host: WorkbenchHost, private readonly window: WorkbenchWindow) {}

  /** True if the window may close now; else the question is put to it. A second close while it asks goes through as "keep". */
  mayClose(): boolean {
    const live = this.host.manager.live()
    if (live.length === 0 || this.asked) return true
    this.asked = true
    pushToWindow(this.window.current(), 'app:closing', { live })
    return false
  }

  answer(choice: WorkbenchRequests['app:close'][0]['choice']): void {
    this.asked = false
    if (choice === 'cancel') return
    for (const run of choice === 'keep' ? [] : this.host.manager.live()) {
      if (choice === 'stop') this.host.manager.command(run.id, 'stop')
      else this.host.manager.close(run.id)
    }
    this.quitWhenQuiet(choice === 'keep', Date.now())
  }

  private quitWhenQuiet(atOnce: boolean, since: number): void {
    const alive = this.host.library.summaries().some((run) => run.memoryBytes > 0)
    if (atOnce || !alive || Date.now() - since > PATIENCE_MS) {
      this.window.close()
      app.quit()
      return
    }
    setTimeout(() => this.quitWhenQuiet(false, since), 100)
  }
}
