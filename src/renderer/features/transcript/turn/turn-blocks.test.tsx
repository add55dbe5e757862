import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { Block, CallResult } from '../../../../shared/contracts/archive-transcript.ts'
import { someTurn } from '../../../test/some-turn.ts'
import { type Reading, ReadingProvider } from '../reading.tsx'
import { TurnBlocks } from './turn-blocks.tsx'

const reading = (changed: Partial<Reading> = {}): Reading => ({
  sessionRef: 'sessions/a',
  highlight: [],
  hitTurn: null,
  names: new Map(),
  folds: new Map(),
  readFull: () => undefined,
  showRaw: () => undefined,
  ...changed,
})

const draw = (blocks: readonly Block[], changed: Partial<Reading> = {}): string =>
  renderToStaticMarkup(
    <ReadingProvider value={reading(changed)}>
      <TurnBlocks turn={someTurn({ blocks: [...blocks] })} />
    </ReadingProvider>,
  )

const result = (changed: Partial<CallResult> = {}): CallResult => ({
  text: '',
  cut: 0,
  at: null,
  isError: false,
  refused: false,
  exitCode: 0,
  signal: null,
  timedOut: false,
  durationMs: null,
  dropped: 0,
  ranOn: 'sandbox',
  ...changed,
})

const call = (changed: Partial<Extract<Block, { kind: 'call' }>> = {}): Block => ({
  kind: 'call',
  id: 'c',
  tool: 'bash',
  brief: 'ls',
  arguments: '{"command":"ls"}',
  cut: 0,
  change: null,
  result: result(),
  ...changed,
})

const HOSTILE =
  '<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) https://evil.example \u202Eexe.txt \u001B[31m \u200B'

describe('the parts of a turn', () => {
  it('are inert wherever remote text stands in them: no link, no image, no element but those of the look', () => {
    const drawn = draw(
      [
        { kind: 'text', text: HOSTILE, cut: 0 },
        { kind: 'thinking', text: HOSTILE, cut: 0 },
        { kind: 'raw', text: HOSTILE, cut: 0 },
        { kind: 'image', mime: HOSTILE, bytes: 3 },
        call({
          tool: HOSTILE,
          brief: HOSTILE,
          arguments: HOSTILE,
          change: { path: HOSTILE, before: HOSTILE, after: `${HOSTILE}\n${HOSTILE}`, cut: 0 },
          result: result({ text: HOSTILE, isError: true }),
        }),
        call({ result: result({ text: HOSTILE, refused: true }) }),
      ],
      {
        folds: new Map([
          ['0:1', 1],
          ['0:4:arguments', 1],
        ]),
      },
    )
    const elements = new Set([...drawn.matchAll(/<([a-z]+)/g)].map(([, name]) => name))
    const look = new Set<string | undefined>([
      'bdi',
      'button',
      'del',
      'div',
      'ins',
      'p',
      'path',
      'rect',
      'circle',
      'line',
      'polyline',
      'section',
      'span',
      'svg',
    ])
    expect([...elements].filter((name) => !look.has(name))).toEqual([])
    expect(drawn).not.toMatch(/<[^>]*\s(?:href|src|style|on\w+)=/)
    for (const hidden of ['\u202E', '\u001B', '\u200B']) expect(drawn).not.toContain(hidden)
    expect(drawn.match(/U\+202E<\/span>exe/g)?.length).toBeGreaterThan(8)
  })

  it('say where a call ran and how it ended in words', () => {
    expect(draw([call({ result: result({ ranOn: 'host', exitCode: 2, isError: true }) })])).toMatch(
      />host<.*>exit 2</,
    )
    expect(draw([call({ result: null })])).toContain('no result')
    expect(draw([call({ result: result({ refused: true, text: 'the owner said no' }) })])).toMatch(
      /Refused: .*the owner said no/,
    )
  })

  it('show the first lines of a long output, and how many there are', () => {
    const text = Array.from({ length: 214 }, (_, line) => `line-${line};`).join('\n')
    const drawn = draw([call({ result: result({ text }) })])
    expect(drawn).toContain('12 of 214')
    expect(drawn).toContain('line-11;')
    expect(drawn).not.toContain('line-12;')
  })

  it('unfold what holds the words that the turn was opened for, and nothing else', () => {
    const thinking: Block = { kind: 'thinking', text: 'a secret plan', cut: 0 }
    const opened = draw([thinking], { highlight: ['plan'], hitTurn: 0 })
    expect(opened).toContain('<mark>plan</mark>')
    expect(draw([thinking], { highlight: ['plan'], hitTurn: 5 })).not.toContain('secret')
  })

  it('draw little of what is huge: one line of 20,000 marks, 20,000 lines, 5,000 blocks', () => {
    expect(
      draw([{ kind: 'text', text: '\u200B'.repeat(20_000), cut: 0 }]).match(/<span/g)?.length,
    ).toBeLessThan(600)
    expect(draw([{ kind: 'text', text: '\n'.repeat(20_000), cut: 49_000_000 }])).toContain('more characters')
    const many = draw(Array.from({ length: 5_000 }, (): Block => ({ kind: 'text', text: 'b', cut: 0 })))
    expect(many.length).toBeLessThan(20_000)
    expect(many).toContain('4,950 more blocks')
  })

  it('say what is missing of a text that was cut', () => {
    expect(draw([{ kind: 'text', text: 'x'.repeat(20_000), cut: 49_980_000 }])).toContain('49,996,000 more')
  })
})
