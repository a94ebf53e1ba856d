import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { basicWords, createTokenizer, readVocabulary } from '../../../src/engine/data/tokenizer'
import { samplesFolder } from './samples'

const small = createTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'un', '##aff', '##able', 'red', '##s', '?', 'cafe', 'a'])

describe('tokenizer', () => {
  it('takes the longest piece first and marks continuations', () => {
    expect(small.wordPieces('unaffable reds?')).toEqual([5, 6, 7, 8, 9, 10])
  })

  it('makes a whole word unknown when any part has no piece', () => {
    expect(small.wordPieces('unknown red')).toEqual([1, 8])
  })

  it('lower-cases and strips accents', () => {
    expect(small.wordPieces('CAFÉ')).toEqual([11])
  })

  it('cuts the end of a long text and keeps [CLS] and [SEP]', () => {
    expect(small.encode('red red red red red', 4)).toEqual([2, 8, 8, 3])
  })

  it('splits punctuation, CJK signs and white space, and drops control signs', () => {
    expect(basicWords("it's\t你好 a\u0000b $5")).toEqual(['it', "'", 's', '你', '好', 'ab', '$', '5'])
  })

  it('joins continuation pieces when it decodes', () => {
    expect(small.decode([2, 5, 6, 7, 10, 3, 0])).toBe('unaffable ?')
  })

  it('names a missing special token and the file', () => {
    expect(() => createTokenizer(['[PAD]', 'a'], 'my/vocab.txt')).toThrow(/my\/vocab\.txt has no \[UNK\]/)
  })

  const samples = samplesFolder()
  it.skipIf(samples === null)('gives the ids of the published BERT vocabulary', () => {
    const tokenizer = createTokenizer(readVocabulary(join(samples ?? '', 'bert-base-uncased-vocab.txt')))
    expect(tokenizer.vocabularySize).toBe(30522)
    // Ids known from BERT's own tokenizer.
    expect(tokenizer.encode('Hello, world!', 10)).toEqual([101, 7592, 1010, 2088, 999, 102])
    expect(tokenizer.encode('The man is unaffable.', 20)).toEqual([101, 1996, 2158, 2003, 14477, 20961, 3468, 1012, 102])
  })
})
