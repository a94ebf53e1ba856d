// Gives the user a file: the browser's own saving, which Electron answers with its dialog.

export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

export interface SvgPicture {
  readonly svg: string
  readonly width: number
  readonly height: number
}

/** Value of a colour token such as `--text-1` in the present theme. */
export const tokenColour = (token: string): string => getComputedStyle(document.documentElement).getPropertyValue(token).trim()

/** As SVG or PNG, by the file's name. Rejects where the picture cannot be drawn. */
export async function savePicture(name: string, { svg, width, height }: SvgPicture): Promise<void> {
  if (name.endsWith('.svg')) saveFile(name, svg, 'image/svg+xml')
  else saveFile(name, await svgToPng(svg, width, height))
}

/** Draws an SVG of a known size as PNG at twice its size. */
async function svgToPng(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image()
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    await new Promise<void>((resolve, reject) => {
      image.onload = () => resolve()
      image.onerror = () => reject(new Error('The picture could not be drawn; save it as SVG instead.'))
      image.src = address
    })
    const canvas = document.createElement('canvas')
    canvas.width = 2 * width
    canvas.height = 2 * height
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large to be drawn; save it as SVG instead.'))), 'image/png')
    })
  } finally {
    URL.revokeObjectURL(address)
  }
}
