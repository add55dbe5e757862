import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeState, startArchive, type TestArchive, type TestState } from './testing/archive-process.ts'
import { messageLine, transcriptOf } from './testing/transcript-lines.ts'

let state: TestState
let archives: TestArchive[]
beforeEach(() => {
  state = makeState()
  archives = []
})
afterEach(async () => {
  await Promise.all(archives.map((archive) => archive.kill()))
  state.remove()
})

const start = (): TestArchive => {
  const archive = startArchive(state)
  archives.push(archive)
  return archive
}
const file = (name: string): string => join(state.sessions, `${name}.jsonl`)
const find = async (archive: TestArchive, query: string) =>
  (await archive.ask('search', { query, order: 'newest', before: null, limit: 100 })).hits
const found = async (archive: TestArchive, query: string): Promise<readonly string[]> =>
  (await find(archive, query)).map(({ place }) =>
    place.in === 'session' ? `${place.ref}:${place.turn}` : place.file,
  )
const settledOn = async (archive: TestArchive, query: string): Promise<readonly string[]> => {
  await archive.ask('settled', {})
  return found(archive, query)
}

const indexBytes = (): string =>
  readdirSync(state.indexDir)
    .map((name) => readFileSync(join(state.indexDir, name), 'latin1'))
    .join('')
const WORDS = ['alpha', 'bravo', 'gamma', 'delta'] as const
const everything = async (archive: TestArchive) => {
  await archive.ask('settled', {})
  const { rows } = await archive.ask('sessions', { limit: 10, offset: 0 })
  const hits = await Promise.all(WORDS.map((word) => found(archive, word)))
  return {
    // Without a time in it, a session is as old as its file.
    rows: rows.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
    hits: hits.map((each) => each.toSorted()),
  }
}

describe('the archive follows a transcript', () => {
  it('that grows, and waits for the end of a half line', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha one']))
    const archive = start()
    expect(await settledOn(archive, 'alpha')).toEqual(['sessions/a:0'])
    const line = messageLine(2, 'alpha two')
    appendFileSync(file('a'), line.slice(0, 40))
    expect(await settledOn(archive, 'alpha')).toEqual(['sessions/a:0'])
    appendFileSync(file('a'), line.slice(40))
    expect(await settledOn(archive, 'alpha')).toEqual(['sessions/a:1', 'sessions/a:0'])
  })

  it('that is truncated, replaced, written anew in place, or deleted, and finds nothing that is not there', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha one', 'alpha two']))
    const archive = start()
    expect(await settledOn(archive, 'alpha')).toHaveLength(2)
    truncateSync(file('a'), transcriptOf('a', ['alpha one']).length)
    expect(await settledOn(archive, 'alpha')).toEqual(['sessions/a:0'])
    writeFileSync(join(state.root, 'other'), transcriptOf('a', ['bravo one', 'bravo two', 'bravo six']))
    renameSync(join(state.root, 'other'), file('a'))
    expect(await settledOn(archive, 'alpha')).toEqual([])
    expect(await settledOn(archive, 'bravo')).toHaveLength(3)
    writeFileSync(file('a'), transcriptOf('a', ['bravo one', 'gamma two', 'bravo six']), { flag: 'r+' })
    expect(await settledOn(archive, 'gamma')).toEqual(['sessions/a:1'])
    expect(await settledOn(archive, 'bravo')).toHaveLength(2)
    rmSync(file('a'))
    expect(await settledOn(archive, 'bravo')).toEqual([])
    expect((await archive.ask('sessions', { limit: 10, offset: 0 })).total).toBe(0)
  })

  it('that holds a line of 50 MB, broken lines and lines of unknown kinds', async () => {
    const huge = `{"type":"message","x":"${'y'.repeat(50 * 1024 * 1024)}"}\n`
    writeFileSync(
      file('a'),
      `${transcriptOf('a', ['alpha'])}${huge}not json\n{"type":"new"}\n${messageLine(2, 'omega')}`,
    )
    const archive = start()
    expect(await settledOn(archive, 'omega')).toEqual(['sessions/a:4'])
    const { turns } = await archive.ask('page', { ref: 'sessions/a', from: 0, count: 10, maxText: 100 })
    expect(turns.map(({ kind }) => kind)).toEqual(['user', 'broken', 'broken', 'unknown', 'user'])
    expect((await archive.ask('status', {})).brokenLines).toBe(2)
  })

  it('only where it is a plain file, in the flat layout and of each agent', async () => {
    mkdirSync(join(state.root, 'agents/main/sessions'), { recursive: true })
    writeFileSync(join(state.root, 'agents/main/sessions/b.jsonl'), transcriptOf('b', ['alpha']))
    writeFileSync(join(state.root, 'secret'), transcriptOf('s', ['alpha']))
    symlinkSync(join(state.root, 'secret'), file('link'))
    mkdirSync(file('folder'))
    const archive = start()
    expect(await settledOn(archive, 'alpha')).toEqual(['agents/main/sessions/b:0'])
  })
})

