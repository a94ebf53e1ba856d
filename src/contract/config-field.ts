// Kinds of fields of a run's configuration: words, numbers in a range, truth values, texts. Each knows its default, what is
// allowed in words, and how a text becomes a value. Read next: run-config.ts.

/** `parse` turns text into a value; undefined where it is not allowed. */
export interface Field<T> {
  readonly fallback: T
  readonly help: string
  readonly allowed: string
  parse(text: string): T | undefined
}

export const oneOf = <T extends string>(values: readonly T[], fallback: T, help: string): Field<T> => ({
  fallback, help, allowed: values.join(' | '), parse: (text) => values.find((value) => value === text)
})
export const numberIn = (fallback: number, low: number, high: number, help: string, whole = false): Field<number> => ({
  fallback, help, allowed: `${whole ? 'a whole number' : 'a number'} from ${low} to ${high}`,
  parse(text) {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    return Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value)) ? value : undefined
  }
})
export const whole = (fallback: number, low: number, high: number, help: string): Field<number> => numberIn(fallback, low, high, help, true)
export const truth = (fallback: boolean, help: string): Field<boolean> => ({
  fallback, help, allowed: 'true | false', parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined)
})
export const text = (fallback: string, help: string): Field<string> => ({
  fallback, help, allowed: 'a text without line breaks', parse: (value) => (/^[^\r\n\0]+$/.test(value) ? value : undefined)
})
export const wholeOr = <W extends string>(fallback: number | W, word: W, low: number, help: string): Field<number | W> => ({
  fallback, help, allowed: `a whole number from ${low}, or ${word}`,
  parse(value) {
    if (value === word) return word
    const number = Number(value)
    return Number.isInteger(number) && number >= low && value.trim() !== '' ? number : undefined
  }
})

export const numberOr = <W extends string>(fallback: number, word: W, low: number, high: number, help: string, integer = false): Field<number | W> => {
  const plain = numberIn(fallback, low, high, help, integer)
  return { fallback, help, allowed: `${plain.allowed}, or ${word}`, parse: (value) => (value === word ? word : plain.parse(value)) }
}
export const digit = (fallback: 0 | 1 | 2, help: string): Field<0 | 1 | 2> => ({
  fallback, help, allowed: '0 | 1 | 2', parse: (value) => (value === '0' ? 0 : value === '1' ? 1 : value === '2' ? 2 : undefined)
})
