// GuessWhat?! games as published, one a line, in both layouts: `image` with a list of objects, or `picture` with a
// dict of objects and q/a (data formats 8). A dialogue becomes one text; the answer is one of the game's objects.

import type { Example, PixelBox, SplitName } from '../example'
import { Fields, RecordProblem } from '../published-file'
import type { FolderFiles, Source } from '../reading'
import { cornersOf } from './boxes-of-records'

const EXPECTED = 'GuessWhat?! games, one JSON object a line'
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']
const WORD: Readonly<Record<SplitName, string>> = { train: 'train', val: 'valid', test: 'test' }

interface Game {
  readonly id: string
  readonly picture: string
  readonly file: string
  readonly text: string
  readonly objects: ReadonlyMap<number, PixelBox>
  readonly answer: number
}

/** The unpacked file wins over the packed one, so that no game is read twice. */
function filesOf(files: FolderFiles, split: SplitName): string[] {
  const found = files.matching(new RegExp(`guesswhat\\.${WORD[split]}\\.jsonl(\\.gz)?$`))
  return found.filter((name) => !(name.endsWith('.gz') && found.includes(name.slice(0, -3))))
}

export const guesswhat: Source = {
  dataset: 'guesswhat',
  folder: 'guesswhat',
  expects: 'guesswhat.train.jsonl.gz, guesswhat.valid.jsonl.gz or guesswhat.test.jsonl.gz (or unpacked)',
  splits: (files) => SPLITS.filter((split) => filesOf(files, split).length > 0),
  read(reading, split) {
    const games: Game[] = []
    for (const name of filesOf(reading, split)) {
      reading.eachJsonLine(name, EXPECTED, (fields) => games.push(gameOf(fields)))
    }
    const annotated = objectsByPicture(games)
    return games.map((game): Example => ({
      kind: 'region', dataset: 'guesswhat', id: game.id, text: game.text,
      picture: reading.picture('coco', game.picture, game.file),
      answer: boxOf(game.objects, game.answer), candidates: sortedBoxes(game.objects),
      annotated: annotated.get(game.picture) ?? []
    }))
  }
}

function gameOf(fields: Fields): Game {
  const image = fields.fields('image', 'picture')
  const objects = new Map<number, PixelBox>()
  for (const [id, object] of objectsOf(fields)) objects.set(id, cornersOf(object.list('bbox'), 'bbox'))
  const answer = Number(fields.id('object_id'))
  if (!objects.has(answer)) throw new RecordProblem(`'object_id' is ${answer}, which is none of the game's ${objects.size} objects`)
  const turns = fields.list('qas').map((turn) => Fields.of(turn))
  return {
    id: fields.id('id', 'dialogue_id'), picture: image.id('id'), file: image.has('file_name') ? image.text('file_name') : '',
    text: turns.map((turn) => `start ${turn.text('question', 'q')} answer ${turn.text('answer', 'a')} stop `).join(''), objects, answer
  }
}

function objectsOf(fields: Fields): [number, Fields][] {
  const objects = fields.get('objects')
  if (Array.isArray(objects)) return objects.map((object) => [Number(Fields.of(object).id('id')), Fields.of(object)])
  return fields.fields('objects').entries().map(([id, object]) => [Number(id), Fields.of(object)])
}

/** All objects of a picture over its games, by id: the order of the reference's ground-truth store. */
function objectsByPicture(games: readonly Game[]): Map<string, PixelBox[]> {
  const all = new Map<string, Map<number, PixelBox>>()
  for (const game of games) {
    const known = all.get(game.picture) ?? new Map<number, PixelBox>()
    for (const [id, box] of game.objects) known.set(id, box)
    all.set(game.picture, known)
  }
  return new Map([...all].map(([picture, objects]) => [picture, sortedBoxes(objects)]))
}

const sortedBoxes = (objects: ReadonlyMap<number, PixelBox>): PixelBox[] => [...objects].sort((a, b) => a[0] - b[0]).map(([, box]) => box)

function boxOf(objects: ReadonlyMap<number, PixelBox>, id: number): PixelBox {
  const box = objects.get(id)
  if (!box) throw new Error(`Object ${id} is not in the game`)
  return box
}
