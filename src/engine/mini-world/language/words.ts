// The words of the mini-world: nouns, colours, sizes, places and how they join into noun phrases. One place, so that
// a caption, a question and a statement name the same thing with the same words. Read next: facts.ts, captions.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf, type Family } from '../catalog'
import { COLOURS, type Background, type Colour, type Size } from '../scene'

export const NUMBER_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const

export const SIZE_WORDS: Readonly<Record<Size, readonly string[]>> = {
  small: ['small', 'little', 'tiny'],
  medium: [],
  large: ['large', 'big']
}

/** Hypernyms; families without an entry have no everyday word. */
export const FAMILY_NOUNS: Readonly<Partial<Record<Family, { one: string; many: string }>>> = {
  person: { one: 'person', many: 'people' },
  animal: { one: 'animal', many: 'animals' },
  food: { one: 'food item', many: 'food items' },
  vehicle: { one: 'vehicle', many: 'vehicles' },
  furniture: { one: 'piece of furniture', many: 'pieces of furniture' },
  clothing: { one: 'piece of clothing', many: 'pieces of clothing' }
}

export const PLACE_PHRASES: Readonly<Record<Background, readonly string[]>> = {
  meadow: ['on a meadow', 'in a field', 'on the grass'],
  beach: ['on a beach', 'at the beach', 'on the sand'],
  street: ['on a street', 'on the road', 'in the street'],
  room: ['in a room', 'inside a room', 'indoors'],
  snow: ['in the snow', 'on the snow', 'in winter'],
  night: ['at night', 'under the night sky', 'under the stars']
}

export const isPerson = (category: string): boolean => categoryOf(category).family === 'person'

/** Adds an `s` the way English does; only for synonyms, whose plural the catalogue does not give. */
function pluralOf(noun: string): string {
  if (/(man)$/.test(noun)) return noun.replace(/man$/, 'men')
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`
}

/** Both nouns of a category, in the singular or the plural. */
export function nounsOf(category: string, many = false): string[] {
  const { name, plural, synonym } = categoryOf(category)
  const first = many ? plural : name
  return synonym === undefined ? [first] : [first, many ? pluralOf(synonym) : synonym]
}

/** The usual noun, now and then (one in five) its synonym. */
export function nounFor(category: string, stream: RandomStream, many = false): string {
  const nouns = nounsOf(category, many)
  return nouns.length > 1 && stream.chance(0.2) ? at(nouns, 1) : at(nouns, 0)
}

export function withArticle(words: string): string {
  return /^(?!uni|use)[aeiou]/.test(words) ? `an ${words}` : `a ${words}`
}

export interface Naming {
  readonly noun: string
  readonly colour?: Colour
  readonly sizeWord?: string
  /** People are "in red" where things are "red". */
  readonly person?: boolean
}

/** A noun phrase without article: `small red dog`, `man in blue`. */
export function phrase({ noun, colour, sizeWord, person }: Naming): string {
  const before = [sizeWord, person ? undefined : colour, noun].filter((word) => word !== undefined)
  return person && colour !== undefined ? `${before.join(' ')} in ${colour}` : before.join(' ')
}

/** What follows "is" to say a colour: `red`, or `in red` for people. */
export const colourPredicate = (category: string, colour: Colour): string => (isPerson(category) ? `in ${colour}` : colour)

export function otherColour(colour: Colour, stream: RandomStream): Colour {
  return stream.pick(COLOURS.filter((other) => other !== colour))
}

/** `a, b and c` with spaces around the comma, as tokenised captions have it. */
export function listing(parts: readonly string[], spaced = true): string {
  if (parts.length < 2) return parts.join('')
  const comma = spaced ? ' , ' : ', '
  return `${parts.slice(0, -1).join(comma)} and ${at(parts, parts.length - 1)}`
}

export const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
