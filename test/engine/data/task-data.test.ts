import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TASK_IDS, type TaskId, taskById } from '../../../src/contract/task-catalog'
import { overlapReport } from '../../../src/engine/data/overlap'
import { pictureIdentity, picturesOfExample } from '../../../src/engine/data/picture-identity'
import { readSplit } from '../../../src/engine/data/sources/all-sources'
import { openTaskData } from '../../../src/engine/data/task-data'
import type { TaskBatch } from '../../../src/engine/tasks/task-batch'
import { scoreOf } from '../../../src/engine/tasks/evaluation'
import { samplesFolder } from './samples'
import { FEATURES, sceneWorld } from './scene-world'

const CONFIG = { seed: 1, batchRows: 8, clean: true, validationExamples: 0, retrievalCheck: 'reference', blind: 'none' } as const
const { root } = sceneWorld()
const data = openTaskData({ root, tasks: TASK_IDS, config: CONFIG })
const parts = (batch: TaskBatch): unknown => JSON.stringify([batch.indices, batch.wordIds, batch.features, batch.boxes, batch.targets, batch.targetMask].map((a) => Array.from(a)))

describe('data of the twelve tasks', () => {
  it('can hide the picture or the words from every batch, and nothing else', () => {
    const seen = data.train('refcoco').batch(0)
    const noPicture = openTaskData({ root, tasks: TASK_IDS, config: { ...CONFIG, blind: 'picture' } }).train('refcoco').batch(0)
    const noWords = openTaskData({ root, tasks: TASK_IDS, config: { ...CONFIG, blind: 'words' } }).train('refcoco').batch(0)
    expect([...noPicture.features, ...noPicture.boxes].every((number) => number === 0)).toBe(true)
    expect([noPicture.wordIds, noPicture.targets, noPicture.regionMask]).toEqual([seen.wordIds, seen.targets, seen.regionMask])
    expect(new Set([...noWords.wordIds].filter((_, place) => noWords.wordMask[place] === 1)).size).toBe(1)
    expect([noWords.features, noWords.wordMask, noWords.targets]).toEqual([seen.features, seen.wordMask, seen.targets])
  })

  it('gives tasks of one head texts of one length, so that they share a compiled step', () => {
    const words = new Map(data.shapes.map((shape) => [shape.task, shape.words]))
    expect(new Set(['refcoco', 'refcoco+', 'refcocog'].map((task) => words.get(task as 'refcoco'))).size).toBe(1)
    expect(words.get('coco')).toBe(words.get('flickr30k'))
    expect(words.get('guesswhat')).toBeGreaterThan(words.get('refcocog') ?? 0)
  })

  it.each(TASK_IDS)('%s: truth as logits reaches the stated ceiling', (task) => {
    const batches = data.val(task)
    const evaluation = data.evaluation(batches)
    for (const batch of batches.all()) evaluation.add(batch, batch.targets)
    const metrics = evaluation.metrics()
    expect(evaluation.examples()).toBe(batches.examples)
    expect(metrics['score']).toBeCloseTo(metrics['ceiling'] ?? 1, 6)
    expect(metrics['ceiling'] ?? 1).toBeGreaterThan(0.8)
  })

  it.each(TASK_IDS)('%s: a random guesser stays far below the ceiling, and so do the guesses without a picture', (task) => {
    const batches = data.val(task)
    const evaluation = data.evaluation(batches)
    for (const batch of batches.all()) evaluation.add(batch, batch.targets.map((_, i) => Math.sin(i * 12.9898 + batch.indices[0]!) * 43758.5453 % 1))
    expect(evaluation.metrics()['score']).toBeLessThan(0.8)
    const { constantGuess, textOnlyGuess } = data.guesses(batches)
    expect(constantGuess).toBeGreaterThanOrEqual(0)
    expect(textOnlyGuess).toBeGreaterThanOrEqual(constantGuess)
    expect(textOnlyGuess).toBeLessThan(0.8)
  })

  it.each(TASK_IDS)('%s: batches have the declared shapes and real rows', (task) => {
    const shape = data.shapes.find((row) => row.task === task)
    const batch = data.train(task).batch(0)
    expect(batch.examples).toBe(shape?.examples)
    expect(batch.rows).toBe(batch.examples * taskById(task).rowsPerExample)
    expect(batch.rows).toBeLessThanOrEqual(CONFIG.batchRows)
    expect([batch.words, batch.regions, batch.targetWidth]).toEqual([shape?.words, shape?.regions, shape?.targetWidth])
    expect([batch.wordIds.length, batch.features.length, batch.boxes.length]).toEqual([batch.rows * batch.words, batch.rows * batch.regions * FEATURES, batch.rows * batch.regions * 5])
    expect([...batch.weights]).toEqual(new Array(batch.examples).fill(1))
    for (let row = 0; row < batch.rows; row++) {
      expect(batch.wordIds[row * batch.words]).toBe(data.context(task).tokenizer.start)
      expect([...batch.boxes.subarray(row * batch.regions * 5, row * batch.regions * 5 + 5)]).toEqual([0, 0, 1, 1, 1])
    }
  })

  it.each(TASK_IDS)('%s: a batch is the same whenever it is asked for, and other numbers give others', (task) => {
    const again = openTaskData({ root, tasks: TASK_IDS, config: CONFIG })
    data.train(task).batch(9)
    expect(parts(data.train(task).batch(3))).toBe(parts(again.train(task).batch(3)))
    expect(parts(data.train(task).batch(3))).not.toBe(parts(data.train(task).batch(4)))
  })

  it('visits every training example once in a pass and then in another order', () => {
    const batches = data.train('snli-ve')
    const count = batches.examples
    const seen = Array.from({ length: Math.ceil((2 * count) / 8) }, (_, i) => [...batches.batch(i).indices]).flat()
    const ascending = [...Array(count).keys()]
    expect(seen.slice(0, count).sort((a, b) => a - b)).toEqual(ascending)
    expect(seen.slice(count, 2 * count).sort((a, b) => a - b)).toEqual(ascending)
    expect(seen.slice(0, count)).not.toEqual(seen.slice(count, 2 * count))
    expect(batches.batchesPerPass).toBe(Math.ceil(count / 8))
  })

  it('pads the last validation batch with weight 0 and scores only real examples', () => {
    const all = [...data.val('vqa').all()]
    const last = all[all.length - 1]
    expect(all.reduce((sum, batch) => sum + scoreOf(batch, batch.targets).count, 0)).toBe(data.val('vqa').examples)
    const shape = openTaskData({ root, tasks: ['vqa'], config: { ...CONFIG, batchRows: 3, validationExamples: 13 } })
    const padded = [...shape.val('vqa').all()].pop()
    expect(last).toBeDefined()
    expect([...(padded?.weights ?? [])]).toContain(0)
    expect(padded?.indices[6]).toBe(-1)
  })

  it('checks up to four training batches at once, at most 128 rows, in even parts', () => {
    const sizes = (task: 'vqa' | 'coco', batchRows: number, validationExamples: number): number[] =>
      [...openTaskData({ root, tasks: [task], config: { ...CONFIG, batchRows, validationExamples } }).val(task).all()].map(({ examples }) => examples)
    expect(sizes('vqa', 3, 13)).toEqual([7, 7])
    expect(sizes('vqa', 3, 12)).toEqual([12])
    expect(sizes('vqa', 40, 20)).toEqual([20])
    // Four rows an example: 128 rows are 32 examples, were there as many.
    expect(sizes('coco', 8, 16)).toEqual([8, 8])
  })

  it('draws a limited validation by the seed, without repeats', () => {
    const limited = openTaskData({ root, tasks: ['vqa'], config: { ...CONFIG, validationExamples: 10 } }).val('vqa')
    expect(new Set(limited.chosen).size).toBe(10)
    expect([...limited.all()].flatMap((batch) => [...batch.indices].filter((i) => i >= 0))).toEqual(limited.chosen)
  })

  it('shows samples with the right answer first when the model is right', () => {
    for (const task of ['vqa', 'coco', 'refcoco', 'visual7w', 'nlvr2'] as const) {
      const batches = data.val(task)
      const evaluation = data.evaluation(batches)
      for (const batch of batches.all()) evaluation.add(batch, batch.targets)
      const samples = evaluation.samples(5, 7)
      expect(samples).toHaveLength(5)
      for (const sample of samples.filter((row) => row.right)) {
        expect(sample.iteration).toBe(7)
        expect(sample.pictures.length).toBe(task === 'nlvr2' || task === 'coco' ? 2 : 1)
        expect(sample.candidates.length).toBeLessThanOrEqual(8)
        expect(sample.candidates[0]?.truth).toBe(Math.max(...sample.candidates.map(({ truth }) => truth)))
        if (task !== 'vqa') expect(sample.answer).toBe(sample.expected)
      }
    }
  })

  it('reports what cleaning removed and leaves no test picture in any training split', () => {
    const identity = pictureIdentity(root)
    const tests = new Set(TASK_IDS.flatMap((task) => readSplit(task, root, 'test').examples.flatMap((e) => picturesOfExample(e).map(identity))))
    for (const task of TASK_IDS) {
      const report = data.report.find((row) => row.task === task)
      expect(report?.cleaning?.before).toBe(readSplit(task, root, 'train').examples.length)
      expect((report?.cleaning?.before ?? 0) - (report?.cleaning?.removed ?? 0)).toBe(report?.examples.train)
      const left = data.train(task).split.examples.flatMap((e) => picturesOfExample(e).map(identity))
      expect(left.filter((picture) => tests.has(picture))).toEqual([])
    }
    expect(data.report.some((row) => (row.cleaning?.removed ?? 0) > 0)).toBe(true)
  })

  it('computes the overlap table: nothing with itself, something between coco and vg', () => {
    const report = overlapReport(root)
    for (const task of TASK_IDS) expect(report.share[task]?.[task]).toBe(0)
    expect(report.share['gqa']?.['vqa']).toBeGreaterThan(0)
    expect(report.share['nlvr2']?.['vqa']).toBe(0)
    expect(report.cleaning.find(({ dataset }) => dataset === 'vqa')?.removed).toBe(data.report.find(({ task }) => task === 'vqa')?.cleaning?.removed)
  })

  it('says which data set is absent', () => {
    expect(() => openTaskData({ root: `${root}/features`, tasks: ['nlvr2'], config: CONFIG })).toThrow(/holds no nlvr2 data.*expected train\.json/)
  })
})

