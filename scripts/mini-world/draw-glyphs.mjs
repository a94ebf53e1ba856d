// Draws resources/mini-world/glyphs.png: the 48 glyphs of src/engine/mini-world/catalog.ts, black on clear, one tile
// of 128 × 128 each, eight in a row, in the catalogue's order. Run once when a glyph changes:
//   node scripts/mini-world/draw-glyphs.mjs
// It prints the table of src/engine/mini-world/glyph-boxes.ts.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'

const tile = 128
const columns = 8
const root = new URL('../../', import.meta.url)
const { icons } = createRequire(import.meta.url)('@iconify-json/mdi/icons.json')
const catalog = readFileSync(new URL('src/engine/mini-world/catalog.ts', root), 'utf8')
const glyphs = [...catalog.matchAll(/name: '([^']+)'.*glyph: '([^']+)'/g)].map(([, name, glyph]) => ({ name, glyph }))

const draw = (body, size) =>
  new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="${size}" height="${size}">${body}</svg>`).render()

const placed = glyphs.map(({ glyph }, i) => {
  const x = (i % columns) * 24
  const y = Math.floor(i / columns) * 24
  return `<g transform="translate(${x},${y})">${icons[glyph].body.replace(/currentColor/g, '#000')}</g>`
})
const rows = Math.ceil(glyphs.length / columns)
const atlas = new Resvg(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${columns * 24} ${rows * 24}" width="${columns * tile}" height="${rows * tile}">${placed.join('')}</svg>`,
)
writeFileSync(new URL('resources/mini-world/glyphs.png', root), atlas.render().asPng())

for (const { name, glyph } of glyphs) {
  const { pixels } = draw(icons[glyph].body, 240)
  let box = [240, 240, 0, 0]
  for (let i = 0; i < 240 * 240; i++) {
    if (pixels[4 * i + 3] <= 127) continue
    const x = i % 240
    const y = Math.floor(i / 240)
    box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + 1), Math.max(box[3], y + 1)]
  }
  console.log(`  ${name}: [${box.join(', ')}],`)
}
