import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { directSession, MAIN_SESSION, type SessionKey } from '../../shared/domain/session.ts'
import { loadSessionIndex } from './session-index.ts'

const ID = 'c7b1a1f0-0000-4000-8000-000000000001'
const now = (): number => Date.UTC(2026, 0, 6)
let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-index-'))
  path = join(folder, 'sessions.json')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const friend = (): SessionKey => {
  const sender = parseSenderId('telegram', '811204553')
  if (sender === undefined) throw new Error('no id')
  return directSession('telegram', sender)
}

describe('sessions.json', () => {
  it('that is not there is empty, and is made 0600 in a folder of 0700', () => {
    const nested = join(folder, 'sessions', 'sessions.json')
    const { index, setAside } = loadSessionIndex(nested, now)
    expect([index.sessionIdOf(MAIN_SESSION), setAside]).toEqual([undefined, undefined])
    index.set(MAIN_SESSION, { sessionId: ID, updatedAt: now(), chatType: 'direct' })
    expect(JSON.parse(readFileSync(nested, 'utf8'))).toEqual({
      main: { sessionId: ID, updatedAt: now(), chatType: 'direct' },
    })
    expect(statSync(nested).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'sessions')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(folder, 'sessions'))).toEqual(['sessions.json'])
  })

  it('of the existing Clawdbot is read as it is, and what we do not know in it is kept', () => {
    const theirs = {
      main: {
        sessionId: ID,
        updatedAt: 1,
        chatType: 'direct',
        thinkingLevel: 'high',
        skillsSnapshot: { prompt: 'x' },
        lastChannel: 'whatsapp',
      },
      'agent:main:main': { sessionId: ID, updatedAt: 2 },
      'group:123@g.us': { sessionId: 'x', updatedAt: 3, groupActivation: 'always' },
      __proto__x: 'odd',
    }
    writeFileSync(path, JSON.stringify(theirs))
    const { index } = loadSessionIndex(path, now)
    expect(index.sessionIdOf(MAIN_SESSION)).toBe(ID)
    index.set(MAIN_SESSION, { updatedAt: now(), lastChannel: 'telegram' })
    index.set(friend(), { sessionId: ID, updatedAt: now(), chatType: 'direct' })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      ...theirs,
      main: { ...theirs.main, updatedAt: now(), lastChannel: 'telegram' },
      'telegram:dm:811204553': { sessionId: ID, updatedAt: now(), chatType: 'direct' },
    })
  })

  for (const text of ['', '{"main":', '[]', '"x"', 'null', '\u0000\u0000']) {
    it(`that holds ${JSON.stringify(text)} is set aside, never read as empty and overwritten`, () => {
      writeFileSync(path, text)
      const { index, setAside } = loadSessionIndex(path, now)
      expect(setAside).toBe(`${path}.corrupt-2026-01-06T00-00-00.000Z`)
      index.set(MAIN_SESSION, { sessionId: ID, updatedAt: 1, chatType: 'direct' })
      expect(readFileSync(setAside ?? '', 'utf8')).toBe(text)
      expect(loadSessionIndex(path, now).index.sessionIdOf(MAIN_SESSION)).toBe(ID)
    })
  }

  it('set aside twice in one millisecond keeps both', () => {
    writeFileSync(path, 'first')
    loadSessionIndex(path, now)
    writeFileSync(path, 'second')
    const { setAside } = loadSessionIndex(path, now)
    expect(readFileSync(setAside ?? '', 'utf8')).toBe('second')
    expect(readdirSync(folder)).toHaveLength(2)
  })

  for (const entry of [
    null,
    'x',
    [],
    {},
    { sessionId: 7 },
    { sessionId: '../../etc/passwd' },
    { sessionId: `${ID}/x` },
  ]) {
    it(`an entry ${JSON.stringify(entry)} names no file`, () => {
      writeFileSync(path, JSON.stringify({ main: entry }))
      expect(loadSessionIndex(path, now).index.sessionIdOf(MAIN_SESSION)).toBeUndefined()
    })
  }

  it('keeps the old file when the new one can not be written', () => {
    writeFileSync(path, JSON.stringify({ main: { sessionId: ID } }))
    const { index } = loadSessionIndex(path, now)
    mkdirSync(`${path}.tmp`)
    expect(() => index.set(MAIN_SESSION, { updatedAt: 5 })).toThrow('EISDIR')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ main: { sessionId: ID } })
  })

  it('that may not be read stops the start of a session instead of beginning an empty one', () => {
    mkdirSync(path)
    expect(() => loadSessionIndex(path, now)).toThrow('EISDIR')
  })
})
