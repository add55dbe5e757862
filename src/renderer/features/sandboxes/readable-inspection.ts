// Docker's inspection as somebody reads it: the helper's whole source in it would hide everything after it. Pure.
import { groupDigits } from '../../ui/text/words.ts'

/** UTF-16 units of one value that are shown. */
const SHOWN = 400

/** The same, with each long value cut and the rest of it counted. What is no JSON stays as it is. */
export const readableInspection = (text: string): string => {
  try {
    return JSON.stringify(
      JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? cut(value) : value)),
      null,
      2,
    )
  } catch {
    // Not JSON: then it is shown as it came.
    return text
  }
}

const cut = (value: string): string =>
  value.length <= SHOWN
    ? value
    : `${value.slice(0, SHOWN)} … and ${groupDigits(value.length - SHOWN)} more characters, which Copy has.`
