// The desktop app: one instance, one window, one workspace. It starts and watches the processes that train, and never
// loads TensorFlow itself: a crash down there ends one run, never the window. Read next: host/workbench-host.ts.

import { join } from 'node:path'
import { app, powerSaveBlocker, session } from 'electron'
import { demoOf } from '../host/demo'
import { nodeProgram, workerLauncher } from '../host/launch-worker'
import { WorkbenchHost } from '../host/workbench-host'
import { openWorkspace } from '../host/workspace'
import { CloseFlow } from './close-flow'
import { carryRequests, pushToWindow } from './ipc'
import { setMenu } from './menu'
import { registerScheme, serveScheme } from './scheme'
import { WorkbenchWindow } from './window'

const OUT = join(__dirname, '..')

registerScheme()
app.setName('12-in-1 Workbench')

if (app.requestSingleInstanceLock()) {
  start().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    app.exit(1)
  })
} else {
  process.stderr.write('The workbench is already open; its window is brought to the front.\n')
  app.quit()
}

async function start(): Promise<void> {
  const workspace = openWorkspace(argumentAfter('--workspace'))
  await app.whenReady()
  blockNetwork()

  const window = new WorkbenchWindow(join(OUT, 'preload', 'index.cjs'))
  const host = new WorkbenchHost({
    workspace,
    shell: 'electron',
    version: app.getVersion(),
    launch: workerLauncher(join(OUT, 'worker', 'main.cjs')),
    cli: [nodeProgram(), join(OUT, 'cli', 'main.cjs')],
    demo: demoOf(process.env['TWELVE_IN_ONE_DEMO']),
    onPush: (name, payload) => pushToWindow(window.current(), name, payload),
    onClose: (choice) => closing.answer(choice)
  })
  const closing = new CloseFlow(host, window)
  window.onClose = () => closing.mayClose()

  serveScheme(join(OUT, 'renderer'), host)
  carryRequests(host, () => window.current())
  setMenu()
  window.open()
  keepAwake(host)

  app.on('second-instance', () => window.open())
  app.on('activate', () => window.open())
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', () => host.dispose())
}

function argumentAfter(name: string): string | undefined {
  const index = process.argv.indexOf(name)
  const joined = process.argv.find((argument) => argument.startsWith(`${name}=`))
  return index >= 0 ? process.argv[index + 1] : joined?.slice(name.length + 1)
}

/** The window needs no network: everything but its own scheme and developer tools is refused. */
function blockNetwork(): void {
  session.defaultSession.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, (details, answer) => {
    answer({ cancel: !/^(app|devtools|data|blob):/.test(details.url) })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === 'clipboard-sanitized-write'))
}

/** The computer does not go to sleep while something trains. */
function keepAwake(host: WorkbenchHost): void {
  let blocker: number | null = null
  const timer = setInterval(() => {
    const training = host.manager.live().some((run) => run.state !== 'paused')
    if (training && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!training && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }, 5000)
  app.on('will-quit', () => clearInterval(timer))
}
