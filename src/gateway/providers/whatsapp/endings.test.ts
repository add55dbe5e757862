import type { BinaryNode } from '@whiskeysockets/baileys'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnding } from './endings.ts'

const node = (tag: string, attrs: Record<string, string> = {}, content?: BinaryNode[]): BinaryNode => ({
  tag,
  attrs,
  ...(content === undefined ? {} : { content }),
})
const boom = (message: string, statusCode: number, data?: unknown): Error =>
  Object.assign(new Error(message), { output: { statusCode }, data })
const streamError = (attrs: Record<string, string>, content?: BinaryNode[]) =>
  readEnding({ streamError: node('stream:error', attrs, content) }, boom('Stream Errored', 500)).kind
const failure = (reason: string, attrs: Record<string, string> = {}) =>
  readEnding({ failure: node('failure', { reason, ...attrs }) }, boom('Connection Failure', Number(reason)))

describe('the end of a connection', () => {
  it.each([
    ['401', 'removed'],
    ['402', 'paused'],
    ['403', 'barred'],
    ['405', 'refused'],
    ['406', 'barred'],
    ['409', 'refused'],
    ['400', 'lost'],
    ['500', 'lost'],
    ['503', 'lost'],
    ['', 'lost'],
    ['401 ', 'lost'],
  ])('that WhatsApp gives the reason %j for is: %s', (reason, kind) => {
    expect(failure(reason).kind).toBe(kind)
  })

  it('is another device’s doing, or the phone’s, only if WhatsApp says so', () => {
    expect(streamError({}, [node('conflict', { type: 'replaced' })])).toBe('replaced')
    expect(streamError({}, [node('conflict', { type: 'something new' })])).toBe('replaced')
    expect(streamError({ code: '401' }, [node('conflict', { type: 'device_removed' })])).toBe('removed')
    expect(streamError({ code: '401' })).toBe('lost')
    expect(streamError({ code: '440' })).toBe('lost')
    expect(streamError({ code: '515' })).toBe('restart')
    expect(streamError({ code: '503' })).toBe('lost')
  })

  it('never takes a login away for what came from outside the encrypted connection', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 100, max: 600 }), (message, statusCode) => {
        for (const text of [message, 'Connection Failure', 'Stream Errored (conflict)', 'Intentional Logout'])
          expect(['lost', 'codes used up', 'not paired', 'refused']).toContain(
            readEnding({}, boom(text, statusCode, new Error(`Unexpected server response: ${statusCode}`)))
              .kind,
          )
      }),
    )
  })

  it('says what the network said, and nothing else that was thrown', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' })
    expect(readEnding({}, boom('WebSocket Error (…)', 408, refused))).toEqual({
      kind: 'lost',
      why: 'the connection failed (ECONNREFUSED)',
    })
    expect(readEnding({}, new Error('secret'))).toEqual({ kind: 'lost', why: 'the connection broke' })
    expect(readEnding({}, undefined)).toEqual({ kind: 'lost', why: 'the connection broke' })
  })

  it('is left alone for as long as an account is blocked, at most six hours', () => {
    expect(failure('402', { expire: '1800' })).toMatchObject({ forMs: 1_800_000 })
    expect(failure('402', { expire: '999999' })).toMatchObject({ forMs: 6 * 60 * 60_000 })
    expect(failure('402', { expire: '-1' })).toMatchObject({ forMs: 600_000 })
  })

  it.each(['root', 'leaf'])('of a server with a forged %s certificate says what it is', (which) => {
    const message =
      which === 'root'
        ? 'noise intermediate certificate signature invalid'
        : 'noise certificate signature invalid'
    expect(readEnding({}, boom(message, 400)).kind).toBe('refused')
  })
})
