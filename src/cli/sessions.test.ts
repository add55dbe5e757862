import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { archiveCli, builtApp, transcript } from './testing/archive-world.ts'

const ANN = 'aaaaaaaa-1111-4000-8000-000000000001'
const BOB = 'aaaaaaaa-2222-4000-8000-000000000002'
/** In the form of a key, and nobody's. */
const KEY = `sk-ant-api03-${'Zx9'.repeat(30)}`
/** What a terminal would obey, or what would hide. */
const ACTING = ['\u001b', '\u202e', '\u0007']
const REORDERED = 'invoice\u202egpj.exe \u001b]0;owned\u0007'

let app: Awaited<ReturnType<typeof builtApp>>
beforeAll(async () => {
  app = await builtApp()
})
afterAll(() => app.remove())

const world = async () => {
  const cli = await archiveCli(app.appRoot)
  await cli.write(`sessions/${ANN}.jsonl`, transcript(ANN, `which system? ${KEY}`))
  await cli.write(`agents/main/sessions/${BOB}.jsonl`, [...transcript(BOB, REORDERED), 'no JSON at all'])
  await cli.write('sessions/sessions.json', [
    { 'telegram:dm:42': { sessionId: ANN, updatedAt: Date.UTC(2026, 0, 6, 13) } },
  ])
  return cli
}

describe('clawdbot sessions list', () => {
  it('shows both layouts, with nothing running', async () => {
    const { run } = await world()
    const { code, out } = await run('sessions', 'list')
    expect(code).toBe(0)
    expect(out).toContain(ANN)
    expect(out).toContain('telegram:dm:42')
    expect(out).toContain(BOB)
    expect(out).toContain('1 broken line)')
  })

  it('prints JSON, and at most as many as asked', async () => {
    const { run } = await world()
    const { out, err } = await run('sessions', 'list', '--json', '--limit', '1')
    const { total, sessions } = JSON.parse(out)
    expect(total).toBe(2)
    expect(sessions).toHaveLength(1)
    expect(err).toBe('')
    expect((await run('sessions', 'list', '--limit', '1')).err).toContain('1 more')
  })

  it('says so where there is none', async () => {
    const { run } = await archiveCli(app.appRoot)
    expect(await run('sessions', 'list')).toMatchObject({ code: 0, out: 'There is no session.' })
  })

  it('works without a valid config, and says what that changes', async () => {
    const { run, paths } = await world()
    await writeFile(paths.config, '{ nonsense')
    const { code, out, err } = await run('sessions', 'list')
    expect(code).toBe(0)
    expect(out).toContain(ANN)
    expect(err).toContain('not valid JSON5')
  })
})

describe('clawdbot sessions show', () => {
  it.each(['telegram:dm:42', ANN, 'aaaaaaaa-1', `sessions/${ANN}`])('finds it as %s', async (name) => {
    const { run } = await world()
    const { code, out } = await run('sessions', 'show', name)
    expect(code).toBe(0)
    expect(out).toContain('which system?')
    expect(out).toContain('> bash uname -a')
    expect(out).toContain('Linux box')
    expect(out).toContain('It is a penguin.')
  })

  it('shows what a terminal would obey or hide as marks, and broken lines as they are', async () => {
    const { run } = await world()
    const { out } = await run('sessions', 'show', BOB)
    expect(out).toContain('invoice‹U+202E›gpj.exe ‹U+001B›]0;owned‹U+0007›')
    expect(ACTING.filter((character) => out.includes(character))).toEqual([])
    expect(out).toContain('no JSON at all')
  })

  it('prints only the last turns, or the one that is named', async () => {
    const { run } = await world()
    const last = await run('sessions', 'show', ANN, '--last', '1')
    expect(last.out).toContain('It is a penguin.')
    expect(last.out).not.toContain('which system?')
    const first = await run('sessions', 'show', ANN, '--turn', '0')
    expect(first.out).toContain('which system?')
    expect(first.out).not.toContain('penguin')
    const beyond = await run('sessions', 'show', ANN, '--turn', '99')
    expect(beyond).toMatchObject({ code: 1, out: '' })
    expect(beyond.err).toContain('There is no turn 99')
  })

  it('prints JSON that parses to the turns', async () => {
    const { run } = await world()
    const { session, turns } = JSON.parse((await run('sessions', 'show', ANN, '--json')).out)
    expect(session.id).toBe(ANN)
    expect(turns.map(({ kind }: { kind: string }) => kind)).toEqual(['user', 'agent', 'agent'])
  })

  it('refuses a name that is none, and one that is two', async () => {
    const { run } = await world()
    const none = await run('sessions', 'show', 'nobody')
    expect(none.code).toBe(1)
    expect(none.err).toContain('There is no session "nobody"')
    const two = await run('sessions', 'show', 'aaaaaaaa')
    expect(two.code).toBe(1)
    expect(two.err).toContain('2 sessions begin with "aaaaaaaa"')
  })

  it.each([
    ['empty', ''],
    ['longer than any', 'x'.repeat(2_000)],
    ['a path', '../clawdbot'],
  ])('refuses a name that is %s as it does any other', async (_, name) => {
    const { run } = await world()
    const { code, err } = await run('sessions', 'show', name)
    expect(code).toBe(1)
    expect(err).toContain('There is no session "')
    expect(err).not.toContain('fault')
  })

  it.each([
    ['--last', '1', '--turn', '1'],
    ['--last', 'x'],
    ['--turn', '-1'],
  ])('refuses %s %s %s %s as wrong usage', async (...options) => {
    const { run } = await archiveCli(app.appRoot)
    expect((await run('sessions', 'show', 'x', ...options.filter(Boolean))).code).not.toBe(0)
  })
})

