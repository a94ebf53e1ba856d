// The Python side: resources/bench/torch-step.py in the interpreter of TWELVE_IN_ONE_PYTHON or `python3`. It is optional:
// without PyTorch our figures stand alone and one line says so. Read next: child.ts.

import { WorkbenchError } from '../../contract/check'
import { resourcePath } from '../resources'
import type { Child } from './benchmark'
import { startChild } from './child'

export interface TorchFound {
  readonly child: Child | null
  /** Why there is none. */
  readonly why: string
}

/** Starts the Python side; `child` is null where that cannot be. */
export async function startTorch(): Promise<TorchFound> {
  const program = process.env['TWELVE_IN_ONE_PYTHON'] ?? 'python3'
  const child = startChild(program, [resourcePath('bench', 'torch-step.py')], 'The PyTorch side')
  try {
    await child.ask('hello', {})
    return { child, why: '' }
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    const reason = (error.message.split('\n')[0] ?? '').replace(/^.*?((?:ModuleNotFound|Import)Error.*)$/, '$1').replace(/\.$/, '')
    return { child: null, why: `Our figures alone: ${program} has no usable PyTorch (${reason}). Set TWELVE_IN_ONE_PYTHON to an interpreter with torch.` }
  }
}
