// What lies in the state directory may have been put there by anybody who ever ran as the owner: none of it makes the
// archive read or write anything else, stop, or grow without bounds.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeState, startArchive, type TestArchive, type TestState } from './testing/archive-process.ts'
import { messageLine, transcriptOf } from './testing/transcript-lines.ts'

/** What the supervisor takes for one line. */
const MAX_ANSWER = 64 * 1024 * 1024
const MEGABYTE = 1024 * 1024

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
const victim = (): string => join(state.root, 'victim')
const index = (suffix = ''): string => join(state.indexDir, `index.db${suffix}`)
const found = async (archive: TestArchive, query: string): Promise<readonly string[]> => {
  await archive.ask('settled', {})
  const { hits } = await archive.ask('search', { query, order: 'newest', before: null, limit: 100 })
  return hits.map(({ place }) => (place.in === 'session' ? place.ref : place.file)).toSorted()
}
const writeAll = (path: string, pieces: Iterable<string>): void => {
  const fd = openSync(path, 'w')
  for (const piece of pieces) writeSync(fd, piece)
  closeSync(fd)
}
/** The most that the process ever held. */
const peakOf = ({ child }: TestArchive): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024

describe('the files of sessions', () => {
  it('are plain files under a plain path: no link, pipe, folder or agent leads elsewhere', async () => {
    const elsewhere = join(state.root, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'secret.jsonl'), transcriptOf('s', ['alpha']))
    symlinkSync(join(elsewhere, 'secret.jsonl'), file('link'))
    execFileSync('mkfifo', [file('pipe')])
    mkdirSync(file('folder'))
    mkdirSync(join(state.root, 'agents/linked'), { recursive: true })
    symlinkSync(elsewhere, join(state.root, 'agents/linked/sessions'))
    symlinkSync(elsewhere, join(state.root, 'agents/whole'))
    mkdirSync(join(state.root, 'agents/main/sessions'), { recursive: true })
    writeFileSync(join(state.root, 'agents/main/sessions/real.jsonl'), transcriptOf('r', ['alpha']))
    expect(await found(start(), 'alpha')).toEqual(['agents/main/sessions/real'])
  })

  it('have any names', async () => {
    const names = ['new\nline', 'bi\u202edi', '..', '__proto__', 'constructor', 'x'.repeat(240), '%2e%2e%2f']
    for (const name of names) writeFileSync(file(name), transcriptOf('a', ['alpha']))
    const unreadable = Buffer.concat([
      Buffer.from(`${state.sessions}/`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('.jsonl'),
    ])
    writeFileSync(unreadable, transcriptOf('a', ['alpha']))
    const archive = start()
    expect(await found(archive, 'alpha')).toEqual(names.map((name) => `sessions/${name}`).toSorted())
    for (const name of names) {
      const ref = `sessions/${name}`
      const { turns } = await archive.ask('page', { ref, from: 0, count: 5, maxText: 100 })
      expect(turns).toHaveLength(1)
    }
  })

  // GHSA-5xfq-5mr7-426q: a session id or a session file that leads out of the folder of transcripts.
  it('are named by refs that are names and no paths (GHSA-5xfq-5mr7-426q)', async () => {
    writeFileSync(join(state.root, 'outside.jsonl'), transcriptOf('o', ['alpha']))
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    const archive = start()
    await archive.ask('settled', {})
    const refs = [
      '../outside',
      'sessions/../outside',
      join(state.root, 'outside'),
      'sessions/./a',
      'sessions//a',
      'sessions/a.jsonl',
      'sessions/a\0',
      '\0',
    ]
    for (const ref of refs) {
      const asked = [
        archive.ask('page', { ref, from: 0, count: 5, maxText: 100 }),
        archive.ask('raw', { ref, turn: 0 }),
        archive.ask('lines', { ref, from: 0 }),
        archive.ask('seek', { ref, from: 0, direction: 'next', what: 'user' }),
      ]
      for (const each of asked) await expect(each).rejects.toThrow('archive_refused')
    }
    await expect(archive.ask('page', { ref: '', from: 0, count: 5, maxText: 100 })).rejects.toThrow(
      'contract_violation',
    )
  })

  it('are named by a sessions.json that can point nowhere else (GHSA-5xfq-5mr7-426q)', async () => {
    writeFileSync(join(state.root, 'outside.jsonl'), transcriptOf('o', ['alpha']))
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    writeFileSync(
      join(state.sessions, 'sessions.json'),
      `{"__proto__":{"sessionId":"a","updatedAt":1},"one":{"sessionFile":"${state.root}/outside.jsonl"},
        "two":{"sessionId":"../outside"},"three":{"sessionId":7,"sessionFile":{}},"four":null}`,
    )
    const archive = start()
    expect(await found(archive, 'alpha')).toEqual(['sessions/a'])
    const { rows } = await archive.ask('sessions', { limit: 10, offset: 0 })
    expect(rows.map(({ ref, key }) => [ref, key])).toEqual([['sessions/a', '__proto__']])
  })

  it('have any times: what is no moment of this age is no time, and the order stays that of the file', async () => {
    const moments = [
      '+275760-09-13T00:00:00.000Z',
      -5,
      'NaN',
      8.64e15,
      1e308,
      '2109-12-31T00:00:00Z',
      {},
      null,
    ]
    const lines = moments.map((timestamp, number) =>
      JSON.stringify({
        type: 'message',
        id: `m${number}`,
        timestamp,
        message: { role: 'user', content: 'alpha' },
      }),
    )
    writeFileSync(file('a'), `${lines.join('\n')}\n`)
    const archive = start()
    await archive.ask('settled', {})
    const page = { query: 'alpha', order: 'newest', before: null, limit: 100 } as const
    const { hits } = await archive.ask('search', page)
    expect(hits.map(({ at, place }) => [at, place.in === 'session' ? place.turn : -1])).toEqual(
      moments.map((_, number) => [null, moments.length - 1 - number]),
    )
    expect(hits.every(({ id }) => Number.isSafeInteger(id))).toBe(true)
  })

  it('nest as deep as they like', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    writeFileSync(
      file('a'),
      [
        `{"type":"message","id":"1","message":{"role":"user","content":${deep}}}`,
        `{"type":"message","id":"2","message":{"role":"assistant","content":[{"type":"toolCall","id":"c","name":"bash","arguments":${deep}}]}}`,
        `{"type":"message","id":"3","message":{"role":"toolResult","toolCallId":"c","content":${deep},"details":${deep}}}`,
        `{"type":"new","x":${deep}}`,
        messageLine(9, 'omega'),
      ].join('\n'),
    )
    writeFileSync(
      join(state.root, 'log', 'clawdbot-2026-01-01.log'),
      `{"0":${deep},"1":"omega"}\n{"0":"omega"}\n`,
    )
    const archive = start()
    expect(await found(archive, 'omega')).toEqual(['sessions/a'])
    expect(await found(archive, 'in:logs omega')).toContain('clawdbot-2026-01-01.log')
    const { turns } = await archive.ask('page', { ref: 'sessions/a', from: 0, count: 50, maxText: 1_000 })
    expect(turns.length).toBeGreaterThan(3)
  })
})