describe('clawdbot sessions search', () => {
  it('says where it is, and marks what was searched for', async () => {
    const { run } = await world()
    const { code, out } = await run('sessions', 'search', 'penguin')
    expect(code).toBe(0)
    expect(out).toMatch(/^2026-01-06T12:00:04Z {2}.+ turn 2 {2}assistant {2}.*\*penguin\*/m)
  })

  it('takes phrases of the shell’s quotes, and filters', async () => {
    const { run } = await world()
    expect((await run('sessions', 'search', 'a penguin', 'role:assistant')).out).toContain('penguin')
    expect((await run('sessions', 'search', 'penguin a', 'role:assistant')).out).toBe('')
    expect((await run('sessions', 'search', 'linux', 'tool:bash', '--json')).out).toContain('"tool": "bash"')
  })

  it('finds nothing without failing', async () => {
    const { run } = await world()
    expect(await run('sessions', 'search', 'unicorn')).toEqual({
      code: 0,
      out: '',
      err: 'Nothing was found.',
    })
  })

  it('says what of a query it did not understand', async () => {
    const { run } = await world()
    const { code, err } = await run('sessions', 'search', 'penguin is:purple')
    expect(code).toBe(0)
    expect(err).toContain('purple')
  })

  it('prints no character that a terminal obeys', async () => {
    const { run } = await world()
    const { out } = await run('sessions', 'search', 'invoice')
    expect(out).toContain('‹U+202E›')
    expect(ACTING.filter((character) => out.includes(character))).toEqual([])
  })
})

describe('clawdbot sessions export', () => {
  it.each(['md', 'html', 'jsonl'])(
    'writes .%s without the secret, and with it only when asked',
    async (ending) => {
      const { run, root } = await world()
      const redacted = join(root, `a.${ending}`)
      const { code, out } = await run('sessions', 'export', ANN, '--out', redacted)
      expect(code).toBe(0)
      expect(out).toContain(`Wrote ${redacted}`)
      const text = await readFile(redacted, 'utf8')
      expect(text).toContain('which system?')
      expect(text).not.toContain(KEY)
      const kept = join(root, `b.${ending}`)
      await run('sessions', 'export', ANN, '--out', kept, '--keep-secrets')
      expect(await readFile(kept, 'utf8')).toContain(KEY)
    },
  )

  it('replaces no file, but with --force', async () => {
    const { run, root } = await world()
    const file = join(root, 'a.md')
    await writeFile(file, 'mine')
    const refused = await run('sessions', 'export', ANN, '--out', file)
    expect(refused.code).toBe(1)
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect((await run('sessions', 'export', ANN, '--out', file, '--force')).code).toBe(0)
    expect(await readFile(file, 'utf8')).toContain('penguin')
  })

  it('says that only patterns were taken out where the config is not valid', async () => {
    const { run, root, paths } = await world()
    await writeFile(paths.config, '{ nonsense')
    const { code, err } = await run('sessions', 'export', ANN, '--out', join(root, 'a.md'))
    expect(code).toBe(0)
    expect(err).toContain('only what looks like one was taken out')
  })

  it.each([[['--format', 'docx']], [['--json']]])('refuses %j as wrong usage', async (options) => {
    const { run } = await archiveCli(app.appRoot)
    expect(await run('sessions', 'export', 'x', ...options)).toMatchObject({ code: 2, out: '' })
  })
})

describe('clawdbot archive', () => {
  it('says what the index holds, and makes it anew', async () => {
    const { run } = await world()
    const before = JSON.parse((await run('archive', 'status', '--json')).out)
    expect(before).toMatchObject({ phase: 'ready', sessions: 2, brokenLines: 1 })
    const rebuilt = JSON.parse((await run('archive', 'rebuild', '--json')).out)
    expect(rebuilt).toEqual({ ...before, asOf: rebuilt.asOf })
    expect((await run('sessions', 'search', 'penguin')).out).toContain('*penguin*')
  })

  it('mends an index that is no index', async () => {
    const { run, paths } = await world()
    await run('archive', 'status')
    await writeFile(join(paths.archive, 'index.db'), 'not a database')
    expect((await run('sessions', 'search', 'penguin')).out).toContain('*penguin*')
  })

  it('says what is missing where it can not run', async () => {
    const { run } = await archiveCli('/nowhere')
    const { code, out, err } = await run('sessions', 'list')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('Clawdbot')
  })
})
