import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type LinkAnswer,
  type LinkRequest,
  readLinkAnswer,
  removeLinkAnswer,
  takeLinkRequest,
  writeLinkAnswer,
  writeLinkRequest,
} from './link-request.ts'
import { tempState } from './testing/temp-state.ts'

const NOW = 1_800_000_000_000
const request: LinkRequest = {
  version: 1,
  id: '0a1b2c3d-0000',
  act: 'link',
  provider: 'whatsapp',
  use: 'separate',
  at: NOW,
}
const answer: LinkAnswer = {
  version: 1,
  id: request.id,
  progress: 'under way',
  state: 'linking',
  detail: '',
  code: '2@code',
  until: NOW + 20_000,
  self: null,
  notes: [],
  error: null,
}

describe('a request to link', () => {
  it('is the owner’s alone, and is taken once', async () => {
    const paths = await tempState()
    expect(await takeLinkRequest(paths, NOW)).toEqual({ kind: 'none' })
    await writeLinkRequest(paths, request)
    expect(statSync(paths.linkRequest).mode & 0o777).toBe(0o600)
    expect(await takeLinkRequest(paths, NOW + 1_000)).toEqual({ kind: 'taken', request })
    expect(await takeLinkRequest(paths, NOW + 1_000)).toEqual({ kind: 'none' })
  })

  it.each([60_001, -60_001])('is not heeded where it was made %i ms ago', async (age) => {
    const paths = await tempState()
    await writeLinkRequest(paths, request)
    expect(await takeLinkRequest(paths, NOW + age)).toEqual({ kind: 'old' })
    expect(await takeLinkRequest(paths, NOW)).toEqual({ kind: 'none' })
  })

  it.each([
    ['no JSON', 'hello'],
    ['half of one', '{"version":1,"id":'],
    ['of another version', JSON.stringify({ ...request, version: 2 })],
    ['of an act that there is not', JSON.stringify({ ...request, act: 'approve' })],
    ['of no provider', JSON.stringify({ ...request, provider: '../x' })],
    ['without whose number it will be', JSON.stringify({ ...request, use: undefined })],
    ['with an id that is a path', JSON.stringify({ ...request, id: '../../etc/passwd' })],
    ['too long', `"${'x'.repeat(70_000)}"`],
  ])('that is %s is set aside', async (_, text) => {
    const paths = await tempState()
    writeFileSync(paths.linkRequest, text)
    const taken = await takeLinkRequest(paths, NOW)
    expect(taken.kind).toBe('garbage')
    expect(taken.kind === 'garbage' && readFileSync(taken.file, 'utf8')).toBe(text)
    expect(await takeLinkRequest(paths, NOW)).toEqual({ kind: 'none' })
  })
})

describe('the answer to it', () => {
  it('is the owner’s alone, is read by who asked, and is removed', async () => {
    const paths = await tempState()
    expect(await readLinkAnswer(paths, request.id)).toBeUndefined()
    await writeLinkAnswer(paths, answer)
    expect(statSync(paths.linkAnswer).mode & 0o777).toBe(0o600)
    expect(await readLinkAnswer(paths, request.id)).toEqual(answer)
    expect(await readLinkAnswer(paths, 'somebody-else')).toBeUndefined()
    await removeLinkAnswer(paths)
    await removeLinkAnswer(paths)
    expect(readdirSync(paths.root).filter((name) => name.includes('link'))).toEqual([])
  })

  it('that can not be understood is none', async () => {
    const paths = await tempState()
    for (const text of ['', '{', JSON.stringify({ ...answer, state: 'happy' })]) {
      writeFileSync(paths.linkAnswer, text)
      expect(await readLinkAnswer(paths, request.id)).toBeUndefined()
    }
  })
})
