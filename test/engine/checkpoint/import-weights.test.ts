import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ImportReport, importText, importWeights } from '../../../src/engine/checkpoint/import-weights'
import { referenceNames } from '../../../src/engine/checkpoint/name-rules'
import { configTarget, presetTarget } from '../../../src/engine/checkpoint/target-model'
import { type WeightsToStore, writeTorch } from '../../../src/engine/checkpoint/torch-writer'
import { readSafetensors } from '../../../src/engine/checkpoint/safetensors'
import { type StoredWeights, withWeights } from '../../../src/engine/checkpoint/weights-file'
import { modelParameters } from '../../../src/engine/trunk/parameters'
import { readModelConfig } from '../../../src/engine/trunk/trunk-config'

const BERT = join(__dirname, 'fixtures', 'bert.bin')
/** The sizes of fixtures/bert.bin; everything else as small. */
const SMALL = {
  vocab_size: 20, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 16, max_position_embeddings: 12,
  v_feature_size: 6, v_target_size: 5, v_hidden_size: 4, v_num_hidden_layers: 1, v_num_attention_heads: 2, v_intermediate_size: 4,
  bi_hidden_size: 4, bi_num_attention_heads: 2, v_biattention_id: [0], t_biattention_id: [1], task_specific_tokens: true
}
const MODEL = modelParameters(readModelConfig(SMALL, { answers: 3, gqaAnswers: 2 }))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'))
  writeFileSync(join(folder, 'small.json'), JSON.stringify(SMALL))
})
afterEach(() => rmSync(folder, { recursive: true }))

const array = (name: string, shape: readonly number[], first = 0): WeightsToStore & StoredWeights => ({
  name, shape, type: 'float32', storage: name, read: () => Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => first + i)
})
const whole = (rename = (name: string): string => name): WeightsToStore[] => MODEL.map(({ name, shape }, i) => array(rename(name), shape, i))

function importSmall(arrays: readonly WeightsToStore[]): ImportReport {
  const from = join(folder, 'from.pt')
  writeTorch(from, arrays)
  return importWeights({ from, to: join(folder, 'to.safetensors'), bert: false, target: (file) => configTarget(join(folder, 'small.json'), file) })
}

describe('names of a file', () => {
  it('become the reference\'s: module. goes, gamma and beta are weight and bias', () => {
    const { arrays, rules } = referenceNames([array('module.bert.embeddings.LayerNorm.gamma', [2]), array('module.bert.embeddings.LayerNorm.beta', [2])])
    expect(arrays.map(({ name, original }) => [name, original])).toEqual([
      ['bert.embeddings.LayerNorm.weight', 'module.bert.embeddings.LayerNorm.gamma'], ['bert.embeddings.LayerNorm.bias', 'module.bert.embeddings.LayerNorm.beta']
    ])
    expect(rules).toEqual(["'module.' removed from 2 names", 'gamma and beta renamed to weight and bias in 2 names'])
  })

  it('of a trunk alone get bert. in front, and only if no name has it', () => {
    expect(referenceNames([array('embeddings.LayerNorm.weight', [2])]).arrays[0]?.name).toBe('bert.embeddings.LayerNorm.weight')
    expect(referenceNames([array('bert.x', [2]), array('vil_logit.weight', [1, 4])]).arrays[1]?.name).toBe('vil_logit.weight')
  })

  it('that become the same are refused', () => {
    expect(() => referenceNames([array('bert.a.gamma', [2]), array('bert.a.weight', [2])])).toThrow(/'bert\.a\.gamma' and 'bert\.a\.weight' of the file are both 'bert\.a\.weight'/)
  })

  it('of the decoder are left out, with a word if it is not the word table', () => {
    const words = array('bert.embeddings.word_embeddings.weight', [3, 2])
    const decoder = (first: number) => array('cls.predictions.decoder.weight', [3, 2], first)
    expect(referenceNames([words, decoder(0)])).toMatchObject({ dropped: ['cls.predictions.decoder.weight'], rules: [expect.stringMatching(/is the word table/) as string] })
    expect(referenceNames([words, decoder(1)]).rules[0]).toMatch(/left out: it differs from the word table/)
  })
})

