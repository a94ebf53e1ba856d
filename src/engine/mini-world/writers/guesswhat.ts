// GuessWhat?!: one game a line, gzip, in the layout with `image` and a list of objects (data formats 8).
// Read next: ../language/dialogues.ts.

import { basename } from 'node:path'
import { randomStream, type RandomStream } from '../../random'
import { dialogueFor, type Turn } from '../language/dialogues'
import { picturesOf } from '../language/facts'
import { countPieces } from '../language/vocabulary'
import type { Picture, SceneObject, Split } from '../scene'
import { categoryId } from './coco'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

const FILES: readonly (readonly [Split, string])[] = [['train', 'train'], ['val', 'valid'], ['test', 'test']]
const LONGEST = 60

function dialogue(picture: Picture, object: SceneObject, stream: RandomStream): Turn[] | null {
  for (let attempt = 0; attempt < 25; attempt++) {
    const turns = dialogueFor(picture.scene, object, stream)
    const text = turns?.map(({ question, answer }) => `start ${question} answer ${answer} stop`).join(' ') ?? ''
    if (turns && countPieces(text) <= LONGEST) return turns
  }
  return null
}

function gameObject(object: SceneObject): Record<string, unknown> {
  const [x1, y1, x2, y2] = object.box
  const [width, height] = [x2 - x1, y2 - y1]
  return {
    category: object.category, area: width * height, bbox: [x1, y1, width, height], category_id: categoryId(object.category),
    segment: [[x1, y1, x2, y1, x2, y2, x1, y2]], id: object.id
  }
}

/** Writes guesswhat/: the object to guess is drawn first, each object of the pool at most twice. */
export function writeGuessWhat(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number): void {
  let game = 1
  let turnId = 1
  for (const [split, name] of FILES) {
    const stream = randomStream(seed, 'guesswhat', split)
    const objects = picturesOf(pictures, 'coco', split).flatMap((picture) => picture.scene.objects.map((object) => ({ picture, object })))
    const order = [...stream.shuffle(objects), ...stream.shuffle(objects)]
    const games: Record<string, unknown>[] = []
    for (const { picture, object } of order) {
      if (games.length >= counts[split]) break
      const turns = dialogue(picture, object, stream)
      if (!turns) continue
      const file = basename(picture.file)
      games.push({
        status: 'success', qas: turns.map(({ question, answer }) => ({ answer, question, id: turnId++ })), questioner_id: 1 + stream.integer(400),
        timestamp: '2026-01-01 00:00:00',
        image: { file_name: file, coco_url: `https://mini-world.invalid/coco/${file}`, height: picture.scene.height, width: picture.scene.width, flickr_url: '', id: picture.scene.id },
        object_id: object.id, objects: picture.scene.objects.map(gameObject), id: game++
      })
    }
    out.gzipLines(`guesswhat/guesswhat.${name}.jsonl.gz`, games)
  }
}
