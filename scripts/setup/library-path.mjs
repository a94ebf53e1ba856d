// The environment in which the native TensorFlow library finds its CUDA neighbours.

import path from 'node:path'

/**
 * @param {{ tensorflow: { libraryPath: string[] } }} record the set-up record
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} env itself where nothing is missing, else a copy with LD_LIBRARY_PATH extended
 */
export function withLibraryPath(record, env) {
  const present = (env.LD_LIBRARY_PATH ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const missing = (record?.tensorflow?.libraryPath ?? []).filter((folder) => !present.includes(folder))
  if (missing.length === 0) return env
  return { ...env, LD_LIBRARY_PATH: [...missing, ...present].join(path.delimiter) }
}
