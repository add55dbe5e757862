import type { IncomingMessage } from 'node:http'
import { parseJson, readBytes } from '../support/loopback.ts'
import { parseMultipart } from './multipart.ts'

export type ParsedRequest =
  | {
      readonly kind: 'call'
      readonly token: string
      readonly method: string
      readonly params: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'refused'; readonly status: number; readonly description: string }

const PATH = /^\/bot([^/]+)\/(?:test\/)?([^/]+)$/
const MAX_BODY_BYTES = 1_000_000
/** Of a body with files: Telegram's limit for one, and some more for the rest. */
const MAX_UPLOAD_BYTES = 51_000_000

const refused = (status: number, description: string): ParsedRequest => ({
  kind: 'refused',
  status,
  description,
})

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads `/bot<token>/<method>` with its parameters from the query string and from a JSON or form body, with files or without. */
export const parseRequest = async (req: IncomingMessage): Promise<ParsedRequest> => {
  const url = new URL(req.url ?? '/', 'http://127.0.0.1')
  const type = req.headers['content-type'] ?? ''
  const hasFiles = type.startsWith('multipart/form-data')
  const bytes = await readBytes(req, hasFiles ? MAX_UPLOAD_BYTES : MAX_BODY_BYTES)
  const [, token, method] = PATH.exec(decodeURIComponent(url.pathname)) ?? []
  if (token === undefined || method === undefined) return refused(404, 'Not Found')
  if (req.method !== 'GET' && req.method !== 'POST') return refused(404, 'Not Found')
  if (bytes === undefined) return refused(413, 'Request Entity Too Large')
  const query = Object.fromEntries(url.searchParams)
  if (hasFiles) {
    const fields = parseMultipart(bytes, type)
    if (fields === undefined) return refused(400, "Bad Request: can't parse multipart body")
    return { kind: 'call', token, method, params: { ...query, ...fields } }
  }
  const body = bytes.toString('utf8')
  if (body === '') return { kind: 'call', token, method, params: query }
  if (type.startsWith('application/json')) {
    const fields = parseJson(body)
    if (!isObject(fields)) return refused(400, "Bad Request: can't parse request body as JSON object")
    return { kind: 'call', token, method, params: { ...query, ...fields } }
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return {
      kind: 'call',
      token,
      method,
      params: { ...query, ...Object.fromEntries(new URLSearchParams(body)) },
    }
  }
  return refused(400, `Bad Request: this server reads no body of type "${type}"`)
}
