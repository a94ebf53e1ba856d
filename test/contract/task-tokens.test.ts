import { expect, it } from 'vitest'
import { type TokenMap, tokenGroups } from '../../src/contract/task-tokens'

const map: TokenMap = { iteration: 8, taskToken: 'dataset', tasks: ['vqa', 'gqa', 'coco'], cosines: [[1, 0.5, 0.1], [0.5, 1, -0.3], [0.1, -0.3, 1]], norms: [1, 1, 1] }

it('compares tokens within the groups with those of two groups', () => {
  const { sameGroup, otherGroups } = tokenGroups(map)
  expect(sameGroup).toBeCloseTo(0.5, 12)
  expect(otherGroups).toBeCloseTo((0.1 - 0.3) / 2, 12)
})

it('leaves out pairs that share a token, and says so where nothing is left', () => {
  const shared: TokenMap = { ...map, taskToken: 'head', tasks: ['vqa', 'vgqa'], cosines: [[1, 1], [1, 1]], norms: [1, 1] }
  expect(tokenGroups({ ...shared, tasks: ['refcoco', 'refcocog'] })).toEqual({ sameGroup: null, otherGroups: null })
  expect(tokenGroups({ ...shared, tasks: ['vqa'], cosines: [[1]], norms: [1] })).toEqual({ sameGroup: null, otherGroups: null })
})
