const MAX_LENGTH = 120
const MAX_WORD = 24

/**
 * Baileys and libsignal put what they know into what they say: keys, numbers, texts. Kept is only what reads like a
 * sentence that stands in their source: short, of plain words, with no number that could be somebody's.
 */
export const constantText = (said: unknown): string | undefined => {
  if (typeof said !== 'string' || said.length > MAX_LENGTH) return undefined
  if (!/^[A-Za-z][A-Za-z0-9 ,.;:'"!?()=-]*$/.test(said) || /[0-9]{3}/.test(said)) return undefined
  return said.split(/[ :=]/).every(isPlainWord) ? said : undefined
}

/** A key in base64 or in hex is one long word, or mixes letters and digits. */
const isPlainWord = (word: string): boolean =>
  word.length <= MAX_WORD && !(/[0-9]/.test(word) && /[A-Za-z]/.test(word))
