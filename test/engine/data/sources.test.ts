import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { SplitData } from '../../../src/engine/data/example'
import { readSplit } from '../../../src/engine/data/sources/all-sources'
import { samplesFolder } from './samples'

const pictures = (data: SplitData): number => new Set(data.examples.flatMap((e) => (e.kind === 'statement' ? e.pictures : [e.picture]).map((p) => p.id))).size

function folder(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), 'sources-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

const samples = samplesFolder()
describe.skipIf(samples === null)('readers on the real samples', () => {
  const root = samples ?? ''
  it('reads COCO captions: 60 pictures with five captions each', () => {
    const data = readSplit('coco', root, 'val')
    expect([data.examples.length, pictures(data), data.problems.length]).toEqual([300, 60, 0])
    expect(data.files).toEqual(['coco/captions_val2017.json'])
  })

  it('reads the same from the data set\'s own folder', () => {
    expect(readSplit('coco', join(root, 'coco'), 'val').examples).toHaveLength(300)
  })

  it('reads NLVR2 lines with both pictures and the truth value', () => {
    const data = readSplit('nlvr2', root, 'val')
    expect([data.examples.length, data.problems.length]).toEqual([120, 0])
    expect(data.examples[0]).toMatchObject({ id: 'dev-850-0-0', label: 0, pictures: [{ id: 'dev-850-0-img0' }, { id: 'dev-850-0-img1' }] })
    expect(readSplit('nlvr2', root, 'test').examples).toHaveLength(60)
  })

  it('reads GQA test-dev questions and keeps ids as text', () => {
    const data = readSplit('gqa', root, 'test')
    expect([data.examples.length, data.problems.length]).toEqual([150, 0])
    expect(data.examples.find((e) => e.id === '201307270')).toMatchObject({ picture: { pool: 'vg' }, sort: 'logical' })
  })

  it('reads SNLI-VE in every spelling of the picture key', () => {
    const train = readSplit('snli-ve', root, 'train')
    expect(train.problems).toEqual([])
    expect(train.examples).toHaveLength(5 + 16)
    expect(train.examples.map((e) => (e.kind === 'statement' ? e.pictures[0]?.id : ''))).toEqual(expect.arrayContaining(['555378351', '2248275918']))
    const test = readSplit('snli-ve', root, 'test')
    expect(test.examples).toHaveLength(150)
    expect(test.examples.filter((e) => e.kind === 'statement' && e.label === null).length).toBeGreaterThan(0)
  })

  it('reads the Flickr30k lines of the reference', () => {
    const data = readSplit('flickr30k', root, 'val')
    expect([data.examples.length, pictures(data)]).toEqual([500, 100])
  })

  it('reads packed GuessWhat games', () => {
    const data = readSplit('guesswhat', root, 'train')
    expect([data.examples.length, data.problems.length]).toEqual([6, 0])
    const [game] = data.examples
    expect(game).toMatchObject({ kind: 'region', picture: { id: '157190' } })
    expect(game?.kind === 'region' && game.text.startsWith('start is it on the back coutertop? answer No stop start ')).toBe(true)
    expect(game?.kind === 'region' && game.candidates.some((box) => box.join() === game.answer.join())).toBe(true)
  })

  it('reads Visual Genome questions: 256 over the three splits', () => {
    const counts = (['train', 'val', 'test'] as const).map((split) => readSplit('vgqa', root, split).examples.length)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(256)
  })

  it('reads Conceptual Captions without treating quotes as special', () => {
    expect(readSplit('conceptual-captions', root, 'val').examples).toHaveLength(200)
    expect(readSplit('conceptual-captions', root, 'train').examples[0]).toMatchObject({ caption: 'a very typical bus station', picture: { pool: 'cc', id: 'IMG_3422' } })
  })

  it('joins VQA questions with their ten answers and finds the split in the header', () => {
    const data = readSplit('vqa', root, 'train')
    expect([data.examples.length, data.problems.length]).toEqual([3, 0])
    expect(data.examples[0]).toMatchObject({ id: '458752000', question: 'What is this photo taken looking through?', answers: { net: 1 } })
  })

  it.each(['proto0', 'proto2', 'proto4'])('reads RefCOCO refs pickled with %s', (protocol) => {
    const from = join(root, '_writer_fixtures', 'refcoco_like')
    const own = folder({ 'refcoco/refs(unc).p': readFileSync(join(from, `refs(unc).${protocol}.p`)), 'refcoco/instances.json': readFileSync(join(from, 'instances.json')) })
    const refs: { split: string; sentences: unknown[] }[] = JSON.parse(readFileSync(join(from, 'refs_as_json.json'), 'utf8'))
    for (const split of ['train', 'val', 'test'] as const) {
      const data = readSplit('refcoco', own, split)
      const expected = refs.filter((ref) => ref.split.startsWith(split)).reduce((sum, ref) => sum + ref.sentences.length, 0)
      expect([split, data.examples.length, data.problems.length]).toEqual([split, expected, 0])
    }
    expect(readSplit('refcoco', own, 'train').examples[0]).toMatchObject({ text: 'person in red', answer: [0, 95.32, 113.34, 419.59], part: 'train' })
  })
})

