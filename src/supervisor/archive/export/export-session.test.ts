import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Turn } from '../../../shared/contracts/archive-transcript.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../../shared/contracts/bridge.ts'
import { resolveStatePaths } from '../../../shared/state/state-dir.ts'
import { type ExportSession, exportSession } from './export-session.ts'
import { HTML_STYLE } from './html-style.ts'
import { came, type StandIn, said, standInArchive, turn } from './testing/stand-in-archive.ts'

const SECRET = 'sk-live-0123456789abcdef'
const redact = (text: string): string => text.replaceAll(SECRET, '<secret:aa>')

let home = ''
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'clawdbot-export-')))
  await mkdir(join(home, 'state', 'sessions'), { recursive: true })
})
afterEach(() => rm(home, { recursive: true }))

const options = (has: StandIn, more: Partial<ExportSession> = {}): ExportSession => ({
  archive: standInArchive(has),
  ref: 'sessions/one',
  format: 'markdown',
  secrets: 'redact',
  redact,
  target: join(home, 'out'),
  paths: resolveStatePaths({ CLAWDBOT_STATE_DIR: join(home, 'state') }, home),
  existing: 'refuse',
  now: () => Date.UTC(2026, 1, 3, 4, 5, 6),
  program: 'Clawdbot 1.2.3',
  ...more,
})

const exported = async (has: StandIn, more: Partial<ExportSession> = {}): Promise<string> => {
  const { file } = await exportSession(options(has, { existing: 'replace', ...more }))
  return readFile(file, 'utf8')
}

/** The same turns and the same lines, each in all places where a text can stand. */
const everywhere = (text: string): StandIn => ({
  row: { title: text },
  turns: [
    turn({
      turn: 0,
      id: text,
      event: text,
      from: { provider: text, sender: text, trust: text, forwarded: true },
      model: text,
      stop: text,
      why: text,
      delivery: 'sent',
      blocks: [
        said(text),
        { kind: 'thinking', text, cut: 0 },
        { kind: 'raw', text, cut: 0 },
        { kind: 'image', mime: text, bytes: 3 },
      ],
    }),
    turn({
      turn: 1,
      kind: 'agent',
      blocks: [
        {
          kind: 'call',
          id: text,
          tool: text,
          brief: text,
          arguments: text,
          cut: 0,
          change: null,
          result: came({ text, ranOn: 'host', exitCode: 1 }),
        },
        {
          kind: 'call',
          id: text,
          tool: text,
          brief: text,
          arguments: text,
          cut: 0,
          change: { path: text, before: text, after: text, cut: 0 },
          result: null,
        },
      ],
    }),
  ],
  lines: [
    '{"type":"session","version":3}',
    JSON.stringify({ [text]: [text, { text }] }),
    `${text} is no JSON {`,
  ],
})

