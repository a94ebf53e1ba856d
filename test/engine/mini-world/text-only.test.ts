// What the words alone give away: measured on the mini world, printed, and held below the bounds of
// the rules of the mini-world.

import { describe, expect, it } from 'vitest'
import { normalAnswer } from '../../../src/engine/data/answer-text'
import { textOnlyGuess, type TextAnswer, type TextOnlyScores } from '../../../src/engine/mini-world/text-only'
import { countsOf, writtenWorld } from './written-world'

describe('the text-only guess', () => {
  it('knows sentences it has seen, and takes the longest known beginning of others', () => {
    const train: TextAnswer[] = [
      { text: 'What color is the dog?', answers: { red: 1 } }, { text: 'What color is the dog?', answers: { red: 0.6, blue: 0.3 } },
      { text: 'What color is the cat?', answers: { blue: 1 } }, { text: 'How many?', answers: { 2: 1 } }, { text: 'How many?', answers: { 2: 1 } }
    ]
    const heldOut: TextAnswer[] = [{ text: 'what color is the dog', answers: { red: 1 } }, { text: 'How many dogs?', answers: { 2: 1 } }, { text: 'Who?', answers: { man: 1 } }, { text: 'How many?', answers: { 2: 1 } }]
    expect(textOnlyGuess(train, heldOut)).toEqual({ constant: 50, textOnly: 75 })
  })

  it('finds a word that decides wherever it stands', () => {
    const train = Array.from({ length: 40 }, (_, i) => ({ text: `${i} ${i % 2 === 0 ? 'sunny' : 'rainy'} ${i}`, answers: { [i % 2 === 0 ? 'yes' : 'no']: 1 } }))
    expect(textOnlyGuess(train, [{ text: 'so rainy', answers: { no: 1 } }, { text: 'so sunny', answers: { yes: 1 } }]).textOnly).toBe(100)
  })
})

