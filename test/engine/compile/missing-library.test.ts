// Without TensorFlow's native library: this process never loads it.

import { expect, it } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { sampleOptions } from './sample-batches'

it('the compiled engine names the setting that works without the native library', async () => {
  const failure: unknown = await createCompiledEngine(sampleOptions()).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(WorkbenchError)
  expect(String(failure)).toContain('--set engine=eager')
})
