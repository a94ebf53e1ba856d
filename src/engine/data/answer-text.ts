// Answers as the official VQA evaluation normalises them (data formats 1): punctuation, number words, articles,
// contractions. Used for Visual Genome's answers ("Two." is "2") and to compare texts; VQA's own raw answers are
// looked up as they are, as the reference does. Read next: ../metrics/vqa-accuracy.ts.

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const DIGITS = new Map<string, string>([['none', '0'], ...NUMBERS.map((word, digit): [string, string] => [word, String(digit)])])
const ARTICLES = new Set(['a', 'an', 'the'])
const PUNCTUATION = [';', '/', '[', ']', '"', '{', '}', '(', ')', '=', '+', '\\', '_', '-', '>', '<', '@', '`', ',', '?', '!']

/** Words that people write without their apostrophe; where it belongs is told by their ending. */
const PLAIN =
  'aint arent cant couldve couldnt didnt doesnt dont hadnt hasnt havent hed hes howd howll hows isnt itd itll mightnt mightve mustnt mustve ' +
  'neednt notve oughtnt shant shouldve shouldnt somebodyll somebodys someoned someonell someones somethingd somethingll thats thered therere ' +
  'theres theyd theyll theyre theyve wasnt weve werent whatll whatre whats whatve whens whered wheres whereve whod wholl whos whove whyll whyre ' +
  'whys wont wouldve wouldnt youd youll youre youve'
const ODD: readonly (readonly [string, string])[] = [
  ['maam', "ma'am"], ['oclock', "o'clock"], ['twas', "'twas"], ["ow's'at", "'ow's'at"], ["'ows'at", "'ow's'at"], ["'ow'sat", "'ow's'at"],
  // The official list takes this apostrophe away.
  ["somebody'd", 'somebodyd'],
  ['yall', "y'all"], ["yall'll", "y'all'll"], ["y'allll", "y'all'll"], ["yall'd've", "y'all'd've"], ["y'alld've", "y'all'd've"], ["y'all'dve", "y'all'd've"]
]

function contractions(): Map<string, string> {
  const ending = (word: string): string => word.replace(/(nt|ll|re|ve|d|s)$/, (end) => (end === 'nt' ? "n't" : `'${end}`))
  const wouldHave = ['he', 'it', 'she', 'somebody', 'someone', 'something', 'there', 'they', 'we', 'who', 'you']
    .flatMap((who) => [`${who}d've`, `${who}'dve`].map((word): [string, string] => [word, `${who}'d've`]))
  const notHave = ['could', 'had', 'might', 'should', 'would']
    .flatMap((verb) => [`${verb}nt've`, `${verb}n'tve`].map((word): [string, string] => [word, `${verb}n't've`]))
  return new Map([...PLAIN.split(' ').map((word): [string, string] => [word, ending(word)]), ...wouldHave, ...notHave, ...ODD])
}

const CONTRACTIONS = contractions()

/**
 * Punctuation goes: a mark that touches a space leaves nothing behind, one inside a word leaves a space; where a comma
 * stands between digits all marks leave nothing. A period stays only before a digit.
 */
function withoutPunctuation(text: string): string {
  const thousands = /\d,\d/.test(text)
  const plain = PUNCTUATION.reduce((left, mark) => left.split(mark).join(thousands || text.includes(`${mark} `) || text.includes(` ${mark}`) ? '' : ' '), text)
  return plain.replace(/\.(?!\d)/g, '')
}

/** `A red car.` → `red car`, `Two` → `2`, `dont` → `don't`. */
export function normalAnswer(answer: string): string {
  return withoutPunctuation(answer.replace(/[\n\t]/g, ' ').trim())
    .toLowerCase()
    .split(/\s+/)
    .map((word) => DIGITS.get(word) ?? word)
    .filter((word) => word !== '' && !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(' ')
}
