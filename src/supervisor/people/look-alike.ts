/** Letters of other alphabets that look like Latin ones; a few dozen cover the names that people forge. */
const CONFUSABLE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // Cyrillic
    а: 'a',
    в: 'b',
    е: 'e',
    ё: 'e',
    з: '3',
    и: 'u',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    п: 'n',
    р: 'p',
    с: 'c',
    т: 't',
    у: 'y',
    ф: 'o',
    х: 'x',
    ь: 'b',
    ѕ: 's',
    і: 'i',
    ї: 'i',
    ј: 'j',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    ѵ: 'v',
    һ: 'h',
    ӏ: 'l',
    ɡ: 'g',
    // Greek
    α: 'a',
    β: 'b',
    γ: 'y',
    ε: 'e',
    η: 'n',
    ι: 'i',
    κ: 'k',
    μ: 'u',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    σ: 'o',
    τ: 't',
    υ: 'u',
    χ: 'x',
    ω: 'w',
    ϲ: 'c',
    ϳ: 'j',
    // Latin and digits among themselves
    ı: 'i',
    ł: 'l',
    ø: 'o',
    đ: 'd',
    ħ: 'h',
    ß: 'b',
    '0': 'o',
    '1': 'l',
    '|': 'l',
    '!': 'l',
    $: 's',
    '@': 'a',
    '5': 's',
  }),
)

/** What a name looks like at a glance: two names with one skeleton can be taken for each other. */
export const skeleton = (name: string): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}|\p{Cf}|\p{Cc}|\p{Z}|\p{Default_Ignorable_Code_Point}/gu, '')
  const latin = plain.replace(/./gsu, (letter) => CONFUSABLE.get(letter) ?? letter)
  // Upper-case I and lower-case l are one stroke in most fonts, and rn reads as m.
  return latin
    .replace(/[.,_\-'’]/g, '')
    .replaceAll('i', 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}

/** The known names that `claimed` could be taken for, each once. */
export const lookAlikes = (claimed: string, known: readonly string[]): readonly string[] => {
  const look = skeleton(claimed)
  if (look === '') return []
  return [...new Set(known.filter((name) => skeleton(name) === look))]
}