describe('targets', () => {
  const first = (task: TaskId): TaskBatch => data.train(task).batch(0)

  it('gives questions their soft scores by answer', () => {
    const batch = first('vqa')
    const { examples } = data.train('vqa').split
    for (let row = 0; row < batch.examples; row++) {
      const example = examples[batch.indices[row] ?? 0]
      const targets = [...batch.targets.subarray(row * batch.targetWidth, (row + 1) * batch.targetWidth)]
      const answers = data.context('vqa').answers.answers
      const expected = Object.entries(example?.kind === 'question' ? example.answers : {}).filter(([answer]) => answers.includes(answer))
      expect(targets.filter((target) => target > 0)).toHaveLength(expected.length)
      for (const [answer, score] of expected) expect(targets[answers.indexOf(answer)]).toBeCloseTo(score, 6)
    }
  })

  it('gives retrieval four pairs: own caption, other caption, other picture, alike caption', () => {
    const batch = first('coco')
    const words = (row: number): string => batch.wordIds.subarray(row * batch.words, (row + 1) * batch.words).join()
    const picture = (row: number): string => batch.features.subarray(row * batch.regions * FEATURES, (row + 1) * batch.regions * FEATURES).join()
    for (let row = 0; row < batch.rows; row += 4) {
      expect([...batch.targets.subarray(row, row + 4)]).toEqual([1, 0, 0, 0])
      expect(words(row + 2)).toBe(words(row))
      expect(picture(row + 2)).not.toBe(picture(row))
      expect(picture(row + 1)).toBe(picture(row))
      expect(picture(row + 3)).toBe(picture(row))
    }
  })

  it('appends annotated boxes in the training of expressions only, with overlaps from 0.5 on', () => {
    const train = first('refcoco')
    const [val] = [...data.val('refcoco').all()]
    const regionsIn = (batch: TaskBatch | undefined, row: number): number => batch?.regionMask.subarray(row * batch.regions, (row + 1) * batch.regions).reduce((a, b) => a + b, 0) ?? 0
    const example = data.train('refcoco').split.examples[train.indices[0] ?? 0]
    const objects = example?.kind === 'region' ? example.annotated.length : 0
    expect(regionsIn(train, 0)).toBe(1 + 2 * objects)
    const other = data.val('refcoco').split.examples[val?.indices[0] ?? 0]
    expect(regionsIn(val, 0)).toBe(1 + (other?.kind === 'region' ? other.annotated.length : 0))
    const soft = [...train.targets].filter((target) => target > 0)
    expect(Math.min(...soft)).toBeGreaterThanOrEqual(0.5)
    expect(Math.max(...soft)).toBe(1)
    expect([...(val?.targets ?? [])].some((target) => target > 0 && target < 0.5)).toBe(true)
  })

  it('lets only the candidates of a choice count', () => {
    const batch = first('visual7w')
    for (let row = 0; row < batch.examples; row++) {
      const mask = batch.targetMask.subarray(row * batch.targetWidth, (row + 1) * batch.targetWidth)
      expect(mask.reduce((a, b) => a + b, 0)).toBe(4)
      expect(mask[0]).toBe(0)
    }
  })

  it('puts the left and the right picture of a statement in neighbouring rows with the same words', () => {
    const batch = first('nlvr2')
    expect(batch.rows).toBe(batch.examples * 2)
    expect(batch.wordIds.subarray(0, batch.words)).toEqual(batch.wordIds.subarray(batch.words, 2 * batch.words))
    expect(batch.targets.subarray(0, 2).reduce((a, b) => a + b, 0)).toBe(1)
  })
})