describe('what was deleted', () => {
  it('is in no byte of the index or its log any more', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `zebrafinch${index} canaryword`)
    writeFileSync(file('a'), transcriptOf('a', texts))
    writeFileSync(file('b'), transcriptOf('b', ['something else']))
    const archive = start()
    expect(await settledOn(archive, '"zebrafinch7"')).toHaveLength(1)
    expect(indexBytes()).toContain('canaryword')
    rmSync(file('a'))
    await archive.ask('settled', {})
    expect(indexBytes()).not.toContain('canaryword')
    expect(indexBytes()).not.toContain('zebrafinch')
    expect(await found(archive, 'something')).toEqual(['sessions/b:0'])
  })
})

describe('the index', () => {
  it.each([
    [
      'no database',
      () => 'not a database at all, but long enough to have a header of one hundred bytes'.repeat(20),
    ],
    ['cut short', (index: Buffer) => index.subarray(0, index.length / 2)],
    ['overwritten', (index: Buffer) => index.fill(0x5a, 4_096)],
    ['empty', () => ''],
  ])('that is %s is made anew', async (_, damage) => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    const first = start()
    await first.ask('settled', {})
    await first.end()
    const index = join(state.indexDir, 'index.db')
    writeFileSync(index, damage(readFileSync(index)))
    expect(await settledOn(start(), 'alpha')).toEqual(['sessions/a:0'])
  })

  it('that is damaged while it is used is made anew as soon as an answer shows it', async () => {
    const texts = Array.from({ length: 500 }, (_, at) => `alpha ${at * 7_919} ${at * 104_729}`)
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(file(name), transcriptOf(name, texts))
    const archive = start()
    await archive.ask('settled', {})
    const index = join(state.indexDir, 'index.db')
    // All but the first pages, which say what there is.
    const fd = openSync(index, 'r+')
    writeSync(fd, Buffer.alloc(statSync(index).size - 65_536, 0x5a), 0, undefined, 65_536)
    closeSync(fd)
    expect(statSync(index).size).toBeGreaterThan(200_000)
    const count = async () => (await settledOn(archive, '"alpha 7919"').catch(() => [])).length
    await expect.poll(count, { timeout: 30_000 }).toBe(4)
    expect(readFileSync(index).includes(Buffer.alloc(4_096, 0x5a))).toBe(false)
  })

  it('is for the owner alone', async () => {
    await start().ask('settled', {})
    expect(statSync(join(state.indexDir, 'index.db')).mode & 0o777).toBe(0o600)
    expect(statSync(state.indexDir).mode & 0o777).toBe(0o700)
  })

  it('is made anew when it is asked to be, while another archive uses it', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    const [first, second] = [start(), start()]
    await Promise.all([first.ask('settled', {}), second.ask('settled', {})])
    await first.ask('rebuild', {})
    expect(await settledOn(first, 'alpha')).toEqual(['sessions/a:0'])
    await expect.poll(() => second.child.signalCode, { timeout: 20_000 }).toBe('SIGKILL')
    appendFileSync(file('a'), messageLine(2, 'alpha two'))
    expect(await settledOn(first, 'alpha')).toHaveLength(2)
    expect(existsSync(join(state.indexDir, 'index.db-wal'))).toBe(true)
  })

  it('of two archives at once holds everything once', async () => {
    for (let number = 0; number < 40; number++) {
      const texts = Array.from({ length: 50 }, (_, index) => `alpha ${index}`)
      writeFileSync(file(`s${number}`), transcriptOf(`s${number}`, texts))
    }
    const [first, second] = [start(), start()]
    await Promise.all([first.ask('settled', {}), second.ask('settled', {})])
    expect(await first.ask('status', {})).toMatchObject({ messages: 2_000, sessions: 40 })
    expect((await find(second, '"alpha 17"')).length).toBe(40)
  })

  it('of one that was killed while it indexed goes on where it was, and loses and doubles nothing', async () => {
    for (let number = 0; number < 60; number++) {
      const texts = Array.from({ length: 200 }, (_, index) => `alpha ${index}`)
      writeFileSync(file(`s${number}`), transcriptOf(`s${number}`, texts))
    }
    for (let kills = 0; kills < 4; kills++) {
      const archive = start()
      await archive.ask('status', {})
      if (kills > 1)
        await archive
          .ask('search', { query: 'alpha', order: 'newest', before: null, limit: 1 })
          .catch(() => {})
      await archive.kill()
    }
    const archive = start()
    expect(await archive.ask('settled', {})).toMatchObject({ messages: 12_000, phase: 'ready' })
    expect(await find(archive, '"alpha 17"')).toHaveLength(60)
  })
})

