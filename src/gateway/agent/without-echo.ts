const MARK = '‹message text›'
/** Shorter runs are also words of a server's own. UTF-16 units. */
const RUN = 12
/** A whole message that is shorter is a word that says nothing, as `hello`; with a digit in it, it may. UTF-16 units. */
const SHORTEST = 8
const SHORTEST_WITH_DIGIT = 4

/**
 * The detail of a failure without what it repeats of the conversation: servers quote the request that they refuse,
 * and what people write belongs into no log. Also of a quotation that is cut, or written as JSON.
 */
export const withoutEcho = (detail: string, texts: readonly string[]): string => {
  const forms = texts.flatMap(formsOf)
  const hidden = new Uint8Array(detail.length)
  for (const form of forms) if (form.length < RUN) hideAll(detail, form, hidden)
  const runs = runsOf(detail)
  for (const form of forms) {
    for (let at = 0; at + RUN <= form.length; at += 1)
      for (const start of runs.get(form.slice(at, at + RUN)) ?? []) hidden.fill(1, start, start + RUN)
  }
  return marked(detail, hidden)
}

/** As it is, as JSON has it, and as those write JSON who keep to ASCII; with the white space that a detail has. */
const formsOf = (text: string): readonly string[] => {
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return [...new Set([text.replace(/\s+/g, ' '), json, ascii])]
    .map((form) => form.trim())
    .filter((form) => form.length >= (/\p{N}/u.test(form) ? SHORTEST_WITH_DIGIT : SHORTEST))
}

const hideAll = (detail: string, form: string, hidden: Uint8Array): void => {
  for (let at = detail.indexOf(form); at !== -1; at = detail.indexOf(form, at + 1))
    hidden.fill(1, at, at + form.length)
}

/** Where each run of the detail stands. The detail is short, and what was said may be long: so not the other way round. */
const runsOf = (detail: string): ReadonlyMap<string, readonly number[]> => {
  const runs = new Map<string, number[]>()
  for (let at = 0; at + RUN <= detail.length; at += 1) {
    const run = detail.slice(at, at + RUN)
    const known = runs.get(run)
    if (known === undefined) runs.set(run, [at])
    else known.push(at)
  }
  return runs
}

const marked = (detail: string, hidden: Uint8Array): string => {
  let out = ''
  for (let at = 0; at < detail.length; at += 1) {
    if (hidden[at] === 0) out += detail.charAt(at)
    else if (hidden[at - 1] !== 1) out += MARK
  }
  return out
}
