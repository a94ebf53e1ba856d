// Every fixed word of the mini-world's grammars besides nouns, colours, sizes, places and numbers. A new word in a
// grammar is added here, or a test says so (no sentence may fall back to letters). Read next: vocabulary.ts.

export const FUNCTION_WORDS = `
a an the one ones each all any some no not none neither both either another other only else
is are was were be being been do does did has have had can could there here it its this that these those
who what which where when why how many much more most fewer less than same different equal number total
and or but with without of in on at to from by for as over under above below beside between near next left right
top bottom middle center side sides upper lower corner inside outside outdoors indoors behind front
holding holds hold held wearing wears wear worn carrying carries standing stands sitting sits facing faces face looking
picture pictures photo photos image images scene view stock
thing things object objects item items animal animals person people vehicle vehicles food foods piece pieces
furniture clothing clothes kind type sort color colors colour size shape place
yes n/a start answer stop
see seen look looks find show shows shown taken set made dressed
at least exactly just also still than
day daytime night nighttime time outside during
leftmost rightmost topmost lowest highest largest smallest biggest closest
sale download now free hd new day
his her their your you i
exist exists contain contains contained appear appears
true false correct
`

export const PUNCTUATION = ['.', ',', '?', '!', "'", '-', ':', ';', '(', ')', '/', '"', '&'] as const