describe('a request', () => {
  it('that is none, or of no call, or with a bad input is refused, and the next one is answered', async () => {
    const archive = start()
    await archive.ask('settled', {})
    archive.say('not json')
    archive.say('{"id":"x"}')
    archive.say(JSON.stringify({ id: 900, call: 'constructor', input: {} }))
    archive.say(JSON.stringify({ id: 901, call: 'page', input: { ref: 7 } }))
    archive.say(`{"x":"${'y'.repeat(1024 * 1024)}"}`)
    expect((await archive.ask('status', {})).phase).toBe('ready')
    const refused = archive.answers.filter((answer) => JSON.stringify(answer).includes('contract_violation'))
    expect(refused).toHaveLength(2)
  })

  it('of any text is a search that answers', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha "quoted" it’s C++ a-b']))
    const archive = start()
    await archive.ask('settled', {})
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60, unit: 'grapheme' }), async (query) => {
        await archive.ask('search', { query, order: 'newest', before: null, limit: 5 })
        const { hits } = await archive.ask('search', { query, order: 'ranked', before: null, limit: 5 })
        expect(hits.length).toBeLessThan(6)
      }),
      { numRuns: 200 },
    )
  })
})

describe('whatever happens to the files', () => {
  const names = fc.constantFrom('a', 'b', 'c')
  const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 })
  const operation = fc.oneof(
    fc.record({ do: fc.constant('write' as const), name: names, words }),
    fc.record({ do: fc.constant('append' as const), name: names, words }),
    fc.record({ do: fc.constant('replace' as const), name: names, words }),
    fc.record({
      do: fc.constant('cut' as const),
      name: names,
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ do: fc.constant('delete' as const), name: names }),
    fc.record({ do: fc.constant('settle' as const) }),
  )

  it('the index says what one made from nothing would say', async () => {
    const archive = start()
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 8 }), async (operations) => {
        for (const each of operations) {
          if (each.do === 'settle') {
            await archive.ask('settled', {})
            continue
          }
          const path = file(each.name)
          if (each.do === 'write') writeFileSync(path, transcriptOf(each.name, each.words))
          if (each.do === 'append')
            appendFileSync(path, each.words.map((word, at) => messageLine(at + 50, word)).join(''))
          if (each.do === 'replace') {
            writeFileSync(`${path}.new`, transcriptOf(each.name, each.words))
            renameSync(`${path}.new`, path)
          }
          if (each.do === 'cut' && existsSync(path))
            truncateSync(path, Math.floor(statSync(path).size * each.part))
          if (each.do === 'delete') rmSync(path, { force: true })
        }
        const kept = await everything(archive)
        await archive.ask('rebuild', {})
        expect(kept).toEqual(await everything(archive))
      }),
      { numRuns: 25 },
    )
  })
})
