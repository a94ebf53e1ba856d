// Labels at line ends, moved apart so that none covers another: each stays as near to its line as the others allow.

/** New positions in the order given; at least `gap` apart and inside [top, bottom] where they fit. Pure. */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const placed = order.map((index) => wanted[index] ?? 0)
  for (let i = 0; i < placed.length; i++) placed[i] = Math.max(placed[i] ?? 0, i === 0 ? top : (placed[i - 1] ?? 0) + gap)
  for (let i = placed.length - 1; i >= 0; i--) placed[i] = Math.min(placed[i] ?? 0, i === placed.length - 1 ? bottom : (placed[i + 1] ?? 0) - gap)
  const result = new Array<number>(wanted.length).fill(0)
  order.forEach((index, rank) => { result[index] = placed[rank] ?? 0 })
  return result
}
