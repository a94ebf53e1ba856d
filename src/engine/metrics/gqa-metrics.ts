// The official measures of GQA beside accuracy and consistency (spec 7): validity, plausibility, distribution and
// grounding, and accuracy of binary and open questions. What a question needs for them is read by ../data/gqa-facts.ts.

/** Corners as fractions of the picture. */
export type FractionBox = readonly [number, number, number, number]

export interface GqaFacts {
  /** `query` is open, everything else (verify, logical, choose, compare) counts as binary. */
  readonly structural?: string
  /** The question's group of answers; none for most binary questions. */
  readonly group?: string
  /** Answers that fit the question at all, and those that occur in the world; absent where nothing tells. */
  readonly valid?: ReadonlySet<string>
  readonly plausible?: ReadonlySet<string>
  /** Regions that question and answer name; absent without a scene graph. */
  readonly regions?: readonly FractionBox[]
}

export interface GqaPrediction {
  readonly facts: GqaFacts
  readonly answer: string
  readonly predicted: string
  /** Attention on each region of the model, where it was read. */
  readonly attention?: readonly (readonly [FractionBox, number])[]
}

/** Fractions 0–1; `distribution` is a distance, lower is better. What nothing tells is left out. */
export function gqaMetrics(predictions: readonly GqaPrediction[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  const add = (name: string, scores: readonly number[]): void => {
    if (scores.length > 0) found[name] = scores.reduce((sum, score) => sum + score, 0) / scores.length
  }
  const typed = predictions.filter(({ facts }) => facts.structural !== undefined)
  const right = ({ answer, predicted }: GqaPrediction): number => (answer === predicted ? 1 : 0)
  add('binary', typed.filter(({ facts }) => facts.structural !== 'query').map(right))
  add('open', typed.filter(({ facts }) => facts.structural === 'query').map(right))
  add('validity', predictions.flatMap(({ facts: { valid }, predicted }) => (valid ? [Number(valid.has(predicted))] : [])))
  add('plausibility', predictions.flatMap(({ facts: { plausible }, predicted }) => (plausible ? [Number(plausible.has(predicted))] : [])))
  add('grounding', predictions.flatMap(({ facts: { regions }, attention }) => (regions && attention ? [groundingScore(regions, attention)] : [])))
  const distance = answerDistance(predictions)
  return distance === undefined ? found : { ...found, distribution: distance }
}

/** Attention that falls on the named regions: each region of the model gives the share of its area that they cover. */
export function groundingScore(regions: readonly FractionBox[], attention: readonly (readonly [FractionBox, number])[]): number {
  let sum = 0
  for (const region of regions) for (const [cell, weight] of attention) sum += weight * coveredShare(cell, region)
  return sum
}

function coveredShare(cell: FractionBox, region: FractionBox): number {
  const area = (cell[2] - cell[0]) * (cell[3] - cell[1])
  if (area <= 0) return 0
  const width = Math.min(cell[2], region[2]) - Math.max(cell[0], region[0])
  const height = Math.min(cell[3], region[3]) - Math.max(cell[1], region[1])
  return width > 0 && height > 0 ? (width * height) / area : 0
}

/**
 * Chi-square between the given and the predicted answers of each group, weighted by the group's questions, divided by 100
 * as the official program does. Undefined if no question has a group.
 */
export function answerDistance(predictions: readonly Pick<GqaPrediction, 'facts' | 'answer' | 'predicted'>[]): number | undefined {
  const groups = new Map<string, { gold: Map<string, number>; told: Map<string, number>; count: number }>()
  const count = (list: Map<string, number>, answer: string): unknown => list.set(answer, (list.get(answer) ?? 0) + 1)
  for (const { facts, answer, predicted } of predictions) {
    if (facts.group === undefined) continue
    const group = groups.get(facts.group) ?? { gold: new Map(), told: new Map(), count: 0 }
    groups.set(facts.group, group)
    count(group.gold, answer)
    count(group.told, predicted)
    group.count++
  }
  if (groups.size === 0) return undefined
  let sum = 0
  let all = 0
  for (const { gold, told, count: questions } of groups.values()) {
    const distance = [...gold].reduce((total, [answer, expected]) => total + ((told.get(answer) ?? 0) - expected) ** 2 / expected, 0)
    sum += distance * questions
    all += questions
  }
  return sum / all / 100
}
