// Grounding consistency on files as they are published (VQA v2, RefCOCO, RefCOCO+): their names, their id spaces, file names
// with the object's number, ten answers a question, Python 2's kind of pickle. What the files say is made up here: the
// published ones are not at hand. The command runs in a process of its own, on a run that trained a step.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeRegionStore } from '../../src/engine/data/region-store'
import type { GroundingReport } from '../../src/engine/grounding/measure-grounding'
import { pickle } from '../../src/engine/mini-world/writers/pickle'
import { randomStream } from '../../src/engine/random'
import { BUILD_MS, buildCli, freshFolder, runCli } from '../cli/run-cli'
import { tinyWorld } from './tiny-world'

/** COCO numbers: RefCOCO's pictures are all of train2014. 581857 and 98304 are test pictures of RefCOCO or RefCOCO+. */
const TRAIN2014 = [581857, 458752, 98304, 131075, 174482]
const VAL2014 = [262148, 393225]
const THINGS = ['red car', 'blue dog', 'green tree', 'yellow bus']
const WIDTH = 640
const HEIGHT = 480
const boxOf = (place: number): [number, number, number, number] => [20.5 + 150 * place, 33.12, 120.75, 210.4]
const padded = (id: number): string => String(id).padStart(12, '0')

function file(root: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
}

/** As VQA v2 publishes it: question_id is the picture's number and a running number. */
function vqa(root: string, subtype: string, pictures: readonly number[]): void {
  const questions = pictures.flatMap((image, p) => THINGS.map((thing, n) => ({ image_id: image, question: `Is the ${thing} big?`, question_id: image * 1000 + n, yes: (p + n) % 2 === 0 })))
  const head = { info: { version: '2.0', year: 2017 }, data_type: 'mscoco', data_subtype: subtype, license: { name: 'made up' } }
  file(root, `vqa/v2_OpenEnded_mscoco_${subtype}_questions.json`, JSON.stringify({ ...head, task_type: 'Open-Ended', questions: questions.map(({ image_id, question, question_id }) => ({ image_id, question, question_id })) }))
  file(root, `vqa/v2_mscoco_${subtype}_annotations.json`, JSON.stringify({
    ...head, annotations: questions.map(({ image_id, question_id, yes }) => ({
      question_type: 'is the', multiple_choice_answer: yes ? 'yes' : 'no', image_id, question_id, answer_type: 'yes/no',
      answers: Array.from({ length: 10 }, (_, i) => ({ answer: yes === i < 9 ? 'yes' : 'no', answer_confidence: 'maybe', answer_id: i + 1 }))
    })).reverse()
  }))
}

/** refs(unc).p beside instances.json; expressions in capitals as typed, and cleaned. */
function refcoco(root: string, set: string, parts: Readonly<Record<number, string>>): void {
  const objects = Object.entries(parts).flatMap(([image, part]) => THINGS.map((thing, place) => ({ image: Number(image), part, thing, place, ann: 1_700_000 + 10 * Number(image) + place })))
  let sent = 0
  file(root, `${set}/refs(unc).p`, pickle(objects.map(({ image, part, thing, place, ann }, ref) => ({
    sent_ids: [sent], file_name: `COCO_train2014_${padded(image)}_${place + 16}.jpg`, ann_id: ann, ref_id: ref, image_id: image, split: part, category_id: place + 1,
    sentences: [{ tokens: ['the', ...thing.split(' ')], raw: `THE ${thing.toUpperCase()}`, sent_id: sent++, sent: `the ${thing}` }]
  }))))
  file(root, `${set}/instances.json`, JSON.stringify({
    images: Object.keys(parts).map((image) => ({ id: Number(image), file_name: `COCO_train2014_${padded(Number(image))}.jpg`, width: WIDTH, height: HEIGHT })),
    annotations: objects.map(({ image, place, ann }) => ({ id: ann, image_id: image, bbox: boxOf(place), category_id: place + 1, iscrowd: 0, area: 1, segmentation: [] })),
    categories: THINGS.map((name, place) => ({ id: place + 1, name, supercategory: 'thing' }))
  }))
}

function regions(root: string): void {
  const numbers = randomStream(1, 'regions')
  const detected = (id: number) => ({
    id: String(id), width: WIDTH, height: HEIGHT, classes: null, features: Float32Array.from({ length: THINGS.length * 8 }, () => numbers.normal()),
    boxes: Float32Array.from(THINGS.flatMap((_, place) => { const [x, y, w, h] = boxOf(place); return [x, y, x + w, y + h] }))
  })
  mkdirSync(join(root, 'features'), { recursive: true })
  writeRegionStore(join(root, 'features', 'coco.safetensors'), 8, [...TRAIN2014, ...VAL2014].map(detected))
}

const root = join(freshFolder(), 'published')
const run = join(freshFolder(), 'run')
let report: GroundingReport

beforeAll(async () => {
  buildCli()
  vqa(root, 'train2014', TRAIN2014)
  vqa(root, 'val2014', VAL2014)
  refcoco(root, 'refcoco', { 581857: 'testA', 458752: 'train', 131075: 'val' })
  refcoco(root, 'refcoco+', { 98304: 'testB', 458752: 'train', 174482: 'val' })
  regions(root)
  cpSync(join(await tinyWorld(), 'vocab.txt'), join(root, 'vocab.txt'))
  const trained = runCli(['train', '--preset', 'tiny', '--run', run, '--set', `data=${root}`, 'world=none', 'tasks=vqa,refcoco,refcoco+', 'iterations=1', 'validateEvery=1'])
  if (trained.status !== 0) throw new Error(trained.stderr)
  const { status, stdout, stderr } = runCli(['grounding', '--run', run, '--json'])
  if (status !== 0) throw new Error(stderr)
  report = JSON.parse(stdout) as GroundingReport
}, BUILD_MS + 120_000)

describe('grounding consistency on files as published', () => {
  it('pairs the questions with the test expressions of the same COCO picture, over both RefCOCO sets', () => {
    // Two test pictures with four expressions and four questions each.
    expect(report).toMatchObject({ pictures: 2, questions: 8, expressions: 8, pairs: 32 })
    // "Is the red car big?" shares two words with THE RED CAR; no other pair shares any.
    expect(report).toMatchObject({ sharingPairs: 8, weight: 16 })
    expect(report.consistency).toBeLessThanOrEqual(Math.min(report.questionsRight ?? -1, report.expressionsRight ?? -1))
  })

  it('asks the questions that cleaning took out of training: those about test pictures', () => {
    expect(report.notes.join(' ')).not.toContain('trained on')
    const withTest = runCli(['grounding', '--run', run, '--set', 'clean=false', '--json'])
    expect((JSON.parse(withTest.stdout) as GroundingReport).notes.join(' ')).toContain('8 of the questions were trained on')
  })
})