describe('readers on small files', () => {
  const line = (identifier: string, label = 'True'): string => JSON.stringify({ identifier, sentence: 'Two dogs.', label })

  it('reports a malformed line by file and line and keeps the others', () => {
    const root = folder({ 'nlvr2/dev.json': [line('dev-1-0-0'), '{"identifier": "dev-1-0-1", ', line('dev-1-0-2', 'Maybe'), line('dev-1-0-3')].join('\n') })
    const data = readSplit('nlvr2', root, 'val')
    expect(data.examples.map((e) => e.id)).toEqual(['dev-1-0-0', 'dev-1-0-3'])
    expect(data.problems).toMatchObject([
      { file: 'nlvr2/dev.json', where: 'line 2' },
      { file: 'nlvr2/dev.json', where: 'line 3', message: `'label' is "Maybe"; expected "True" or "False"` }
    ])
  })

  it('names the splits that exist when one does not', () => {
    expect(() => readSplit('nlvr2', folder({ 'nlvr2/dev.json': line('dev-1-0-0') }), 'train')).toThrow(/no train split of nlvr2; it has: val/)
  })

  it('names the file, the place and what was expected when a file is not JSON', () => {
    const root = folder({ 'coco/captions_val2014.json': '{"images": [\n{"id": 1,}\n]}' })
    expect(() => readSplit('coco', root, 'val')).toThrow(/captions_val2014\.json is not valid JSON \(line 2.*expected COCO captions/)
  })

  it('names the file when it is cut off inside gzip', () => {
    const packed = gzipSync(Buffer.from('{"id": 1}\n'.repeat(200)))
    const root = folder({ 'guesswhat/guesswhat.train.jsonl.gz': packed.subarray(0, 20) })
    expect(() => readSplit('guesswhat', root, 'train')).toThrow(/guesswhat\.train\.jsonl\.gz is not a complete gzip file/)
  })

  it('says what is missing at the top of a file of the right syntax', () => {
    const root = folder({ 'coco/captions_val2014.json': '{"pictures": []}' })
    expect(() => readSplit('coco', root, 'val')).toThrow(/captions_val2014\.json: 'images' is missing; expected a list/)
  })

  it('refuses a caption of a picture that the file does not list', () => {
    const root = folder({ 'coco/captions_val2014.json': JSON.stringify({ images: [{ id: 1, file_name: 'a.jpg' }], annotations: [{ id: 5, image_id: 2, caption: 'A dog.' }] }) })
    expect(readSplit('coco', root, 'val').problems).toMatchObject([{ where: 'annotation 1' }, { where: 'image 1', message: 'has no caption' }])
  })

  it('reads both layouts of a GuessWhat game alike', () => {
    const qas = [{ question: 'Is it red?', answer: 'Yes', id: 1 }]
    const a = { id: 7, image: { id: 3, file_name: 'COCO_train2014_000000000003.jpg' }, qas, object_id: 12, objects: [{ id: 12, bbox: [1, 2, 3, 4] }, { id: 11, bbox: [5, 6, 7, 8] }] }
    const b = { dialogue_id: 7, picture: { id: 3, file_name: 'COCO_train2014_000000000003.jpg' }, qas: [{ q: 'Is it red?', a: 'Yes', id: 1 }], object_id: 12, objects: { 12: { bbox: [1, 2, 3, 4] }, 11: { bbox: [5, 6, 7, 8] } } }
    const [first, second] = [a, b].map((game) => readSplit('guesswhat', folder({ 'guesswhat/guesswhat.valid.jsonl': JSON.stringify(game) }), 'val'))
    expect(first?.examples).toEqual(second?.examples)
    expect(first?.examples[0]).toMatchObject({ answer: [1, 2, 4, 6], candidates: [[5, 6, 12, 14], [1, 2, 4, 6]], text: 'start Is it red? answer Yes stop ' })
  })

  it('splits Visual Genome between pictures, in the order of qa_id', () => {
    const list = Array.from({ length: 40 }, (_, i) => ({ id: i, qas: [0, 1, 2].map((k) => ({ qa_id: i * 3 + k, image_id: i, question: 'What?', answer: 'Two.' })) }))
    const root = folder({ 'visual_genome/question_answers.json': JSON.stringify(list) })
    const [train, val, test] = (['train', 'val', 'test'] as const).map((split) => readSplit('vgqa', root, split))
    expect([train, val, test].map((data) => data?.examples.length)).toEqual([96, 12, 12])
    const seen = new Set(train?.examples.map((e) => (e.kind === 'question' ? e.picture.id : '')))
    expect(val?.examples.some((e) => e.kind === 'question' && seen.has(e.picture.id))).toBe(false)
    expect(train?.examples[0]).toMatchObject({ answers: { '2': 1 } })
  })

  it('reads Visual7W boxes by id and reports an unknown one', () => {
    const file = { images: [{ image_id: 7, split: 'train', filename: 'v7w_7.jpg', qa_pairs: [{ qa_id: 1, question: 'Which?', answer: 2, multiple_choices: [4, 1, 3] }] },
      { image_id: 8, split: 'train', qa_pairs: [{ qa_id: 2, question: 'Which?', answer: 9, multiple_choices: [4, 1, 3] }] }],
      boxes: [1, 2, 3, 4].map((id) => ({ box_id: id, x: id, y: 0, width: 10, height: 5 })) }
    const data = readSplit('visual7w', folder({ 'visual7w/dataset_v7w_pointing.json': JSON.stringify(file) }), 'train')
    expect(data.examples).toMatchObject([{ answer: [2, 0, 12, 5], candidates: [[1, 0, 11, 5], [2, 0, 12, 5], [3, 0, 13, 5], [4, 0, 14, 5]] }])
    expect(data.problems).toMatchObject([{ where: 'image 2', message: "box 9 of a question is not among the file's boxes" }])
  })
})