const samples = samplesFolder()
describe.skipIf(samples === null)('training data from the real samples', () => {
  it('opens COCO and NLVR2, holds out validation pictures where there is no such split, and says so', () => {
    const real = openTaskData({ root: samples ?? '', tasks: ['coco', 'nlvr2'], config: { ...CONFIG, batchRows: 16 } })
    expect(real.vocabularySize).toBe(30522)
    const [coco, nlvr2] = real.report
    expect((coco?.examples.train ?? 0) + (coco?.examples.val ?? 0)).toBe(300)
    expect(coco?.notes.join(' ')).toMatch(/No picture of coco is at hand: its 300 examples.*coco has no training split here/)
    expect((nlvr2?.examples.train ?? 0) + (nlvr2?.examples.val ?? 0)).toBe(120)
    expect(nlvr2?.notes.join(' ')).toMatch(/No picture of nlvr2/)
    for (let i = 0; i < 20; i++) expect(real.train(i % 2 === 0 ? 'coco' : 'nlvr2').batch(i).weights[0]).toBe(1)
  })

  it('draws wrong pictures from the photographs without captions where those of the captions are absent', () => {
    const real = openTaskData({ root: samples ?? '', tasks: ['coco'], config: { ...CONFIG, batchRows: 16 } })
    expect(real.report[0]?.notes.join(' ')).toMatch(/; 7 pictures without captions are at hand and take part as wrong pictures/)
    const batch = real.train('coco').batch(0)
    const rowSize = batch.regions * real.featureSize
    const seesPixels = Array.from({ length: batch.rows }, (_, row) => batch.features.subarray(row * rowSize, (row + 1) * rowSize).some((value) => value !== 0))
    expect(seesPixels).toEqual(Array.from({ length: batch.rows }, (_, row) => row % 4 === 2))
    const boxes = batch.regionMask.subarray(2 * batch.regions, 3 * batch.regions).reduce((sum, one) => sum + one, 0)
    expect(boxes).toBeGreaterThan(1)
    const evaluation = real.evaluation(real.val('coco'))
    for (const val of real.val('coco').all()) evaluation.add(val, val.targets)
    expect(evaluation.samples(1, 0)[0]?.pictures[1]).toMatchObject({ file: expect.stringMatching(/^images\/coco_val2017\/\d{12}\.jpg$/) })
  })

  it('trains on the photographs that have captions, with features from their pixels, and leaves out the rest', () => {
    // The sample photographs have no captions of their own: the first seven captioned pictures borrow them.
    const from = samples ?? ''
    const own = mkdtempSync(join(tmpdir(), 'photographs-'))
    for (const folder of ['coco', 'images/coco_val2017']) mkdirSync(join(own, folder), { recursive: true })
    cpSync(join(from, 'coco', 'captions_val2017.json'), join(own, 'coco', 'captions_val2017.json'))
    const images: { id: number; file_name: string }[] = JSON.parse(readFileSync(join(from, 'coco', 'captions_val2017.json'), 'utf8')).images
    readdirSync(join(from, 'images', 'coco_val2017')).forEach((file, i) => cpSync(join(from, 'images', 'coco_val2017', file), join(own, 'images', 'coco_val2017', images[i]?.file_name ?? '')))
    const real = openTaskData({ root: own, tasks: ['coco'], config: { ...CONFIG, batchRows: 8 } })
    const [report] = real.report
    expect([(report?.examples.train ?? 0) + (report?.examples.val ?? 0), report?.notes.length]).toEqual([35, 2])
    const batch = real.train('coco').batch(0)
    expect(batch.features.some((value) => value !== 0)).toBe(true)
    expect(batch.regionMask.subarray(0, batch.regions).reduce((a, b) => a + b, 0)).toBe(10)
    const evaluation = real.evaluation(real.val('coco'))
    for (const val of real.val('coco').all()) evaluation.add(val, val.targets)
    expect(evaluation.samples(1, 0)[0]?.pictures[0]).toMatchObject({ file: expect.stringMatching(/^images\/coco_val2017\/\d{12}\.jpg$/) })
  })
})
