// Reads a JSON file that holds an object, or says what is wrong with it. Published data files are read by
// data/published-file.ts, configurations by training/run-folder.ts: they say more.

import { readFileSync } from 'node:fs'
import { WorkbenchError } from '../contract/check'

/** Throws a WorkbenchError if the file is missing, no JSON, or JSON but no object. */
export function readJsonObject(path: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  } catch (error) {
    throw new WorkbenchError(`Cannot read '${path}': ${error instanceof Error ? error.message : String(error)}.`)
  }
  throw new WorkbenchError(`'${path}' holds no JSON object.`)
}