describe('the mini world', () => {
  const world = writtenWorld(1, 'mini')
  const labels = world.json<Record<string, number>>('vqa/trainval_ans2label.json')
  const soft = [0, 0.3, 0.6, 0.9, 1]

  function vqa(part: string, wanted: (type: string) => boolean = () => true): TextAnswer[] {
    const { questions } = world.json<{ questions: { question_id: number; question: string }[] }>(`vqa/v2_OpenEnded_mscoco_${part}_questions.json`)
    const texts = new Map(questions.map((q) => [q.question_id, q.question]))
    const { annotations } = world.json<{ annotations: { question_id: number; question_type: string; answers: { answer: string }[] }[] }>(`vqa/v2_mscoco_${part}_annotations.json`)
    return annotations.filter((a) => wanted(a.question_type)).map(({ question_id, answers }) => ({
      text: texts.get(question_id) ?? '',
      answers: Object.fromEntries(Object.entries(countsOf(answers.map((a) => a.answer))).filter(([a]) => a in labels).map(([a, n]) => [a, soft[Math.min(n, 4)] ?? 1]))
    }))
  }
  const gqa = (name: string): TextAnswer[] =>
    Object.values(world.json<Record<string, { question: string; answer: string }>>(`gqa/${name}_balanced_questions.json`)).map(({ question, answer }) => ({ text: question, answers: { [answer]: 1 } }))
  const genome = (from: number, to: number): TextAnswer[] => {
    const all = world.json<{ qas: { qa_id: number; question: string; answer: string }[] }[]>('visual_genome/question_answers.json').flatMap((image) => image.qas).sort((a, b) => a.qa_id - b.qa_id)
    return all.slice(from * all.length, to * all.length).map(({ question, answer }) => ({ text: question, answers: { [normalAnswer(answer)]: 1 } }))
  }
  const nlvr2 = (name: string): TextAnswer[] => world.lines<{ sentence: string; label: string }>(`nlvr2/${name}.json`).map(({ sentence, label }) => ({ text: sentence, answers: { [label]: 1 } }))
  const snli = (name: string): TextAnswer[] => world.lines<{ sentence2: string; gold_label: string }>(`snli_ve/snli_ve_${name}.jsonl`).map(({ sentence2, gold_label }) => ({ text: sentence2, answers: { [gold_label]: 1 } }))

  const measured: Readonly<Record<string, { sizes: readonly [number, number]; scores: TextOnlyScores }>> = Object.fromEntries(
    ([
      ['vqa', vqa('train2014'), vqa('val2014')],
      ['vqa colors', vqa('train2014', (type) => type.startsWith('what color')), vqa('val2014', (type) => type.startsWith('what color'))],
      ['vqa counts', vqa('train2014', (type) => type === 'how many'), vqa('val2014', (type) => type === 'how many')],
      ['gqa', gqa('train'), gqa('val')], ['vgqa', genome(0, 0.8), genome(0.8, 0.9)], ['nlvr2', nlvr2('train'), nlvr2('dev')], ['snli-ve', snli('train'), snli('dev')]
    ] as const).map(([name, train, heldOut]) => [name, { sizes: [train.length, heldOut.length], scores: textOnlyGuess(train, heldOut) }])
  )

  it('has the intended numbers of examples', () => {
    const sizes = Object.fromEntries(Object.entries(measured).map(([name, entry]) => [name, entry.sizes]))
    expect(sizes).toMatchObject({ vqa: [6000, 600], gqa: [4500, 600], vgqa: [6000, 750], nlvr2: [3200, 600], 'snli-ve': [4500, 600] })
  })

  it('gives away little by its words', () => {
    const rows = Object.entries(measured).map(([name, { scores }]) => `${name.padEnd(12)} constant ${scores.constant.toFixed(1).padStart(5)}   text only ${scores.textOnly.toFixed(1).padStart(5)}`)
    console.log(`Without a picture, percent on val:\n${rows.join('\n')}`)
    const textOnly = (name: string): number => measured[name]?.scores.textOnly ?? NaN
    expect(textOnly('vqa')).toBeLessThan(33)
    expect(textOnly('gqa')).toBeLessThan(45)
    expect(textOnly('vgqa')).toBeLessThan(20)
    expect(textOnly('nlvr2')).toBe(50)
    expect(textOnly('snli-ve')).toBeLessThan(36.4)
  })
})

describe('pictures without words', () => {
  const world = writtenWorld(2, 'mini')
  const kinds = (categories: readonly string[]): string => String(new Set(categories).size)
  const seen = (pool: 'flickr30k' | 'nlvr2', id: string): string => kinds(world.picture(pool, id).scene.objects.map((object) => object.category))

  /** The look-up over what a picture shows at a glance instead of over its sentence. */
  function guess(rows: (file: string) => TextAnswer[], train: string, val: string): number {
    return textOnlyGuess(rows(train), rows(val)).textOnly
  }

  it('do not give away a label by how many kinds of things they show', () => {
    const nlvr2 = (name: string): TextAnswer[] => world.lines<{ identifier: string; label: string }>(`nlvr2/${name}.json`).map(({ identifier, label }) => {
      const pair = identifier.replace(/-\d+$/, '')
      return { text: `${seen('nlvr2', `${pair}-img0`)} ${seen('nlvr2', `${pair}-img1`)}`, answers: { [label]: 1 } }
    })
    const snli = (name: string): TextAnswer[] =>
      world.lines<{ Flickr30K_ID: string; gold_label: string }>(`snli_ve/snli_ve_${name}.jsonl`).map(({ Flickr30K_ID, gold_label }) => ({ text: seen('flickr30k', Flickr30K_ID), answers: { [gold_label]: 1 } }))
    expect(guess(nlvr2, 'train', 'dev')).toBeLessThan(53)
    expect(guess(snli, 'train', 'dev')).toBeLessThan(36.4)
  })
})
