// The window shares the computer's cores with what it shows. Its drawing processes run at a lower priority, so that a
// redraw waits for a training step and never the other way round; on an idle core nothing changes. Linux weighs
// sessions against each other before the processes in them (autogroups), so there the session is lowered as well.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { app } from 'electron'

const SESSION_PRIORITY = '/proc/self/autogroup'
/** Nice value of the window's session: on two contended cores a quarter of one stays its own, so that it answers at once. */
const SESSION_NICE = 5

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
  if (existsSync(SESSION_PRIORITY) && ownsItsSession()) {
    try {
      writeFileSync(SESSION_PRIORITY, String(SESSION_NICE))
    } catch {
      // A kernel that refuses: drawing then competes as before.
    }
  }
}

/** Whether the session is this program's alone (`npm start` opens one for it), and not the user's terminal. */
function ownsItsSession(): boolean {
  // The fields after the name in brackets are: state, parent, process group, session.
  const session = readFileSync('/proc/self/stat', 'utf8').split(') ').pop()?.split(' ')[3]
  return Number(session) === process.pid
}
