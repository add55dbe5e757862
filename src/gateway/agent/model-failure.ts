/** Why the model gave no answer, as far as it matters to the person who waits for one. */
export const FAILURES = {
  not_configured: 'I can not answer: no language model is set up. My owner has to look at this.',
  refused_key:
    'I can not answer right now: the language model does not let me in. My owner has to look at this.',
  rejected:
    'I can not answer this: the language model does not accept the request. My owner has to look at this.',
  rate_limited:
    'I can not answer right now: the language model has had too many requests. Please try again in a few minutes.',
  overloaded:
    'I can not answer right now: the language model is overloaded. Please try again in a few minutes.',
  unreachable: 'I can not answer right now: the language model can not be reached. Please try again later.',
  timeout: 'I can not answer right now: the language model took too long. Please try again later.',
  broken: 'I can not answer right now: the answer of the language model broke off. Please try again.',
  too_long: 'I can not answer this: the language model did not come to an end. Please try asking for less.',
  empty: 'The language model gave no answer to this. Please try to say it in other words.',
  declined: 'The language model declined to answer this.',
  internal: 'I can not answer right now because of a fault of mine. My owner has to look at this.',
} as const

export type FailureKind = keyof typeof FAILURES

/** One short honest sentence or two for the sender: no name, address, key or other inside of ours. */
export const failureSentence = (kind: FailureKind): string => FAILURES[kind]

/** The owner's text, and what a response body may contribute to it, in UTF-16 units. */
const DETAIL_KEPT = 1000
const BODY_KEPT = 500

/** Tells an error of the AI SDK or of the network by its looks, so that nothing needs the SDK to be loaded. */
export const failureOf = (error: unknown): { readonly kind: FailureKind; readonly detail: string } => {
  const innermost = lastError(error)
  const status = numberIn(innermost, 'statusCode')
  const message = innermost instanceof Error ? unquoted(innermost.message) : shortJson(innermost)
  const body = isRefusal(status) ? stringIn(innermost, 'responseBody')?.slice(0, BODY_KEPT) : undefined
  const causes = causesOf(innermost)
  const detail = [
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    message,
    ...causes,
    ...(body === undefined || body === '' || body.includes(message) ? [] : [body]),
  ]
    .join(': ')
    .replace(/\s+/g, ' ')
    .slice(0, DETAIL_KEPT)
  return { kind: status === undefined ? kindWithoutStatus(innermost, causes) : kindOf(status), detail }
}

/** The body of a success that could not be read is the model's answer. */
const isRefusal = (status: number | undefined): boolean => status === undefined || status >= 400

/** Errors of the SDK's and of V8's parsers quote what they could not read, which is the model's answer. */
const unquoted = (message: string): string =>
  message
    .replace(
      /((?:JSON parsing failed: Text|Type validation failed: Value): )[^]*?(?=\.\nError message: |$)/,
      '$1…',
    )
    .replace(/"[^]*" is not valid JSON/, '… is not valid JSON')

const kindOf = (status: number): FailureKind => {
  if (status === 401 || status === 403) return 'refused_key'
  if (status === 408 || status === 504) return 'timeout'
  if (status === 429) return 'rate_limited'
  if (status === 503 || status === 529) return 'overloaded'
  if (status >= 400 && status < 500) return 'rejected'
  // A success whose content is no answer, or a server that has failed.
  return 'broken'
}

/** Errors of the network, and `error` events within a stream that has begun with 200. */
const kindWithoutStatus = (error: unknown, causes: readonly string[]): FailureKind => {
  const text = [stringIn(error, 'type'), stringIn(error, 'message'), ...causes].join(' ')
  if (/overloaded/i.test(text)) return 'overloaded'
  if (/rate_limit/i.test(text)) return 'rate_limited'
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Cannot connect/i.test(text)) {
    return 'unreachable'
  }
  return 'broken'
}

/** After several tries the SDK throws an error about the tries; the last of them is what the owner asks for. */
const lastError = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'lastError' in error ? error.lastError : error

const MAX_CAUSES = 3

const causesOf = (error: unknown): readonly string[] => {
  const found: string[] = []
  let at = error
  while (at instanceof Error && at.cause !== undefined && found.length < MAX_CAUSES) {
    at = at.cause
    found.push(
      at instanceof Error
        ? [stringIn(at, 'code'), unquoted(at.message)].filter(Boolean).join(' ')
        : shortJson(at),
    )
  }
  return found
}

const stringIn = (value: unknown, key: string): string | undefined => {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}

const numberIn = (value: unknown, key: string): number | undefined => {
  const found = member(value, key)
  return typeof found === 'number' ? found : undefined
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

const shortJson = (value: unknown): string => {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, BODY_KEPT)
  } catch {
    // A loop, or a getter that throws: its kind is all that can be said.
    return Object.prototype.toString.call(value)
  }
}