describe('an exported session', () => {
  it.each(EXPORT_FORMATS)(
    'as %s says in its head what it is, and whether secrets were kept',
    async (format) => {
      const has = everywhere('hello')
      for (const [secrets, word] of [
        ['redact', 'redacted'],
        ['keep', 'kept'],
      ] as const) {
        const head = (await exported(has, { format, secrets })).split('<main>')[0]?.slice(-2_000) ?? ''
        expect(head).toContain('Clawdbot 1.2.3')
        expect(head).toContain('2026-02-03T04:05:06.000Z')
        expect(head).toContain('sessions/one')
        expect(head).toMatch(format === 'jsonl' ? `"secrets":"${word}"` : `secrets: ${word}`)
      }
    },
  )

  it.each(EXPORT_FORMATS)(
    'as %s has no secret where it is redacted, and the secret where it is kept',
    async (format) => {
      const has = everywhere(`a ${SECRET} b`)
      expect(await exported(has, { format })).not.toContain(SECRET)
      expect(await exported(has, { format, secrets: 'keep' })).toContain(SECRET)
    },
  )

  it('keeps no half of a secret that the end of a long text has cut in two', async () => {
    const half = `${'x'.repeat(20_000)} ${SECRET.slice(0, 12)}`
    const has = { turns: [turn({ blocks: [{ kind: 'text', text: half, cut: 99 }] })] } as const
    for (const format of ['markdown', 'html'] as const) {
      const text = await exported(has, { format })
      expect(text).not.toContain(SECRET.slice(0, 12))
      expect(text).toContain('more characters are not in this file')
    }
  })

  it('has all turns, over as many pages as it takes', async () => {
    const turns = Array.from({ length: 25 }, (_, index) =>
      turn({ turn: index, blocks: [said(`turn ${index}!`)] }),
    )
    for (const page of [1, 7, 100]) {
      for (const format of ['markdown', 'html'] as const) {
        const text = await exported({ turns, page }, { format })
        expect(turns.every((_, index) => text.split(`turn ${index}!`).length === 2)).toBe(true)
      }
    }
    const lines = turns.map((_, index) => JSON.stringify({ index }))
    expect((await exported({ lines, page: 4 }, { format: 'jsonl' })).trimEnd().split('\n').slice(1)).toEqual(
      lines,
    )
  })

  it('of no turns is a whole file', async () => {
    expect(await exported({}, { format: 'html' })).toMatch(/<main>\n<\/main>\n<\/body>\n<\/html>\n$/)
    expect(await exported({}, { format: 'jsonl' })).toContain('clawdbot.export')
  })

  it('is not written at all where the transcript was replaced on the way', async () => {
    const turns = Array.from({ length: 9 }, (_, index) => turn({ turn: index }))
    const has = { turns, generation: (from: number) => (from < 3 ? 1 : 2) }
    await expect(exportSession(options(has))).rejects.toMatchObject({ code: 'archive_refused' })
    expect(await readdir(home)).toEqual(['state'])
  })

  it('is not written for a session that is not there', async () => {
    await expect(exportSession(options({ row: null }))).rejects.toMatchObject({ code: 'session_unknown' })
    expect(await readdir(home)).toEqual(['state'])
  })

  it('is a file of mode 0600, and goes neither over another, nor through a link, nor into the state directory', async () => {
    const { file, turns, bytes } = await exportSession(options({ turns: [turn({})] }))
    const stats = await stat(file)
    expect([stats.mode & 0o777, stats.size, turns]).toEqual([0o600, bytes, 1])
    await expect(exportSession(options({}))).rejects.toMatchObject({ code: 'state_not_writable' })
    await writeFile(join(home, 'other'), 'mine')
    await symlink(join(home, 'other'), join(home, 'link'))
    const places = [
      join(home, 'link'),
      join(home, 'state', 'sessions', 'one.jsonl'),
      join(home, 'nowhere', 'x'),
    ]
    for (const target of places) {
      const asked = exportSession(options({}, { target, existing: 'replace' }))
      await expect(asked).rejects.toMatchObject({ code: 'state_not_writable' })
    }
    expect(await readFile(join(home, 'other'), 'utf8')).toBe('mine')
    expect((await readdir(home)).toSorted()).toEqual(['link', 'other', 'out', 'state'])
  })
})

const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '</pre></details></article></main><style>*{display:none}</style><meta http-equiv=refresh content="0;url=https://example.com">',
  '"><svg onload=alert(1)> \'`= javascript:alert(1) [x](javascript:alert(1)) ![](https://example.com/x.png)',
  '# heading\n\n---\n\n> quote\n```\nfence\n``````\n~~~\n<b>bold</b>\n[ref]: https://example.com',
  '\u202etxet\u2066 \u001b[2J\u001b]8;;https://example.com\u0007 \u0000 \u2028 \ud800 \u200b',
  '``````````` ` ``',
  '\r# after a carriage return\r\n\r\n# and both',
  '<!-- &lt; &amp; ]]> <![CDATA[',
]

