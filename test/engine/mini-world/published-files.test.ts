// The mini-world's files as a whole: reproducible, complete, balanced, and made of words that the vocabulary knows.

import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Parser } from 'pickleparser'
import { normalAnswer } from '../../../src/engine/data/answer-text'
import { piecesOf } from '../../../src/engine/mini-world/language/vocabulary'
import { countsOf, writtenWorld, type WrittenWorld } from './written-world'

const world = writtenWorld(11)

function hashes(of: WrittenWorld): Record<string, string> {
  const files = readdirSync(of.folder, { recursive: true }).map(String).filter((name) => /\.(json|jsonl|txt|tsv|p|gz)$/.test(name)).sort()
  return Object.fromEntries(files.map((name) => [name, createHash('sha256').update(of.bytes(name)).digest('hex')]))
}

interface VqaQuestions { readonly questions: readonly { readonly question_id: number; readonly image_id: number; readonly question: string }[] }
interface VqaAnnotations {
  readonly annotations: readonly { readonly question_id: number; readonly answer_type: string; readonly multiple_choice_answer: string; readonly answers: readonly { readonly answer: string; readonly answer_id: number }[] }[]
}
interface Karpathy { readonly images: readonly { readonly split: string; readonly filename: string; readonly sentences: readonly { readonly raw: string }[] }[] }
interface GenomeImage { readonly id: number; readonly qas: readonly { readonly qa_id: number; readonly question: string; readonly answer: string }[] }

const vqaQuestions = (part: string): VqaQuestions['questions'] => world.json<VqaQuestions>(`vqa/v2_OpenEnded_mscoco_${part}_questions.json`).questions
const vqaAnnotations = (part: string): VqaAnnotations['annotations'] => world.json<VqaAnnotations>(`vqa/v2_mscoco_${part}_annotations.json`).annotations
const karpathy = (name: string): Karpathy['images'] => world.json<Karpathy>(`${name}/dataset_${name}.json`).images
const genome = (): readonly GenomeImage[] => world.json<GenomeImage[]>('visual_genome/question_answers.json')

/** Every text that a model of the world reads. */
function allTexts(): string[] {
  const refs = [['refcoco', 'unc'], ['refcoco+', 'unc'], ['refcocog', 'umd']].flatMap(([folder, who]) =>
    new Parser().parse<{ sentences: { sent: string }[] }[]>(world.bytes(`${folder}/refs(${who}).p`)).flatMap((ref) => ref.sentences.map((s) => s.sent))
  )
  const pointing = world.json<{ images: { qa_pairs: { question: string }[] }[] }>('visual7w/dataset_v7w_pointing.json')
  const games = world.lines<{ qas: { question: string; answer: string }[] }>('guesswhat/guesswhat.train.jsonl.gz')
  return [
    ...vqaQuestions('train2014').map((q) => q.question), ...genome().flatMap((image) => image.qas.map((qa) => qa.question)), ...refs,
    ...Object.values(world.json<Record<string, { question: string }>>('gqa/train_balanced_questions.json')).map((q) => q.question),
    ...[...karpathy('coco'), ...karpathy('flickr30k')].flatMap((image) => image.sentences.map((s) => s.raw)),
    ...pointing.images.flatMap((image) => image.qa_pairs.map((pair) => pair.question)),
    ...games.flatMap((game) => game.qas.map((qa) => `start ${qa.question} answer ${qa.answer} stop`)),
    ...world.lines<{ sentence: string }>('nlvr2/train.json').map((line) => line.sentence),
    ...world.lines<{ sentence2: string }>('snli_ve/snli_ve_train.jsonl').map((line) => line.sentence2),
    ...world.bytes('conceptual_captions/Train_GCC-training.tsv').toString('utf8').trim().split('\n').map((line) => line.split('\t')[0] ?? '')
  ]
}

