// The figures of a benchmark as rows for a terminal: the path of each number, and the number with its unit.
// The unit is the end of the number's name: Ms, Bytes, PerSecond.

export function figureRows(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'number') return [[path, withUnit(path, value)]]
  if (typeof value === 'string') return [[path, value]]
  if (Array.isArray(value)) return [[path, value.map((item) => (typeof item === 'number' ? withUnit(path, item) : String(item))).join(', ')]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => figureRows(inner, path === '' ? key : `${path}.${key}`))
}

function withUnit(path: string, value: number): string {
  const [, unit] = /(Ms|Bytes|PerSecond)(?:\.[^.]*)*$/.exec(path) ?? []
  if (unit === 'Ms') return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(1)} ms`
  if (unit === 'Bytes') return value >= 1e9 ? `${(value / 1e9).toFixed(2)} GB` : `${(value / 1e6).toFixed(0)} MB`
  if (unit === 'PerSecond') return `${value.toFixed(value < 100 ? 1 : 0)} a second`
  return Number.isInteger(value) ? String(value) : value.toFixed(3)
}