describe('the log', () => {
  // Log poisoning by what a stranger sends, such as the headers of a connection (2026.2.13).
  it('has no more lines than were written, whatever stands in one of them', async () => {
    const forged = '{"0":"forged","_meta":{"logLevelName":"FATAL"}}'
    const line = { 0: `asked by\n${forged}\r\n${forged}\u2028${forged}`, _meta: { logLevelName: 'WARN' } }
    writeFileSync(join(state.root, 'log', 'clawdbot-2026-01-01.log'), `${JSON.stringify(line)}\n`)
    execFileSync('mkfifo', [join(state.root, 'log', 'clawdbot-2026-01-02.log')])
    const archive = start()
    expect(await found(archive, 'in:logs forged')).toEqual(['clawdbot-2026-01-01.log'])
    const filter = { minLevel: 'fatal', source: '', text: '', pattern: false } as const
    expect(await archive.ask('logOpen', filter)).toMatchObject({ total: 0, all: 1 })
  })
})

describe('an answer', () => {
  it('is no longer than the supervisor takes, however much one call came to, and says what is missing', async () => {
    const calls = Array.from(
      { length: 12 },
      (_, call) => `{"type":"toolCall","id":"c${call}","name":"bash","arguments":{}}`,
    )
    const output = 'y\\u0001'.repeat(550_000)
    writeAll(file('a'), [
      `{"type":"message","id":"1","message":{"role":"assistant","content":[${calls.join(',')}]}}\n`,
      ...calls.map(
        (_, call) =>
          `{"type":"message","id":"r${call}","message":{"role":"toolResult","toolCallId":"c${call}","content":[{"type":"text","text":"${output}"}]}}\n`,
      ),
    ])
    const archive = start()
    await archive.ask('settled', {})
    const page = await archive.ask('page', { ref: 'sessions/a', from: 0, count: 500, maxText: 4_000_000 })
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_ANSWER)
    const results = page.turns.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === 'call'))
    expect(results).toHaveLength(12)
    expect(JSON.stringify(page.turns)).toContain('too much in it')
    expect(peakOf(archive)).toBeLessThan(900 * MEGABYTE)
  })

  it('is no longer than that for lines of which every byte is written as six', async () => {
    writeAll(
      file('a'),
      Array.from({ length: 6 }, () => `${'\u0001'.repeat(3_900_000)}\n`),
    )
    const archive = start()
    await archive.ask('settled', {})
    let rows = 0
    while (rows < 6) {
      const page = await archive.ask('page', {
        ref: 'sessions/a',
        from: rows,
        count: 500,
        maxText: 4_000_000,
      })
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_ANSWER)
      expect(page.turns.length).toBeGreaterThan(0)
      rows += page.turns.length
    }
  })
})

