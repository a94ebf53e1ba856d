// npm run build: builds the product into out/, whether or not a source has changed.

import { ensureBuilt } from './setup/ensure-built.mjs'
import { reportFailure } from './setup/failure.mjs'

try {
  await ensureBuilt({ force: true })
} catch (error) {
  reportFailure(error)
}