describe('the mini-world as files', () => {
  it('gives the same bytes for the same seed', () => {
    expect(hashes(writtenWorld(11))).toEqual(hashes(world))
  })

  it('gives other questions for another seed, and the same vocabulary', () => {
    const [here, there] = [hashes(world), hashes(writtenWorld(12))]
    expect(Object.keys(there)).toEqual(Object.keys(here))
    const same = Object.keys(here).filter((name) => here[name] === there[name])
    expect(same).toEqual(['vocab.txt'])
  })

  it('uses no word that the vocabulary lacks or would have to spell', () => {
    const vocabulary = new Set(world.bytes('vocab.txt').toString('utf8').trim().split('\n'))
    const spelt = allTexts().filter((text) => {
      const pieces = piecesOf(text.replace(/t-shirt/gi, 'shirt').replace(/N\/A|day 3/gi, ''))
      return pieces.some((piece) => !vocabulary.has(piece) || piece === '[UNK]' || (/^(##)?[b-z]$/.test(piece) && piece !== '##s'))
    })
    expect(spelt).toEqual([])
  })

  it('keeps texts short', () => {
    const longest = Math.max(...allTexts().map((text) => piecesOf(text).length))
    expect(longest).toBeLessThanOrEqual(19)
  })
})

describe('VQA of the mini-world', () => {
  it.each(['train2014', 'val2014', 'test2015'])('asks every question of %s about pictures with different answers', (part) => {
    const texts = new Map(vqaQuestions(part).map((q) => [q.question_id, q.question]))
    const answers = new Map<string, Set<string>>()
    for (const { question_id, multiple_choice_answer } of vqaAnnotations(part)) {
      const text = texts.get(question_id) ?? ''
      answers.set(text, (answers.get(text) ?? new Set()).add(multiple_choice_answer))
    }
    expect(texts.size).toBeGreaterThanOrEqual(24)
    expect([...answers].filter(([, given]) => given.size < 2)).toEqual([])
  })

  it('has ten answers a question, the true one the most frequent, some people disagreeing', () => {
    const annotations = vqaAnnotations('train2014')
    for (const { answers, multiple_choice_answer } of annotations) {
      expect(answers.map((answer) => answer.answer_id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect(countsOf(answers.map((answer) => answer.answer))[multiple_choice_answer]).toBeGreaterThan(5)
    }
    expect(annotations.some(({ answers }) => new Set(answers.map((answer) => answer.answer)).size > 1)).toBe(true)
    const yesNo = countsOf(annotations.filter((a) => a.answer_type === 'yes/no').map((a) => a.multiple_choice_answer))
    expect(yesNo['yes']).toBe(yesNo['no'])
  })

  it('shares its answer labels with Visual Genome, whose answers are sentences', () => {
    const labels = world.json<Record<string, number>>('vqa/trainval_ans2label.json')
    expect(world.json('visual_genome/trainval_ans2label.json')).toEqual(labels)
    expect(world.json<string[]>('vqa/trainval_label2ans.json').map((answer) => labels[answer])).toEqual(Object.values(labels).sort((a, b) => a - b))
    const answers = genome().flatMap((image) => image.qas.map((qa) => qa.answer))
    expect(answers.filter((answer) => !/^[A-Z0-9].*\.$/.test(answer))).toEqual([])
    expect(answers.filter((answer) => normalAnswer(answer) in labels).length).toBeGreaterThan(0.85 * answers.length)
  })
})

describe('Visual Genome of the mini-world', () => {
  it('numbers its questions so that the last tenths are those of the test and validation pictures', () => {
    const questions = genome().flatMap((image) => image.qas.map((qa) => ({ ...qa, split: world.picture('vg', image.id).split }))).sort((a, b) => a.qa_id - b.qa_id)
    const count = questions.length
    const expected = questions.map((_, i) => (i < count * 0.8 ? 'train' : i < count * 0.9 ? 'val' : 'test'))
    expect(questions.map((question) => question.split)).toEqual(expected)
  })
})

describe('captions of the mini-world', () => {
  it.each(['coco', 'flickr30k'])('has five different captions for every picture of %s', (name) => {
    const images = karpathy(name)
    expect(countsOf(images.map((image) => image.split))).toEqual({ train: 24, val: 12, test: 12 })
    for (const { sentences } of images) expect(new Set(sentences.map((sentence) => sentence.raw)).size).toBe(5)
  })
})
