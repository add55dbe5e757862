const FIELD = /^(-?[a-z]+:)(.*)$/s

/**
 * A query from the words of a command line. One word is the query as it was typed; of several, one with a blank in it
 * was in the shell's quotes, which the shell took away, and is a phrase again.
 */
export const queryOf = (words: readonly string[]): string =>
  words.length === 1 ? (words[0] ?? '') : words.map(quoted).join(' ')

const quoted = (word: string): string => {
  if (!/\s/.test(word) || word.includes('"')) return word
  const [, field = '', value = word] = FIELD.exec(word) ?? []
  return `${field}"${value}"`
}
