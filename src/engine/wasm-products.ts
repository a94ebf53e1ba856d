// The web-assembly backend multiplies matrices four times slower where its kernel is asked to turn one of them round. Here
// the kernel is given matrices that were turned round before: the same products. Spec: none (engine). Read next: backend.ts.

import { type KernelFunc, type TensorInfo, getKernel } from '@tensorflow/tfjs-core'

interface DataBackend {
  disposeData(dataId: object): boolean
}

let done = false

/** Call once the backend `wasm` is registered; a second call changes nothing. */
export function turnMatricesBefore(): void {
  if (done) return
  done = true
  const product = getKernel('BatchMatMul', 'wasm')
  const plain: KernelFunc = product.kernelFunc
  const { kernelFunc: transpose } = getKernel('Transpose', 'wasm')
  product.kernelFunc = ({ inputs, attrs, backend }) => {
    const made: TensorInfo[] = []
    const turned = (matrices: TensorInfo, wanted: boolean): TensorInfo => {
      if (!wanted) return matrices
      const axes = matrices.shape.map((_, axis) => axis)
      const last = axes.length - 1
      const result = transpose({ inputs: { x: matrices }, backend, attrs: { perm: [...axes.slice(0, -2), last, last - 1] } }) as TensorInfo
      made.push(result)
      return result
    }
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo }
    const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean }
    const output = plain({ inputs: { a: turned(a, transposeA), b: turned(b, transposeB) }, backend, attrs: { transposeA: false, transposeB: false } })
    for (const { dataId } of made) (backend as DataBackend).disposeData(dataId)
    return output
  }
}