/** All that our own pages are made of. Whatever else looks like a tag came from a text. */
const TAG =
  /^<(?:!doctype html|html lang="en"|\/?(?:html|head|body|header|main|dl|dt|dd|h1|h2|p|title|style|summary|mark|details|article|pre|span)|meta (?:charset="utf-8"|(?:name|http-equiv)="[A-Za-z-]+" content="[^"<>]*")|article id="turn-\d+" class="[a-z ]+"|p class="(?:facts|why)"|pre class="[a-z]+" dir="auto"|details open class="call"|span class="facts")>$/

const strangeTags = (html: string): readonly string[] =>
  (html.replace(HTML_STYLE, '').match(/<[^>]*>?/g) ?? []).filter((tag) => !TAG.test(tag))

describe('an exported page', () => {
  it.each(HOSTILE)('has no element and no attribute from a text: %j', async (text) => {
    const html = await exported(everywhere(text), { format: 'html', secrets: 'keep' })
    expect(strangeTags(html)).toEqual([])
    expect(html.match(/<style>/g)).toHaveLength(1)
    expect(html.match(/http-equiv/g)).toHaveLength(
      text.includes('http-equiv') ? html.split('http-equiv').length - 1 : 1,
    )
    expect(html).toContain("content=\"default-src 'none'; style-src 'unsafe-inline'")
  })

  it('has none from any text', async () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('<', '>', '"', '&', '\n', ...HOSTILE)),
      { maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(text, async (pieces) => {
        const html = await exported(everywhere(pieces.join('')), { format: 'html', secrets: 'keep' })
        expect(strangeTags(html)).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('finds what is strange: this test can fail', () => {
    expect(strangeTags('<p class="facts">a</p><p onclick="x">b<br></p><scr')).toEqual([
      '<p onclick="x">',
      '<br>',
      '<scr',
    ])
  })

  it.each(['markdown', 'html'] as const)('as %s shows what hides in a text as a mark', async (format) => {
    const file = await exported(everywhere(HOSTILE[4] ?? ''), { format, secrets: 'keep' })
    expect(file).toContain('U+202E')
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(file).not.toMatch(/[\u0000\u0007\u001b\u200b\u2028\u202e\u2066\ud800\ufffd]/)
  })
})

/** The lines of a Markdown file that stand in no fenced block, and without its code spans (CommonMark 4.5, 6.1). */
const outside = (markdown: string): readonly string[] => {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    const opening = /^ {0,3}(`{3,})[^`]*$/.exec(line)?.[1]
    if (fence === undefined && opening !== undefined) fence = opening
    else if (fence !== undefined) {
      const closing = /^ {0,3}(`{3,})[ \t]*$/.exec(line)?.[1]
      if (closing !== undefined && closing.length >= fence.length) fence = undefined
    } else lines.push(withoutSpans(line))
  }
  expect(fence).toBeUndefined()
  return lines
}

const withoutSpans = (line: string): string => line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, '')

/** What our own Markdown says outside of what is remote. */
const OURS =
  /^(?:# Session |- (?:program: |exported: [0-9TZ:.-]+|session: |secrets: (?:redacted|kept))|## \d+ (?:User|Agent|Result)|### |[\d: -]+ UTC(?: · [a-z0-9 $.]*)*|Thinking:|A picture: (?:, )?3 bytes|error[a-z0-9 .·]*|done[a-z0-9 .·]*|nothing says what it came to|)$/

describe('exported Markdown', () => {
  it.each(HOSTILE)('lets no text out of its place: %j', async (text) => {
    const markdown = await exported(everywhere(text), { secrets: 'keep' })
    expect(outside(markdown).filter((line) => !OURS.test(line))).toEqual([])
  })

  it('lets none out of it, whatever the text', async () => {
    const text = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('`', '```', '\n', '\r', '#', '---', ...HOSTILE),
      ),
      { maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(text, async (pieces) => {
        const markdown = await exported(everywhere(pieces.join('')), { secrets: 'keep' })
        expect(outside(markdown).filter((line) => !OURS.test(line))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})

describe('exported JSONL', () => {
  it('has the lines of the file as they are, where secrets are kept, and the head in the session’s own header', async () => {
    const lines = ['{"type":"session","version":3,"id":"one"}', '{ "a" : 1.0 }', 'no JSON']
    const [first, ...rest] = (await exported({ lines }, { format: 'jsonl', secrets: 'keep' }))
      .trimEnd()
      .split('\n')
    expect(JSON.parse(first ?? '')).toMatchObject({
      type: 'session',
      version: 3,
      id: 'one',
      export: { secrets: 'kept' },
    })
    expect(rest).toEqual(['{ "a" : 1.0 }', '{"unparsable":"no JSON"}'])
  })

  it.each(HOSTILE)('is JSON on every line, whatever the file has: %j', async (text) => {
    for (const secrets of ['redact', 'keep'] as const) {
      const file = await exported(everywhere(text), { format: 'jsonl', secrets })
      const lines = file.trimEnd().split('\n')
      expect(lines).toHaveLength(3)
      expect(lines.map((line) => typeof JSON.parse(line))).toEqual(['object', 'object', 'object'])
    }
  })

  it('takes a secret out of a line that is no JSON, or nests too deep', async () => {
    const deep = `{"a":${'['.repeat(50_000)}"${SECRET}"${']'.repeat(50_000)}}`
    const file = await exported({ lines: [deep, `{"half": "${SECRET}`] }, { format: 'jsonl' })
    expect(file).not.toContain(SECRET)
    expect(file.trimEnd().split('\n')).toHaveLength(3)
  })
})

const FORMATS: readonly ExportFormat[] = ['markdown', 'html']
const many: readonly Turn[] = Array.from({ length: 200 }, (_, index) =>
  turn({ turn: index, blocks: [said('x')] }),
)

describe('a long session', () => {
  it('is never held as a whole: the next page is asked for only after the one before was written', async () => {
    for (const format of FORMATS) {
      const asked: number[] = []
      const { ask } = standInArchive({ turns: many, page: 50 })
      const archive: ExportSession['archive'] = {
        ask: (call, input) => {
          if (call === 'page' && 'count' in input) asked.push(input.count)
          return ask(call, input)
        },
      }
      await exportSession(options({}, { archive, format, existing: 'replace' }))
      expect(asked).toHaveLength(4)
      expect(Math.max(...asked)).toBeLessThanOrEqual(50)
    }
  })
})
