// Runs another program and waits for it.

import { spawn, spawnSync } from 'node:child_process'

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, show?: boolean }} options
 *   show: let the program write to the terminal instead of collecting its output
 * @returns {Promise<{ status: number, output: string }>} status 127 where the program does not exist
 */
export function runProgram(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.show ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    const timer = options.timeoutMs ? setTimeout(() => child.kill('SIGKILL'), options.timeoutMs) : undefined
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ status: error.code === 'ENOENT' ? 127 : 1, output: String(error.message) })
    })
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      resolve({ status: status ?? 1, output: signal ? `${output}\nended by ${signal}` : output })
    })
  })
}

/** @returns true where the program can be started with these arguments and ends with status 0 */
export function works(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}
