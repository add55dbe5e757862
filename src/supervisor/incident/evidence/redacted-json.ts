import { isJson } from '../files/json-lines.ts'

/**
 * A value as JSON text without secrets. Where a secret looks so much like JSON's own punctuation that taking it out
 * leaves no JSON, nothing of the value is kept.
 */
export const redactedJson = (value: unknown, redact: (text: string) => string): string => {
  const text = redact(JSON.stringify(value, null, 2))
  return `${isJson(text) ? text : JSON.stringify({ withheld: 'a secret could not be told from the JSON around it' })}\n`
}
