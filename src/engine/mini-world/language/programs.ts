// GQA's questions as functional programs over the scene graph: `select: dog (12)->query: color [0]`. A question is built
// with its program, its answer and the ids of the objects it speaks of. Read next: compositional.ts, writers/gqa.ts.

import type { SceneObject } from '../scene'

/** One step of a program, in GQA's own spelling. */
export interface Operation {
  readonly operation: string
  readonly dependencies: readonly number[]
  readonly argument: string
}

export interface ProgramQuestion {
  readonly text: string
  readonly answer: string
  readonly fullAnswer: string
  readonly semantic: readonly Operation[]
  readonly types: { readonly structural: 'query' | 'verify' | 'choose' | 'logical' | 'compare'; readonly semantic: 'obj' | 'attr' | 'rel' | 'global' | 'cat'; readonly detailed: string }
  readonly groups: { readonly global: string | null; readonly local: string }
  /** Objects by the noun that names them in the question; first mention counts. */
  readonly mentioned: readonly { readonly noun: string; readonly object: SceneObject }[]
  /** The object that the answer names, if it names one. */
  readonly answerObject: SceneObject | null
  /** Questions whose answers follow from this one's. */
  readonly entails: readonly ProgramQuestion[]
}

/** `dog (12)`; `dog (-) ` where the scene has none, as in the published file. */
export function selected(noun: string, objects: readonly SceneObject[]): string {
  return objects.length === 0 ? `${noun} (-) ` : `${noun} (${objects.map((object) => object.id).join(',')})`
}

/** `select: dog (12)->query: color [0]`. */
export function programText(semantic: readonly Operation[]): string {
  return semantic
    .map(({ operation, dependencies, argument }) => `${operation}: ${argument}${dependencies.length > 0 ? ` [${dependencies.join(', ')}]` : ''}`)
    .join('->')
}

/** Token spans of a question: the index of each mentioned noun's first word, with the object's id. */
export function tokenReferences(text: string, mentioned: ProgramQuestion['mentioned']): Record<string, string> {
  const tokens = text.toLowerCase().replace(/[?.,]/g, '').split(' ')
  const references: Record<string, string> = {}
  let from = 0
  for (const { noun, object } of mentioned) {
    const words = noun.split(' ')
    const start = tokens.findIndex((_, i) => i >= from && words.every((word, j) => tokens[i + j] === word))
    if (start < 0) continue
    const end = start + words.length
    references[words.length === 1 ? String(start) : `${start}:${end}`] = String(object.id)
    from = end
  }
  return references
}
