import { GrammyError, HttpError } from 'grammy'
import { z } from 'zod'

/** Why a call of the Bot API did not succeed, as far as it matters what to do next. */
export type ApiFailure =
  /** 401, 404: the token is no token of a bot. No retry can help. */
  | { readonly kind: 'refused'; readonly why: string }
  /** 409: updates go elsewhere. */
  | { readonly kind: 'conflict'; readonly with: 'webhook' | 'another program' }
  /** 429, after auto-retry. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number; readonly why: string }
  /** Any other 4xx: this request, not the connection. */
  | { readonly kind: 'rejected'; readonly why: string }
  /** Nothing was written to the wire. */
  | { readonly kind: 'unreachable'; readonly why: string }
  /** Something went wrong on the way, or the answer is none: the request may have had its effect. */
  | { readonly kind: 'ambiguous'; readonly why: string }

/** Errors of name resolution and of the TLS handshake, and the one that only connecting can bring. */
const BEFORE_WRITING: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

const MAX_DESCRIPTION = 200

/** Reads what grammY threw. The texts carry neither the token nor the URL, which contains it. */
export const readFailure = (error: unknown, token: string): ApiFailure => {
  if (error instanceof GrammyError) return readAnswer(error, token)
  if (error instanceof HttpError) return readNetwork(error.error)
  return { kind: 'ambiguous', why: 'the answer could not be understood' }
}

/** What grammY's types promise of an answer, and what answers may be no Telegram at all. */
const answerShape = z.object({ error_code: z.int().min(400).max(599), description: z.string() })

const readAnswer = (error: GrammyError, token: string): ApiFailure => {
  const answer = answerShape.safeParse(error)
  if (!answer.success) return { kind: 'ambiguous', why: 'the answer could not be understood' }
  const { error_code: code } = answer.data
  const description = answer.data.description.replaceAll(token, '‹token›').slice(0, MAX_DESCRIPTION)
  const why = `Telegram answered ${code}: ${description}`
  if (code >= 500) return { kind: 'ambiguous', why }
  switch (code) {
    case 401:
    case 404:
      return { kind: 'refused', why }
    case 409:
      return { kind: 'conflict', with: description.includes('webhook') ? 'webhook' : 'another program' }
    case 429:
      return { kind: 'busy', retryAfterMs: (Number(error.parameters.retry_after) || 1) * 1000, why }
    default:
      return { kind: 'rejected', why }
  }
}

const readNetwork = (error: unknown): ApiFailure => {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const why = code === undefined ? 'the connection broke or timed out' : `the connection failed (${code})`
  // Other codes can also come later; node-fetch says in its text alone which step failed.
  const whileConnecting = error instanceof Error && / reason: connect E[A-Z]+ /.test(`${error.message} `)
  const before = whileConnecting || (code !== undefined && BEFORE_WRITING.has(code))
  return { kind: before ? 'unreachable' : 'ambiguous', why }
}
