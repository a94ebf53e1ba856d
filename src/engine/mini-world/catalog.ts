// The things of the mini-world: 48 categories in eight families, each with the words people use for it.
// The glyph is a name of the icon set @iconify-json/mdi (Apache-2.0). Read next: scenes.ts, render.ts.

export const FAMILIES = ['person', 'animal', 'food', 'vehicle', 'furniture', 'clothing', 'thing', 'place'] as const
export type Family = (typeof FAMILIES)[number]

export interface Category {
  readonly name: string
  readonly plural: string
  /** Another common word for it; the grammars use either. */
  readonly synonym?: string
  readonly family: Family
  readonly glyph: string
  /** True if the glyph looks to one side, so that it can face left or right. */
  readonly sided: boolean
  /** Which way the icon set draws a sided glyph; right where nothing is said. */
  readonly drawnFacing?: 'left'
  /** Where a person can carry it: in the hand (holding), on the head or on the chest (wearing). */
  readonly carried?: 'hand' | 'head' | 'chest'
}

/** Index into this list = object class of the detector; the class after the last one is the background. */
export const CATEGORIES: readonly Category[] = [
  { name: 'man', plural: 'men', family: 'person', glyph: 'human-male', sided: false },
  { name: 'woman', plural: 'women', synonym: 'lady', family: 'person', glyph: 'human-female', sided: false },
  { name: 'child', plural: 'children', synonym: 'kid', family: 'person', glyph: 'human-child', sided: false },
  { name: 'dancer', plural: 'dancers', family: 'person', glyph: 'human-female-dance', sided: false },
  { name: 'hiker', plural: 'hikers', synonym: 'walker', family: 'person', glyph: 'human-cane', sided: true },
  { name: 'surfer', plural: 'surfers', family: 'person', glyph: 'surfing', sided: true },
  { name: 'dog', plural: 'dogs', synonym: 'puppy', family: 'animal', glyph: 'dog-side', sided: true },
  { name: 'cat', plural: 'cats', synonym: 'kitten', family: 'animal', glyph: 'cat', sided: false },
  { name: 'horse', plural: 'horses', synonym: 'pony', family: 'animal', glyph: 'horse', sided: true },
  { name: 'duck', plural: 'ducks', family: 'animal', glyph: 'duck', sided: true, drawnFacing: 'left' },
  { name: 'elephant', plural: 'elephants', family: 'animal', glyph: 'elephant', sided: true },
  { name: 'rabbit', plural: 'rabbits', synonym: 'bunny', family: 'animal', glyph: 'rabbit', sided: true },
  { name: 'penguin', plural: 'penguins', family: 'animal', glyph: 'penguin', sided: false },
  { name: 'apple', plural: 'apples', family: 'food', glyph: 'food-apple', sided: false, carried: 'hand' },
  { name: 'cake', plural: 'cakes', family: 'food', glyph: 'cake-variant', sided: false },
  { name: 'burger', plural: 'burgers', synonym: 'hamburger', family: 'food', glyph: 'hamburger', sided: false },
  { name: 'pizza', plural: 'pizzas', family: 'food', glyph: 'pizza', sided: false },
  { name: 'carrot', plural: 'carrots', family: 'food', glyph: 'carrot', sided: false, carried: 'hand' },
  { name: 'mushroom', plural: 'mushrooms', family: 'food', glyph: 'mushroom', sided: false },
  { name: 'car', plural: 'cars', family: 'vehicle', glyph: 'car-side', sided: false },
  { name: 'bus', plural: 'buses', family: 'vehicle', glyph: 'bus-double-decker', sided: false },
  { name: 'truck', plural: 'trucks', synonym: 'lorry', family: 'vehicle', glyph: 'truck', sided: true },
  { name: 'bicycle', plural: 'bicycles', synonym: 'bike', family: 'vehicle', glyph: 'bicycle', sided: false },
  { name: 'airplane', plural: 'airplanes', synonym: 'plane', family: 'vehicle', glyph: 'airplane', sided: false },
  { name: 'boat', plural: 'boats', synonym: 'sailboat', family: 'vehicle', glyph: 'sail-boat', sided: false },
  { name: 'train', plural: 'trains', family: 'vehicle', glyph: 'train', sided: false },
  { name: 'chair', plural: 'chairs', synonym: 'seat', family: 'furniture', glyph: 'seat', sided: false },
  { name: 'sofa', plural: 'sofas', synonym: 'couch', family: 'furniture', glyph: 'sofa', sided: false },
  { name: 'table', plural: 'tables', family: 'furniture', glyph: 'table-furniture', sided: false },
  { name: 'bed', plural: 'beds', family: 'furniture', glyph: 'bed', sided: false },
  { name: 'lamp', plural: 'lamps', family: 'furniture', glyph: 'lamp', sided: false },
  { name: 'wardrobe', plural: 'wardrobes', synonym: 'closet', family: 'furniture', glyph: 'wardrobe', sided: false },
  { name: 'hat', plural: 'hats', family: 'clothing', glyph: 'hat-fedora', sided: false, carried: 'head' },
  { name: 'tie', plural: 'ties', synonym: 'necktie', family: 'clothing', glyph: 'tie', sided: false, carried: 'chest' },
  { name: 'shoe', plural: 'shoes', synonym: 'sneaker', family: 'clothing', glyph: 'shoe-sneaker', sided: true },
  { name: 'shirt', plural: 'shirts', synonym: 't-shirt', family: 'clothing', glyph: 'tshirt-crew', sided: false },
  { name: 'crown', plural: 'crowns', family: 'clothing', glyph: 'crown', sided: false, carried: 'head' },
  { name: 'guitar', plural: 'guitars', family: 'thing', glyph: 'guitar-acoustic', sided: false, carried: 'hand' },
  { name: 'trumpet', plural: 'trumpets', family: 'thing', glyph: 'trumpet', sided: false, carried: 'hand' },
  { name: 'ball', plural: 'balls', family: 'thing', glyph: 'soccer', sided: false, carried: 'hand' },
  { name: 'umbrella', plural: 'umbrellas', family: 'thing', glyph: 'umbrella', sided: false, carried: 'hand' },
  { name: 'book', plural: 'books', family: 'thing', glyph: 'book-open-variant', sided: false, carried: 'hand' },
  { name: 'balloon', plural: 'balloons', family: 'thing', glyph: 'balloon', sided: false, carried: 'hand' },
  { name: 'house', plural: 'houses', synonym: 'home', family: 'place', glyph: 'home-variant', sided: false },
  { name: 'church', plural: 'churches', family: 'place', glyph: 'church', sided: false },
  { name: 'castle', plural: 'castles', family: 'place', glyph: 'castle', sided: false },
  { name: 'tree', plural: 'trees', family: 'place', glyph: 'pine-tree', sided: false },
  { name: 'lighthouse', plural: 'lighthouses', family: 'place', glyph: 'lighthouse', sided: false },
]

/** Classes the detector knows: every category, then the background (nothing in particular). */
export const CLASS_COUNT = CATEGORIES.length + 1

const indexByName = new Map(CATEGORIES.map((category, index) => [category.name, index]))

/** Index of a category in CATEGORIES; throws for a name that is not there. */
export function categoryIndex(name: string): number {
  const index = indexByName.get(name)
  if (index === undefined) throw new Error(`The catalog has no category "${name}"`)
  return index
}

export function categoryOf(name: string): Category {
  return CATEGORIES[categoryIndex(name)] as Category
}

/** True for the things a person can hold or wear beside them; these kinds of person have arms free. */
export const CARRIERS: readonly string[] = ['man', 'woman', 'child']
