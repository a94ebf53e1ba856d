// The paper's model has exactly the tensors of the released checkpoint, so that one can be loaded as the other.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readJsonObject } from '../../src/engine/json-object'
import { modelParameters } from '../../src/engine/trunk/parameters'
import { modelConfig } from '../../src/engine/trunk/trunk-config'

it('names and shapes of the released model and ours are the same, but for the tied decoder', () => {
  const released = new Map(Object.entries(readJsonObject(join(__dirname, 'fixtures', 'full', 'state_dict_shapes.json'))))
  expect(released.get('cls.predictions.decoder.weight')).toEqual(released.get('bert.embeddings.word_embeddings.weight'))
  released.delete('cls.predictions.decoder.weight')
  const config = modelConfig('paper', { vocabularySize: 30522, featureSize: 2048, answers: 3129, gqaAnswers: 1533, classes: 1601 })
  const ours = new Map(modelParameters(config).map(({ name, shape }) => [name, shape]))
  expect(new Map([...ours].sort())).toEqual(new Map([...released].sort()))
})
