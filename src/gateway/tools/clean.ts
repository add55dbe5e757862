import { plainText, withoutUnseen } from '../../shared/domain/plain-text.ts'

type Redact = (text: string) => string

/**
 * A text of anybody or anything, as a transcript and a model may have it. A secret with colours in it is one all the same,
 * and so is one that has characters of its own which do not stay, and one with characters between its letters that nobody
 * sees: a model reads over them as a person does.
 */
export const clean = (text: string, { redact }: { readonly redact: Redact }): string => {
  const hasUnseen = withoutUnseen(text) !== text
  if (!hasUnseen && plainText(text) === text) return redact(text)
  const first = redact(text)
  const shown = redact(plainText(first))
  if (!hasUnseen) return shown
  const read = redact(plainText(withoutUnseen(first)))
  return marksIn(read) > marksIn(shown) ? read : shown
}

const marksIn = (text: string): number => text.split('‹secret:').length
