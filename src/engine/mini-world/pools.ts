// Which pictures a world has: five pools that the data sets share as the real ones do. Half of the vg pictures are
// also coco pictures, across the splits, so that the overlap of test and training pictures is there to be cleaned.
// Each pool has its own streams: a world without the cc pool has the same other pictures. Read next: scenes.ts.

import { randomStream, type RandomStream } from '../random'
import { CATEGORIES } from './catalog'
import { drawScene, type SceneOptions } from './scenes'
import { COLOURS, type Picture, type Pool, type Split, type WorldSize } from './scene'

type Counts = Readonly<Record<Split, number>>

/** Pictures per pool and split. The nlvr2 counts are multiples of eight: a set is four pairs. */
export const POOL_COUNTS: Readonly<Record<WorldSize, Readonly<Record<Pool, Counts>>>> = {
  tiny: {
    coco: { train: 24, val: 12, test: 12 },
    vg: { train: 24, val: 12, test: 12 },
    flickr30k: { train: 24, val: 12, test: 12 },
    nlvr2: { train: 24, val: 16, test: 16 },
    cc: { train: 32, val: 12, test: 0 }
  },
  mini: {
    coco: { train: 1500, val: 300, test: 300 },
    vg: { train: 1500, val: 250, test: 250 },
    flickr30k: { train: 900, val: 200, test: 200 },
    nlvr2: { train: 1600, val: 320, test: 320 },
    cc: { train: 6000, val: 400, test: 0 }
  },
  full: {
    coco: { train: 8000, val: 1000, test: 1000 },
    vg: { train: 8000, val: 1000, test: 1000 },
    flickr30k: { train: 4000, val: 500, test: 500 },
    nlvr2: { train: 8000, val: 1600, test: 1600 },
    cc: { train: 24000, val: 1000, test: 0 }
  }
}

/** Picture ids start here, so that an id (and with it every object id) occurs once in the world. */
const FIRST_ID: Readonly<Record<Pool, number>> = {
  coco: 100_001,
  vg: 2_400_001,
  flickr30k: 3_600_001,
  nlvr2: 4_800_001,
  cc: 6_000_001
}

const COCO_SPLITS: Readonly<Record<Split, string>> = { train: 'train2014', val: 'val2014', test: 'val2014' }
const NLVR2_SPLITS: Readonly<Record<Split, string>> = { train: 'train', val: 'dev', test: 'test1' }
const SPLITS: readonly Split[] = ['train', 'val', 'test']

/** All pictures of a world, pool after pool, training pictures first. */
export function planPools(size: WorldSize, seed: number): Picture[] {
  const counts = POOL_COUNTS[size]
  const coco = planPlainPool('coco', counts.coco, seed)
  return [
    ...coco,
    ...planVisualGenome(counts.vg, seed, coco),
    ...planPlainPool('flickr30k', counts.flickr30k, seed),
    ...planNlvr2(counts.nlvr2, seed),
    ...planPlainPool('cc', counts.cc, seed)
  ]
}

function fileOf(pool: Pool, split: Split, id: number): string {
  if (pool === 'coco') return `images/coco/COCO_${COCO_SPLITS[split]}_${String(id).padStart(12, '0')}.png`
  if (pool === 'vg') return `images/VG_100K/${id}.png`
  return `images/${pool}/${id}.png`
}

function drawPicture(pool: Pool, split: Split, id: number, seed: number, options?: SceneOptions): Picture {
  const scene = drawScene(randomStream(seed, 'scene', pool, id), id, options)
  return { pool, split, file: fileOf(pool, split, id), scene, cocoId: null }
}

function planPlainPool(pool: Pool, counts: Counts, seed: number): Picture[] {
  let id = FIRST_ID[pool]
  return SPLITS.flatMap((split) => Array.from({ length: counts[split] }, () => drawPicture(pool, split, id++, seed)))
}

/** Every second vg picture is a coco picture under a vg id: the same objects, the same pixels. */
function planVisualGenome(counts: Counts, seed: number, coco: readonly Picture[]): Picture[] {
  const shared = randomStream(seed, 'shared pictures').shuffle(coco)
  let id = FIRST_ID.vg
  return SPLITS.flatMap((split) =>
    Array.from({ length: counts[split] }, (): Picture => {
      const own = id++
      const twin = own % 2 === 0 ? undefined : shared.pop()
      if (!twin) return drawPicture('vg', split, own, seed)
      return { pool: 'vg', split, file: fileOf('vg', split, own), scene: { ...twin.scene, id: own }, cocoId: twin.scene.id }
    })
  )
}

/** What the eight pictures of one nlvr2 set have in common, so that one statement fits all four pairs. */
interface SetTheme {
  readonly categories: readonly string[]
  readonly colours: readonly (typeof COLOURS)[number][]
}

function includeTheme(stream: RandomStream, theme: SetTheme): NonNullable<SceneOptions['include']> {
  const colour = () => (stream.chance(0.8) ? stream.pick(theme.colours) : stream.pick(COLOURS))
  return theme.categories.flatMap((category, i) =>
    Array.from({ length: stream.integer(i === 0 ? 4 : 3) }, () => ({ category, colour: colour() }))
  )
}

function planNlvr2(counts: Counts, seed: number): Picture[] {
  let id = FIRST_ID.nlvr2
  return SPLITS.flatMap((split) => {
    const pictures: Picture[] = []
    for (let first = 0; first < counts[split]; first += 8) {
      const themes = randomStream(seed, 'nlvr2 theme', split, first)
      const theme: SetTheme = {
        categories: themes.shuffle(CATEGORIES).slice(0, 2).map((category) => category.name),
        colours: themes.shuffle(COLOURS).slice(0, 3)
      }
      for (let i = 0; i < 8; i++) {
        const include = includeTheme(randomStream(seed, 'nlvr2 content', id), theme)
        const picture = drawPicture('nlvr2', split, id, seed, { objects: [Math.max(2, include.length), 6], include })
        const name = `${NLVR2_SPLITS[split]}-${first / 8}-${Math.floor(i / 2)}-img${i % 2}`
        pictures.push({ ...picture, file: `images/nlvr2/${name}.png` })
        id++
      }
    }
    return pictures
  })
}

/** The coco pictures that have a twin in vg, by vg id. */
export function twinsOf(pictures: readonly Picture[]): Map<number, Picture> {
  const coco = new Map(pictures.filter((p) => p.pool === 'coco').map((p) => [p.scene.id, p]))
  const twins = new Map<number, Picture>()
  for (const picture of pictures) {
    const twin = picture.cocoId === null ? undefined : coco.get(picture.cocoId)
    if (twin) twins.set(picture.scene.id, twin)
  }
  return twins
}

/** Key of a picture in its pool's region store: the picture id, or the file's base name for nlvr2. */
export function storeKey(picture: Picture): string {
  if (picture.pool !== 'nlvr2') return String(picture.scene.id)
  return picture.file.slice(picture.file.lastIndexOf('/') + 1, -'.png'.length)
}
