import { describe, expect, it } from 'vitest'
import { withLibraryPath } from '../../scripts/setup/library-path.mjs'

const record = { tensorflow: { libraryPath: ['/cache/cublas/lib', '/cache/cudnn/lib'] } }

describe('the library path of a training process', () => {
  it('puts the CUDA folders before the user’s own', () => {
    const env = withLibraryPath(record, { LD_LIBRARY_PATH: '/own/lib', HOME: '/home/me' })
    expect(env).toEqual({ LD_LIBRARY_PATH: '/cache/cublas/lib:/cache/cudnn/lib:/own/lib', HOME: '/home/me' })
  })

  it('leaves the environment alone when nothing is missing, so that no process starts anew for ever', () => {
    const complete = withLibraryPath(record, {})
    expect(withLibraryPath(record, complete)).toBe(complete)
    const bare = {}
    expect(withLibraryPath({ tensorflow: { libraryPath: [] } }, bare)).toBe(bare)
  })
})
