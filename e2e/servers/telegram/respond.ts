import type { ServerResponse } from 'node:http'
import { assertNever } from '../../../src/shared/domain/assert-never.ts'
import type { Garbage } from './faults.ts'
import type { Outcome } from './types.ts'

const bodyOf = (outcome: Outcome): object => {
  if (outcome.kind === 'result') return { ok: true, result: outcome.value }
  const { status, description, parameters } = outcome.error
  return { ok: false, error_code: status, description, ...(parameters !== undefined && { parameters }) }
}

/** Answers as the Bot API does: the HTTP status and the body say the same. */
export const respond = (res: ServerResponse, outcome: Outcome): void => {
  const status = outcome.kind === 'result' ? 200 : outcome.error.status
  const body = JSON.stringify(bodyOf(outcome))
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  res.end(body)
}

const HUGE_BYTES = 64 * 1024 * 1024

/** Answers what no Bot API answers. */
export const respondGarbage = (res: ServerResponse, garbage: Garbage, outcome: Outcome): void => {
  const whole = JSON.stringify(bodyOf(outcome))
  switch (garbage) {
    case 'html':
      res.writeHead(502, { 'content-type': 'text/html' })
      res.end('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>')
      return
    case 'truncated':
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(whole.slice(0, -Math.ceil(whole.length / 2)))
      return
    case 'huge':
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(`{"ok":true,"result":"${'x'.repeat(HUGE_BYTES)}"}`)
      return
    case 'wrong-shape':
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end('[{"surprise":null}]')
      return
    default:
      assertNever(garbage)
  }
}
