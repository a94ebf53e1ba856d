// The window shares the computer's cores with what it shows. Its drawing processes run at a lower priority, so that a
// redraw waits for a training step and never the other way round; on an idle core nothing changes.

import { constants, setPriority } from 'node:os'
import { app } from 'electron'

/** Lowers the priority of the processes that draw; called when the window has loaded, since they start with it. */
export function yieldToTraining(): void {
  for (const { pid, type } of app.getAppMetrics()) {
    if (type !== 'Tab' && type !== 'GPU') continue
    try {
      setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // A process that has just ended, or a system that forbids it: drawing then competes as before.
    }
  }
}
