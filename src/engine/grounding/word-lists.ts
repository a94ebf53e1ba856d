// Word lists of the tagger in content-words.ts: words that are never nouns or adjectives in questions about pictures, verbs
// with their forms, and nouns with odd plurals.

const list = (text: string): string[] => text.trim().split(/\s+/)

/** Articles, pronouns, prepositions, conjunctions, question words, auxiliaries, numbers, answers. */
export const CLOSED: ReadonlySet<string> = new Set(list(`
  a an the this that these those each every all both some any no none few several many much more most less least another other such same either neither enough half
  i me my mine you your yours he him his she her hers it its we us our ours they them their theirs who whom whose which what where when why how
  someone somebody something anyone anybody anything everyone everybody everything nobody nothing one ones himself herself itself themselves whatever
  of in on at by for with without to from into onto over under above below behind beside besides between among near next across through around about against along
  inside outside off out up down toward towards upon within after before during since until like as than past per via beneath underneath amongst amid
  and or but nor so if because while whether though although then else not nt yes there here ok
  is are was were be been being am do does did doing done has have had having can could will would shall should may might must ought isn isnt aren don doesn
  zero two three four five six seven eight nine ten eleven twelve`))

export const ADVERBS: ReadonlySet<string> = new Set(list(`
  very too also just only even still already yet ever never always often sometimes usually again soon now today away together apart maybe perhaps quite rather almost
  else instead please forward backwards backward upwards downwards alone well far closer closest farthest furthest further ahead aside indoors outdoors abroad upstairs downstairs`))

/** Words in -ing that are things or properties, not activities. */
export const ING_NOUNS: ReadonlySet<string> = new Set(list(`
  building ceiling wing ring king string thing something evening morning clothing railing painting frosting icing awning spring earring topping stuffing pudding wedding
  swing bring crossing lighting seasoning dressing opening meeting dining living parking bedding covering lettering marking siding flooring carving drawing writing
  interesting boring sling sting plaything ding bling duckling sibling herring viking pumpkin shopping landing tubing wiring housing clearing`))

const VERBS = list(`
  wear hold stand sit play look watch ride walk run jump eat drink drive fly swim surf ski skate sleep lie lay lean talk speak smile laugh cry throw catch hit kick swing
  carry pull push put place cut make take get give go come see show have use hang keep let leave turn face point reach cook bake feed pet wash clean open close shut
  cover fill contain include belong seem appear happen wait work read write draw paint cross follow lead touch ask tell say think know want need try help start stop
  finish begin end feel smell taste hear listen build break fix fall grow rise set shine move pass bend kneel crouch squat graze pose prepare perform celebrate
  enjoy share bring pick drop land float sail travel wrap decorate attach connect tie dress lick bite chase climb crawl dance sing shop call hug kiss
  depict find become remain stay live die win lose pay buy sell cost mean send serve slice chop pour spread mix add remove lift raise lower dig hike slide dive
  shake blow burn melt park visit wave yawn stretch relax rest rain snow occur located`)

const PAST = list(`
  wore worn held stood sat rode ridden ran ate eaten drank drunk drove driven flew flown swam slept lay lain laid spoke spoken threw thrown caught swung put cut made took
  taken got gotten gave given went gone came saw seen shown hung kept let left meant led drew drawn wrote written thought knew known began begun felt heard built broke broken fell
  fallen grew grown rose risen shone sang brought sent spent bent knelt blew blown bit bitten dug won lost paid bought sold told said taught became found`)

/** Words that look like forms of the verbs above but name things or places in descriptions far more often. */
const RATHER_NOUNS = new Set(list(`
  left right place face point park cover end plane pet cross watch land dress tie slide wave snow rain dive shop set rest place lower open turn pass start drink drinks
  places faces points parks covers ends pets crosses watches lands dresses ties slides waves shops sets clean call calls paint swing swings ski skis skate surf lead ring
  building light slice slices fly closed broken lay lie worn drunk show shows driven fallen cook cooks cut play plays work works run help look looks walk walks swim use ride`))

const vowelEnd = /[aeiou][bdgklmnprt]$/

function formsOf(verb: string): string[] {
  const stem = verb.endsWith('e') ? verb.slice(0, -1) : verb
  const doubled = verb.length <= 4 && vowelEnd.test(verb) && !/[aeiou]{2}.$/.test(verb) ? verb + verb.slice(-1) : stem
  const y = /[^aeiou]y$/.test(verb) ? verb.slice(0, -1) : null
  return [verb, y ? `${y}ies` : /(s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb}s`, y ? `${y}ied` : `${doubled}ed`, `${stem}ed`, `${doubled}ing`, `${stem}ing`]
}

/** Forms that count as verbs unless their neighbour says otherwise. */
export const VERB_FORMS: ReadonlySet<string> = new Set([...VERBS.flatMap(formsOf), ...PAST].filter((form) => !RATHER_NOUNS.has(form)))

export const IRREGULAR: ReadonlyMap<string, string> = new Map(list(`
  people:person persons:person men:man women:woman children:child kids:kid guys:guy teeth:tooth feet:foot geese:goose mice:mouse knives:knife leaves:leaf shelves:shelf
  loaves:loaf wolves:wolf halves:half scarves:scarf calves:calf wives:wife lives:life policemen:policeman firemen:fireman snowmen:snowman fishermen:fisherman
  buses:bus gases:gas glasses:glasses cookies:cookie movies:movie zombies:zombie ties:tie pies:pie shoes:shoe toes:toe canoes:canoe horses:horse houses:house vases:vase
  noses:nose roses:rose buses:bus potatoes:potato tomatoes:tomato colour:color colours:color grey:gray axes:axe`).map((pair) => pair.split(':') as [string, string]))

/** End in s and are no plurals. */
export const NEVER_PLURAL: ReadonlySet<string> = new Set(list('glasses pants jeans shorts scissors sunglasses tennis clothes trousers skis series species lens gas canvas christmas always'))
