/**
 * The exact texts that stop everything, from those who may: `/stop` in any case, and `STOP` in capitals. Spelt out,
 * since folding the case of other scripts makes other letters equal to these (`ſ` is an S to Unicode).
 */
const COMMAND = /^[ \t\r\n]*(?:\/[sS][tT][oO][pP](?:@(?<name>[A-Za-z0-9_]{1,64}))?|STOP)[ \t\r\n]*$/

/**
 * Whether a text is nothing but the command to stop. A look-alike, an invisible character, or a word more makes it
 * an ordinary message: what stops everything should never be said by accident, nor by a quotation.
 * @param selfName what this account is called at the messenger, where a command may be addressed: `/stop@name`.
 */
export const isStopCommand = (text: string, selfName: string | undefined): boolean => {
  const found = COMMAND.exec(text)
  if (found === null) return false
  const name = found.groups?.['name']
  return name === undefined || name.toLowerCase() === selfName?.toLowerCase()
}
