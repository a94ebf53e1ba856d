// Answers as the official VQA evaluation normalises them (data formats 1): punctuation, number words, articles,
// contractions. Used for Visual Genome's answers ("Two." is "2") and to compare texts; VQA's own raw answers are
// looked up as they are, as the reference does.

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const DIGITS = new Map<string, string>([['none', '0'], ...NUMBERS.map((word, digit): [string, string] => [word, String(digit)])])
const ARTICLES = new Set(['a', 'an', 'the'])
/** Words that people write without their apostrophe. */
const CONTRACTIONS = new Map<string, string>(
  ("aint arent cant couldnt didnt doesnt dont hadnt hasnt havent hes howd howll hows im isnt itd itll mightnt mustnt " +
    'neednt oclock shes shouldnt somebodyd someones thats theres theyd theyre theyve wasnt werent whats whens wheres whos wont wouldnt youd youll youre youve')
    .split(' ')
    .map((word) => [word, word === 'oclock' ? "o'clock" : word.replace(/(nt|ll|re|ve|d|s|m)$/, (end) => (end === 'nt' ? "n't" : `'${end}`))])
)

/** `A red car.` → `red car`, `Two` → `2`. */
export function normalAnswer(answer: string): string {
  const plain = answer
    .toLowerCase()
    .replace(/(\d),(?=\d)/g, '$1')
    .replace(/[;/[\]"{}()=+\\_<>@`?!]/g, ' ')
    .replace(/,/g, ' ')
    .replace(/\.(?!\d)/g, '')
    .trim()
  return plain
    .split(/\s+/)
    .map((word) => DIGITS.get(word) ?? word)
    .filter((word) => word !== '' && !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(' ')
}
