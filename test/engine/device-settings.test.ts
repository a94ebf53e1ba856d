// The switches for GPUs and XLA: what is set in the environment before TensorFlow is loaded, and what `doctor` says.
// No GPU is needed: the library reads these variables, and its reading them is not tested here.

import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { configProblems } from '../../src/contract/run-config'
import { PLAIN_DEVICE, deviceEnvironment, switches } from '../../src/engine/device-settings'

describe('the device settings', () => {
  it('let the GPU memory grow and hide chatter, unless the user said otherwise', () => {
    expect(deviceEnvironment('auto', PLAIN_DEVICE, {})).toEqual({ TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' })
    expect(deviceEnvironment('auto', PLAIN_DEVICE, { TF_FORCE_GPU_ALLOW_GROWTH: 'false', TF_CPP_MIN_LOG_LEVEL: '0' })).toEqual({ TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'false' })
  })

  it('choose a GPU by the number that nvidia-smi gives it, and none for the CPU', () => {
    expect(deviceEnvironment('auto', { xla: false, device: 1 }, {})).toMatchObject({ CUDA_VISIBLE_DEVICES: '1', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
    expect(deviceEnvironment('cpu', { xla: false, device: 1 }, {})['CUDA_VISIBLE_DEVICES']).toBe('-1')
    expect(deviceEnvironment('cuda', PLAIN_DEVICE, {})['CUDA_VISIBLE_DEVICES']).toBeUndefined()
  })

  it('switch XLA on only when asked, and keep flags of the user', () => {
    expect(deviceEnvironment('auto', PLAIN_DEVICE, {})['TF_XLA_FLAGS']).toBeUndefined()
    expect(deviceEnvironment('auto', { xla: true, device: 'auto' }, {})['TF_XLA_FLAGS']).toBe('--tf_xla_auto_jit=2')
    expect(deviceEnvironment('auto', { xla: true, device: 'auto' }, { TF_XLA_FLAGS: '--tf_xla_auto_jit=1' })['TF_XLA_FLAGS']).toBe('--tf_xla_auto_jit=1')
  })

  it('are settings of a run', () => {
    expect(configProblems({ device: 0, xla: true })).toEqual([])
    expect(configProblems({ device: 'auto', xla: false })).toEqual([])
    expect(configProblems({ device: -1 })).toHaveLength(1)
    expect(configProblems({ xla: 'maybe' })).toHaveLength(1)
  })

  it('are shown with their present values', () => {
    const shown = switches({ CUDA_VISIBLE_DEVICES: '1', LD_LIBRARY_PATH: '/opt/cuda/lib64' })
    expect(shown.find(({ name }) => name === 'CUDA_VISIBLE_DEVICES')?.value).toBe('1')
    expect(shown.find(({ name }) => name === 'LD_LIBRARY_PATH')?.value).toBe('/opt/cuda/lib64')
    expect(shown.find(({ name }) => name === 'TF_XLA_FLAGS')?.value).toBeNull()
    expect(shown.some(({ name }) => name === 'TF_CPU_ALLOCATOR_USE_BFC')).toBe(true)
  })
})

describe('doctor', { timeout: 60_000 }, () => {
  it('says what it set and that a GPU that was asked for is not there', () => {
    const env = { ...process.env, TF_XLA_FLAGS: undefined, CUDA_VISIBLE_DEVICES: undefined }
    const { stdout, stderr } = spawnSync(process.execPath, ['bin/twelve-in-one.cjs', 'doctor', '--json', '--xla', '--device', '7'], { encoding: 'utf8', env })
    const report: unknown = JSON.parse(stdout || JSON.stringify({ stderr }))
    expect(report).toMatchObject({ switches: expect.arrayContaining([expect.objectContaining({ name: 'CUDA_VISIBLE_DEVICES', value: '7' }), expect.objectContaining({ name: 'TF_XLA_FLAGS', value: '--tf_xla_auto_jit=2' })]) })
    expect(JSON.stringify(report)).toContain('There is no GPU 7')
  })
})
