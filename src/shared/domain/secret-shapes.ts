/** One kind of secret by its looks. `found` is what String.replace hands over: the match, then its groups. */
export interface ShapeRule {
  readonly pattern: RegExp
  readonly replace: (found: readonly unknown[], mark: (value: string) => string) => string
}

/** The whole match is the secret. */
const whole = (pattern: RegExp): ShapeRule => ({ pattern, replace: ([match], mark) => mark(String(match)) })

/** Group 1 is what leads to the secret and stays; the rest of the match is the secret. */
const after = (pattern: RegExp): ShapeRule => ({
  pattern,
  replace: ([match, lead], mark) => `${String(lead)}${mark(String(match).slice(String(lead).length))}`,
})

/** The look-behind keeps a mark of an earlier rule from being taken for a name. */
const KEY_NAME = String.raw`(?<!‹)(?:token|api[_-]?key|passw(?:or)?d|secret|authorization|cookie)`
/** Already removed by an earlier rule. */
const NOT_MARKED = '(?!‹secret:)'
/** The inside of a JSON string. The alternatives can not match the same character: no backtracking. */
const JSON_INSIDE = String.raw`(?:[^"\\]|\\[^])+`
/** The inside of a JSON string that stands within a JSON string. */
const NESTED_INSIDE = String.raw`(?:[^"\\]|\\\\(?:[^"\\]|\\[^]))+`

// Every rule begins with a literal or a look-behind that allows one try for each run of characters, and has
// no open-ended part before a part that can fail: linear time for any text.
export const shapeRules: readonly ShapeRule[] = [
  // A private key as PEM, with real line breaks or escaped ones.
  whole(/-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,-]|\\{1,4}[nrt])*/g),
  // A Telegram bot token, also as it stands in a URL (/bot123:AA…/getMe).
  whole(/(?<![0-9])[0-9]{6,12}(?::|%3[Aa])[A-Za-z0-9_-]{30,}/g),
  // sk-ant-…, sk-proj-…, sk-…
  whole(/(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{16,}/g),
  whole(/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g),
  whole(/(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g),
  whole(/(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}/g),
  // A JSON Web Token.
  whole(/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g),
  after(/(\b(?:Bearer|Basic)\s{1,8})[A-Za-z0-9._~+/=-]{8,}/gi),
  // "apiKey":"…"; only the end of the name counts, so accessToken and client_secret are covered.
  after(new RegExp(String.raw`(${KEY_NAME}"\s{0,8}:\s{0,8}")${NOT_MARKED}${JSON_INSIDE}`, 'gi')),
  after(new RegExp(String.raw`(${KEY_NAME}\\"\s{0,8}:\s{0,8}\\")${NOT_MARKED}${NESTED_INSIDE}`, 'gi')),
  // Headers: these two have values of several words.
  after(
    new RegExp(
      String.raw`((?:authorization|cookie)\s{0,8}[:=]\s{0,8})(?![ \t])${NOT_MARKED}(?!(?:Bearer|Basic) ‹secret:)[^"'\\\r\n]+`,
      'gi',
    ),
  ),
  // TOKEN=…, password: …
  after(new RegExp(String.raw`(${KEY_NAME}\s{0,8}[:=]\s{0,8}['"]?)${NOT_MARKED}[^\s"'\\&;,‹›]{4,}`, 'gi')),
  // A pairing code, as in code ABCD2345 or "code":"ABCD2345". Upper case only: `code accepted` is not one.
  after(
    /((?<![A-Za-z])[Cc](?:ode|ODE)\\{0,2}"?\s{0,8}[:=]?\s{0,8}\\{0,2}"?)[A-HJ-NP-Z2-9]{8}(?![A-Za-z0-9])/g,
  ),
]
