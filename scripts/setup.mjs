// npm run setup: installs everything `npm start` and `npm test` need, and says what is there.

import { reportFailure } from './setup/failure.mjs'
import { ensureReady } from './setup/ensure-ready.mjs'
import { say } from './setup/report.mjs'

try {
  const { electron, tensorflow } = await ensureReady()
  say(`Electron ${electron.version}: ${electron.source}`)
  say(`TensorFlow: ${tensorflow.version ?? 'none'} (${tensorflow.variant})`)
} catch (error) {
  reportFailure(error)
}
