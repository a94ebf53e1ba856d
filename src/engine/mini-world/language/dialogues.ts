// GuessWhat's dialogues: three or four yes/no questions after which one object of the scene is left. Mostly about
// what it is and its colour, at times where it lies. Read next: writers/guesswhat.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf } from '../catalog'
import { COLOURS, type Scene, type SceneObject } from '../scene'
import { fits, isOnSide, type Description, type Side } from './facts'
import { FAMILY_NOUNS, colourPredicate, isPerson, nounFor, withArticle } from './words'

export interface Turn {
  readonly question: string
  readonly answer: 'Yes' | 'No' | 'N/A'
}

interface Asked {
  readonly text: string
  /** Null where people could disagree: such an object may be meant whatever the answer. */
  holds(object: SceneObject): boolean | null
}

const about = (text: string, wanted: Description): Asked => ({ text, holds: (object) => fits(object, wanted) })

function askFamily(object: SceneObject): Asked | null {
  const { family } = categoryOf(object.category)
  const noun = FAMILY_NOUNS[family]?.one
  return noun === undefined ? null : about(`is it ${withArticle(noun)}?`, { family })
}

const askCategory = ({ category }: SceneObject, stream: RandomStream): Asked =>
  about(`is it ${withArticle(nounFor(category, stream))}?`, { category })

const askColour = ({ category, colour }: SceneObject): Asked => about(`is it ${colourPredicate(category, colour)}?`, { colour })

function askSide(scene: Scene, side: Side): Asked {
  const where = side === 'left' || side === 'right' ? `on the ${side}` : `at the ${side}`
  return { text: `is it ${where}?`, holds: (object) => isOnSide(scene, object, side) }
}

/** The next question: while the kind is open, guesses at the kind (right more often than not), then colour and side. */
function nextQuestion(scene: Scene, target: SceneObject, left: readonly SceneObject[], turn: number, stream: RandomStream): Asked | null {
  const other = stream.pick(left)
  const kinds = new Set(left.map((object) => object.category))
  const families = new Set(left.map((object) => categoryOf(object.category).family))
  if (turn === 0 && families.size > 1 && stream.chance(0.55)) return askFamily(stream.chance(0.55) ? target : other)
  if (kinds.size > 1) return stream.chance(0.3) ? askColour(stream.chance(0.6) ? target : other) : askCategory(stream.chance(0.65) ? target : other, stream)
  if (left.length > 1) {
    const side = stream.pick(['left', 'right', 'top', 'bottom'] as const)
    return stream.chance(0.6) ? askColour(stream.chance(0.7) ? target : other) : askSide(scene, side)
  }
  if (stream.chance(0.75)) return isPerson(target.category) || stream.chance(0.6) ? askColour(stream.chance(0.7) ? target : { ...target, colour: stream.pick(COLOURS) }) : askCategory(target, stream)
  return askSide(scene, stream.pick(['left', 'right'] as const))
}

/** A dialogue of three or four turns that leaves only the target; null if this draw did not get there. */
export function dialogueFor(scene: Scene, target: SceneObject, stream: RandomStream): Turn[] | null {
  let left: readonly SceneObject[] = scene.objects
  const turns: Turn[] = []
  const wantedTurns = stream.chance(0.6) ? 3 : 4
  const asked = new Set<string>()
  for (let attempt = 0; turns.length < wantedTurns && attempt < 20; attempt++) {
    const question = nextQuestion(scene, target, left, turns.length, stream)
    if (!question || asked.has(question.text)) continue
    const truth = question.holds(target)
    if (truth === null) continue
    asked.add(question.text)
    turns.push({ question: question.text, answer: truth ? 'Yes' : 'No' })
    left = left.filter((object) => {
      const verdict = question.holds(object)
      return verdict === null || verdict === truth
    })
  }
  const named = turns.some(({ answer }) => answer === 'Yes')
  return turns.length === wantedTurns && named && left.length === 1 && at(left, 0) === target ? turns : null
}
