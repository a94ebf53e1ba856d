import { describe, expect, it } from 'vitest'
import type { TokenMap } from '../../src/contract/task-tokens'
import { tokenHeatMap, tokenMapCsv, tokenMapSvg } from '../../src/renderer/src/run/token-map'

const map: TokenMap = { iteration: 8, taskToken: 'head', tasks: ['nlvr2', 'refcocog', 'refcoco'], cosines: [[1, -0.2, -0.2], [-0.2, 1, 1], [-0.2, 1, 1]], norms: [0.5, 0.7, 0.7] }
const heat = tokenHeatMap(map)

describe('the map of task tokens', () => {
  it('puts tasks in the order of their groups, with a line where another begins', () => {
    expect(heat.rows.map(({ task, first }) => [task, first])).toEqual([['refcoco', false], ['refcocog', false], ['nlvr2', true]])
  })

  it('fills pairs by their cosine and neither a task with itself nor a shared token', () => {
    expect(heat.rows[0]?.cells.map(({ text, kind, fill }) => [text, kind, fill])).toEqual([['own', 'own', null], ['same', 'shared', null], ['−0.20', 'pair', '--diff-m4']])
    expect(heat.scale).toBe(0.2)
  })

  it('is saved with every number, as a picture and as a table', () => {
    const { svg, width } = tokenMapSvg(heat, 'Tokens of a & b', 'a note', (token) => `[${token}]`)
    expect(svg.match(/−0\.20/g)?.length).toBe(4)
    expect(svg).toContain('Tokens of a &amp; b')
    expect(svg).toContain('fill="[--diff-m4]"')
    expect(width).toBeGreaterThan(300)
    expect(tokenMapCsv(heat).split('\n').slice(0, 2)).toEqual(['task,refcoco,refcocog,nlvr2,length', 'refcoco,1,1,-0.2,0.7'])
  })
})
