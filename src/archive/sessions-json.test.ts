import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSessionList, readSessionList } from './sessions-json.ts'

const list = (entries: object) => parseSessionList(JSON.stringify(entries), 'sessions.json')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-list-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the list of sessions', () => {
  it('names a transcript by its id, in the forms of this and of the existing Clawdbot', () => {
    const { byFile } = list({
      main: {
        sessionId: 'm',
        updatedAt: 5,
        chatType: 'direct',
        surface: 'telegram',
        model: 'x',
        modelProvider: 'y',
      },
      'telegram:dm:42': { sessionId: 'd', updatedAt: 5, chatType: 'direct' },
      'whatsapp:group:7@g.us': { sessionId: 'g', subject: 'Football', chatType: 'group' },
      'agent:home:signal:group:abc': { sessionId: 's', displayName: 'Garden' },
      'agent:home:main': { sessionId: 'a', lastChannel: 'whatsapp' },
    })
    expect(byFile.get('m')).toEqual({
      key: 'main',
      title: 'main',
      provider: 'telegram',
      chat: 'main',
      model: 'y/x',
      updatedAt: 5,
    })
    expect(byFile.get('d')).toMatchObject({ key: 'telegram:dm:42', provider: 'telegram', chat: 'direct' })
    expect(byFile.get('g')).toMatchObject({ title: 'Football', provider: 'whatsapp', chat: 'group' })
    expect(byFile.get('s')).toMatchObject({ title: 'Garden', provider: 'signal', chat: 'group' })
    expect(byFile.get('a')).toMatchObject({ chat: 'main', provider: 'whatsapp', title: 'agent:home:main' })
  })

  it('takes of the path of a transcript its name only, and knows no path outside', () => {
    const { byFile } = list({
      k: { sessionId: 'id', sessionFile: '/elsewhere/../etc/id-topic-3.jsonl' },
      l: { sessionFile: '/etc/passwd' },
    })
    expect([...byFile.keys()]).toEqual(['id-topic-3', 'id'])
  })

  it('takes the newer of two keys for one transcript', () => {
    const { byFile } = list({ new: { sessionId: 'x', updatedAt: 9 }, old: { sessionId: 'x', updatedAt: 3 } })
    expect(byFile.get('x')?.key).toBe('new')
  })

  it('is read as JSON5 too', () => {
    expect(parseSessionList("{ main: { sessionId: 'm', }, } // mine", 'sessions.json').byFile.has('m')).toBe(
      true,
    )
  })

  it('that does not read is empty, and says so', async () => {
    expect(await readSessionList(folder)).toEqual({ byFile: new Map(), problem: '' })
    await writeFile(join(folder, 'sessions.json'), '{"main":{"sess')
    const { byFile, problem } = await readSessionList(folder)
    expect(byFile.size).toBe(0)
    expect(problem).toContain('is not a list of sessions')
  })

  it('is not read through a link', async () => {
    await writeFile(join(folder, 'other.json'), '{"main":{"sessionId":"m"}}')
    await symlink(join(folder, 'other.json'), join(folder, 'sessions.json'))
    expect(await readSessionList(folder)).toMatchObject({
      byFile: new Map(),
      problem: expect.stringContaining('no plain file'),
    })
  })

  it('never throws, whatever is in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json({ maxDepth: 4 })), (text) => {
        expect(parseSessionList(text, 'x').byFile).toBeInstanceOf(Map)
      }),
    )
    expect(list(JSON.parse('{"__proto__":{"sessionId":"p"}}')).byFile.get('p')?.key).toBe('__proto__')
  })
})
