// The official VQA accuracy (spec 7): an answer that three of ten people gave is right, averaged over the ten groups that
// leave one person out. Read next: ../data/answer-text.ts, the normalisation.

import { normalAnswer } from '../data/answer-text'

/** People asked about each question of VQA v2. */
const ANNOTATORS = 10

/**
 * Accuracy 0–1 of an answer, given how many people wrote each raw answer. As in the official program texts are normalised
 * only where people disagree; the case never counts.
 */
export function vqaAccuracy(predicted: string, votes: Readonly<Record<string, number>>, annotators = ANNOTATORS): number {
  const raw = Object.keys(votes)
  const plain = (text: string): string => (raw.length > 1 ? normalAnswer(text) : text.replace(/[\n\t]/g, ' ').trim()).toLowerCase()
  const wanted = plain(predicted)
  const equal = raw.reduce((sum, answer) => sum + (plain(answer) === wanted ? (votes[answer] ?? 0) : 0), 0)
  if (annotators <= 0) return 0
  const share = (others: number): number => Math.min(1, others / 3)
  const agreeing = Math.min(equal, annotators)
  return (agreeing * share(agreeing - 1) + (annotators - agreeing) * share(agreeing)) / annotators
}

/** How many people gave each answer, from its soft score: 0.3, 0.6, 0.9 and 1 are one, two, three, and four or more, which is all that the accuracy asks. */
export function votesOf(softScores: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(softScores).map(([answer, score]) => [answer, score >= 1 ? 4 : Math.round(score / 0.3)]))
}