describe('the folder of the index', () => {
  const VICTIM = 'what stands here is somebody else’s\n'

  beforeEach(() => {
    mkdirSync(state.indexDir)
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    writeFileSync(victim(), VICTIM)
    chmodSync(victim(), 0o644)
  })
  const expectUntouched = (text = VICTIM): void => {
    expect(readFileSync(victim(), 'utf8')).toBe(text)
    expect(statSync(victim()).mode & 0o777).toBe(0o644)
  }

  it.each(['', '-wal', '-shm', '-journal'])(
    'never has index.db%s as a link that is written through',
    async (suffix) => {
      symlinkSync(victim(), index(suffix))
      expect(await found(start(), 'alpha')).toEqual(['sessions/a'])
      expectUntouched()
    },
  )

  it('never has an index that is the link to an empty file, or a second name of one', async () => {
    writeFileSync(victim(), '')
    symlinkSync(victim(), index())
    const first = start()
    expect(await found(first, 'alpha')).toEqual(['sessions/a'])
    await first.end()
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(index(suffix))) writeFileSync(index(suffix), '')
    linkSync(victim(), index('-wal'))
    expect(await found(start(), 'alpha')).toEqual(['sessions/a'])
    expectUntouched('')
  })

  it.each([
    ['folders', (path: string) => mkdirSync(path)],
    ['pipes', (path: string) => execFileSync('mkfifo', [path])],
    ['rubbish', (path: string) => writeFileSync(path, Buffer.alloc(100_000, 0x41))],
  ])('with %s where its files should be is got over', async (_, plant) => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) plant(index(suffix))
    expect(await found(start(), 'alpha')).toEqual(['sessions/a'])
  })

  it('keeps nothing that a process left aside when it was killed', async () => {
    writeFileSync(index('.old'), 'zebrafinch')
    mkdirSync(index('.old-wal'))
    await start().ask('settled', {})
    expect(readdirSync(state.indexDir).filter((name) => name.includes('old'))).toEqual([])
  })

  it('is shut for others, where it was open and whatever the mask for new files says', async () => {
    chmodSync(state.indexDir, 0o777)
    const before = process.umask(0)
    try {
      await start().ask('settled', {})
    } finally {
      process.umask(before)
    }
    expect(statSync(state.indexDir).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(state.indexDir))
      expect(statSync(join(state.indexDir, name)).mode & 0o777).toBe(0o600)
  })
})

describe('what is found', () => {
  it('is never text that is not in the file, while that is written to, cut and replaced all the time', async () => {
    const archive = start()
    writeFileSync(file('a'), transcriptOf('a', ['alpha 0']))
    await archive.ask('settled', {})
    for (let round = 1; round <= 150; round++) {
      const text = transcriptOf(
        'a',
        Array.from({ length: 1 + (round % 7) }, (_, at) => `alpha ${round} ${at}`),
      )
      writeFileSync(file('a'), text, round % 3 === 0 ? { flag: 'r+' } : {})
      const before = readFileSync(file('a'), 'utf8')
      const { hits } = await archive.ask('search', {
        query: 'alpha',
        order: 'newest',
        before: null,
        limit: 50,
      })
      for (const { snippet } of hits) expect(before).toContain(snippet.map((part) => part.text).join(''))
    }
  })

  it('is found once, whichever of two archives is told to make the index anew, or killed meanwhile', async () => {
    for (let number = 0; number < 20; number++)
      writeFileSync(
        file(`s${number}`),
        transcriptOf(
          `s${number}`,
          Array.from({ length: 100 }, () => 'alpha'),
        ),
      )
    for (let round = 0; round < 3; round++) {
      const [first, second] = [start(), start()]
      await first.ask('status', {})
      await first.ask('rebuild', {})
      await Promise.all([first.kill(), second.ask('rebuild', {}).catch(() => ({}))])
      await second.kill()
    }
    expect(await start().ask('settled', {})).toMatchObject({ phase: 'ready', messages: 2_000, sessions: 20 })
    expect(readdirSync(state.indexDir).filter((name) => name.includes('old'))).toEqual([])
  })
})

describe('memory', () => {
  it('stays bounded over lines of 50 MB and a large log of which every line is searched', async () => {
    const block = 'y'.repeat(MEGABYTE)
    const line = `${JSON.stringify({ 0: 'alpha', time: '2026-01-01T00:00:00Z', _meta: { logLevelName: 'INFO' } })}\n`
    writeAll(file('a'), [...Array.from({ length: 50 }, () => block), '\n', messageLine(1, 'omega')])
    writeAll(join(state.root, 'log', 'clawdbot-2026-01-01.log'), [
      ...Array.from({ length: 50 }, () => block),
      '\n',
      ...Array.from({ length: 20 }, () => line.repeat(10_000)),
    ])
    const archive = start()
    expect(await found(archive, 'omega')).toEqual(['sessions/a'])
    await archive.ask('logOpen', { minLevel: 'trace', source: '', text: 'alpha', pattern: false })
    const rows = async () => JSON.stringify(archive.answers.at(-1))
    await expect.poll(rows, { timeout: 60_000 }).toMatch(/"total":200000,.*"searching":false/)
    expect(peakOf(archive)).toBeLessThan(700 * MEGABYTE)
  }, 90_000)
})
