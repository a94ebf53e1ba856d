// Who may import whom. Each rule says which files it binds and which imports it refuses, with the reason.
// The scan sees every form of import, also import() and require(), which the lint rules do not.

import { describe, expect, it } from 'vitest'
import { importsOf, readSource, resolveImport, sourceFiles } from './source-files'

const files = sourceFiles('src')
const fileSet = new Set(files)

interface Edge {
  readonly from: string
  /** A project file, or a package's name. */
  readonly to: string
  readonly typeOnly: boolean
}

const edges: Edge[] = files.flatMap((from) =>
  importsOf(readSource(from)).map(({ specifier, typeOnly }) => ({
    from,
    to: resolveImport(from, specifier, fileSet) ?? specifier,
    typeOnly,
  })),
)

const within = (...folders: string[]) => (file: string) => folders.some((folder) => file.startsWith(`src/${folder}/`))
const isPackage = (to: string) => !to.startsWith('src/')
const isWindowPackage = (to: string) => /^(electron|vue|pinia|echarts|reka-ui)($|\/)/.test(to)
const isTensorflow = (to: string) => to.startsWith('@tensorflow/')
const isNativeTensorflow = (to: string) => isTensorflow(to) && !/^@tensorflow\/tfjs-core($|\/)/.test(to)

const rules: { rule: string; binds: (file: string) => boolean; refuses: (to: string) => boolean }[] = [
  {
    rule: 'the contract imports only the contract',
    binds: within('contract'),
    refuses: (to) => !within('contract')(to),
  },
  {
    rule: 'the folder lock, which engine and host share, imports only the contract and Node',
    binds: within('lock'),
    refuses: (to) => !/^node:/.test(to) && !within('contract', 'lock')(to),
  },
  {
    rule: 'the engine knows no window and no host',
    binds: within('engine'),
    refuses: (to) => isWindowPackage(to) || within('host', 'main', 'preload', 'renderer', 'cli', 'worker', 'serve', 'study')(to),
  },
  {
    rule: 'the schedule imports only the contract, so that it is pure',
    binds: within('engine/schedule'),
    refuses: (to) => !within('contract', 'engine/schedule')(to),
  },
  {
    rule: 'the window imports only the contract and itself, and no Node module',
    binds: within('renderer'),
    refuses: (to) => (isPackage(to) ? /^node:/.test(to) || isTensorflow(to) || to === 'electron' : !within('contract', 'renderer')(to)),
  },
  {
    rule: 'the preload imports only Electron, the contract and itself',
    binds: within('preload'),
    refuses: (to) => (isPackage(to) ? to !== 'electron' : !within('contract', 'preload')(to)),
  },
  {
    rule: 'main, host, serve and studies never load the engine or TensorFlow.js: a native crash must not take them down',
    binds: within('main', 'host', 'serve', 'study'),
    refuses: (to) => isTensorflow(to) || within('engine')(to),
  },
  {
    rule: 'host, serve, studies, worker and command line run without Electron',
    binds: within('host', 'serve', 'study', 'worker', 'cli'),
    refuses: (to) => isWindowPackage(to) || within('main', 'preload', 'renderer')(to),
  },
  {
    rule: 'only src/engine/backend.ts loads a TensorFlow.js backend; everyone else uses tfjs-core',
    binds: (file) => file !== 'src/engine/backend.ts',
    refuses: isNativeTensorflow,
  },
  {
    rule: 'the trunk knows neither tasks nor data sets',
    binds: within('engine/trunk'),
    refuses: within('engine/tasks', 'engine/data', 'engine/training', 'engine/heads'),
  },
  {
    rule: 'tasks and heads do not know the training loop',
    binds: within('engine/tasks', 'engine/heads', 'engine/losses'),
    refuses: within('engine/training', 'engine/checkpoint'),
  },
]

describe('import boundaries', () => {
  for (const { rule, binds, refuses } of rules) {
    it(rule, () => {
      const violations = edges.filter(({ from, to }) => binds(from) && refuses(to))
      expect(violations.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
    })
  }

  it('names existing files in every relative import', () => {
    const missing = edges.filter(({ to }) => to.startsWith('src/') && !fileSet.has(to) && !/\.(css|json|svg|png|woff2)$/.test(to))
    expect(missing.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('sees static, re-exported, dynamic and required imports', () => {
    const source = [
      "import type { A } from './a'",
      "import {\n  b,\n} from '../b'",
      "export { c } from './c'",
      "const d = await import('./d')",
      "require('e')",
      "import 'f.css'",
      "// import 'g'",
    ].join('\n')
    const seen = importsOf(source).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' type' : ''}`)
    expect(seen.sort()).toEqual(['../b', './a type', './c', './d', 'e', 'f.css'])
  })

  it('has no cycle of imports that exist at run time', () => {
    expect(findCycle(edges.filter(({ to, typeOnly }) => !typeOnly && fileSet.has(to)))).toEqual([])
  })
})

/** Depth-first search; returns one cycle as a list of files, or nothing. */
function findCycle(graph: readonly Edge[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of graph) targets.set(from, [...(targets.get(from) ?? []), to])
  const finished = new Set<string>()
  const visit = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (finished.has(file)) return []
    for (const next of targets.get(file) ?? []) {
      const cycle = visit(next, [...trail, file])
      if (cycle.length > 0) return cycle
    }
    finished.add(file)
    return []
  }
  for (const file of targets.keys()) {
    const cycle = visit(file, [])
    if (cycle.length > 0) return cycle
  }
  return []
}