describe('an import', () => {
  it('of a whole model matches everything and writes the same bits', () => {
    const report = importSmall(whole((name) => `module.${name}`))
    expect(report).toMatchObject({ format: 'torch.save (zip)', matched: { arrays: MODEL.length }, missing: [], unused: [], shapeDiffers: [], converted: {} })
    const { tensors } = readSafetensors(report.to)
    expect([...tensors.keys()]).toEqual(MODEL.map(({ name }) => name))
    whole().forEach(({ name, read }) => expect(tensors.get(name)?.data).toEqual(read()))
  })

  it('says what is missing, unused, and of another shape', () => {
    const arrays = whole().filter(({ name }) => !name.startsWith('vil_logit') && name !== 'bert.t_pooler.dense.bias')
    const report = importSmall([...arrays, array('bert.t_pooler.dense.bias', [9]), array('position_ids', [1, 12])])
    expect(report.missing).toEqual(['vil_logit.weight', 'vil_logit.bias'])
    expect(report.unused).toEqual(['position_ids'])
    expect(report.shapeDiffers).toEqual([{ name: 'bert.t_pooler.dense.bias', file: [9], model: [4] }])
    expect(report.matched.arrays).toBe(MODEL.length - 3)
    const text = importText(report)
    expect(text).toMatch(/missing, start fresh: 2\n\s+vil_logit\.weight/)
    expect(text).toMatch(/bert\.t_pooler\.dense\.bias: \[9\] in the file, \[4\] in the model/)
    expect(text).toMatch(/not used: 1\n\s+position_ids/)
  })

  it('finds the model in the shapes where nobody names it', () => {
    writeTorch(join(folder, 'from.pt'), whole())
    const report = importWeights({ from: join(folder, 'from.pt'), to: join(folder, 'out'), bert: false })
    expect(report).toMatchObject({ model: 'the shapes in the file', matched: { arrays: MODEL.length }, missing: [], unused: [], to: join(folder, 'out', 'model.safetensors') })
  })

  it('takes the reference\'s config.json that lies beside the file', () => {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(SMALL))
    writeTorch(join(folder, 'from.pt'), whole())
    expect(importWeights({ from: join(folder, 'from.pt'), to: join(folder, 'out'), bert: false }).model).toBe(join(folder, 'config.json'))
  })

  it('of a file that fits nothing is refused and writes nothing', () => {
    writeTorch(join(folder, 'from.pt'), whole())
    const to = join(folder, 'to.safetensors')
    expect(() => importWeights({ from: join(folder, 'from.pt'), to, bert: false, target: () => ({ from: 'model x', shapes: new Map([['bert.t_pooler.dense.bias', [7]]]) }) }))
      .toThrow(/Nothing in .* fits model x: bert\.t_pooler\.dense\.bias is \[4\] in the file, \[7\] in the model/)
    writeTorch(join(folder, 'foreign.pt'), [array('conv1.weight', [3])])
    expect(() => importWeights({ from: join(folder, 'foreign.pt'), to, bert: false })).toThrow(/holds none of the reference's parameters; its arrays: bert\.conv1\.weight/)
    expect(() => readFileSync(to)).toThrow(/ENOENT/)
  })

  it('names each type that becomes float32', () => {
    const report = importWeights({
      from: join(__dirname, 'fixtures', 'plain.pt'), to: join(folder, 'to.safetensors'), bert: false,
      target: () => ({ from: 'a test', shapes: new Map([['half', [2, 5]], ['bfloat', [7]], ['slice', [3, 4]]]) })
    })
    expect(report.converted).toEqual({ float16: 1, bfloat16: 1 })
  })
})

describe('an import of a BERT', () => {
  const importBert = (): ImportReport => importWeights({ from: BERT, to: join(folder, 'bert.safetensors'), bert: true, target: (file) => configTarget(join(folder, 'small.json'), file) })

  it('takes embeddings, layers and the word head; pooler and next-sentence head stay behind (spec 8.2)', () => {
    const report = importBert()
    const expected = MODEL.map(({ name }) => name).filter((name) => /^bert\.(embeddings|encoder\.layer)|^cls\.predictions/.test(name) && !name.includes('task_embeddings'))
    expect(report.matched.names).toEqual(expected)
    expect([...report.dropped].sort()).toEqual(['bert.pooler.dense.bias', 'bert.pooler.dense.weight', 'cls.predictions.decoder.weight', 'cls.seq_relationship.bias', 'cls.seq_relationship.weight'])
    expect(report.unused).toEqual([])
    expect(report.missing).toEqual(MODEL.map(({ name }) => name).filter((name) => !expected.includes(name)))
    expect(report.rules[0]).toBe('gamma and beta renamed to weight and bias in 12 names')
  })

  it('writes PyTorch\'s numbers under the model\'s names', () => {
    const { tensors } = readSafetensors(importBert().to)
    withWeights(BERT, ({ arrays }) => {
      const gamma = arrays.find(({ name }) => name === 'bert.encoder.layer.1.output.LayerNorm.gamma')
      expect(tensors.get('bert.encoder.layer.1.output.LayerNorm.weight')?.data).toEqual(gamma?.read())
    })
  })

  it('with fewer layers than the model\'s text stream is refused, and says what is missing', () => {
    writeFileSync(join(folder, 'small.json'), JSON.stringify({ ...SMALL, num_hidden_layers: 3 }))
    expect(importBert).toThrow(/lacks 16 parameters of the text stream of .*: bert\.encoder\.layer\.2\.attention\.self\.query\.weight/)
  })

  it('takes no vision weights even if the file has them', () => {
    writeTorch(join(folder, 'from.pt'), whole())
    const report = importWeights({ from: join(folder, 'from.pt'), to: join(folder, 'to.safetensors'), bert: true })
    expect(report.matched.names.every((name) => !/v_layer|c_layer|v_embeddings|pooler|vil_/.test(name))).toBe(true)
    expect(report.unused).toContain('bert.v_pooler.dense.weight')
  })
})

describe('the model of a preset', () => {
  it('has the released sizes for the paper, whatever the file says', () => {
    expect(presetTarget('paper', new Map([['bert.embeddings.word_embeddings.weight', [7, 768]]])).shapes.get('bert.embeddings.word_embeddings.weight')).toEqual([30522, 768])
  })

  it('takes what data decide from the file for the smaller ones', () => {
    expect(presetTarget('mini', new Map([['bert.embeddings.word_embeddings.weight', [389, 128]]])).shapes.get('bert.embeddings.word_embeddings.weight')).toEqual([389, 128])
  })
})
