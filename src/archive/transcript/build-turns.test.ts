import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { archiveCalls } from '../../shared/contracts/archive.ts'
import { type Block, type Turn } from '../../shared/contracts/archive-transcript.ts'
import { TOO_LONG } from '../read/entry.ts'
import {
  agent,
  calls,
  entry,
  fact,
  header,
  inbound,
  json,
  moment,
  result,
  stored,
  user,
} from '../testing/session-lines.ts'
import { buildTurns, CHANGED } from './build-turns.ts'

const page = archiveCalls.page.output.shape.turns

/** Checked against the contract, as whoever asks for a page does. */
const turnsOf = (lines: readonly (string | typeof TOO_LONG)[], maxText = 20_000): readonly Turn[] => {
  const turns = buildTurns(stored(lines), maxText)
  page.parse(turns)
  return turns
}

const only = (turns: readonly Turn[]): Turn => {
  const [turn] = turns
  if (turn === undefined || turns.length !== 1) throw new Error(`there are ${turns.length} turns`)
  return turn
}

const callIn = ({ blocks }: Turn): Extract<Block, { kind: 'call' }> => {
  const call = blocks.find((block) => block.kind === 'call')
  if (call?.kind !== 'call') throw new Error('there is no call')
  return call
}

const exitOf = (text: string, more: object = {}) =>
  callIn(only(turnsOf([entry('r', null, result('c', 'bash', text, { isError: true, ...more }))]))).result

const changeOf = (tool: string, args: object) =>
  callIn(only(turnsOf([entry('a', null, calls(['c', tool, args]))]))).change

describe('a turn', () => {
  it('of a user has the sender that the fact before it names', () => {
    const turn = only(
      turnsOf([header(3), entry('f', null, inbound('u', 'ev1')), entry('u', 'f', user('hello'))]),
    )
    expect(turn).toMatchObject({
      turn: 0,
      line: 3,
      id: 'u',
      kind: 'user',
      event: 'ev1',
      from: { provider: 'telegram', sender: '42', trust: 'owner', forwarded: false },
      blocks: [{ kind: 'text', text: 'hello', cut: 0 }],
    })
  })

  it('never has the sender of another message, and shows the fact that found no message', () => {
    const turn = only(turnsOf([entry('f', null, inbound('u', 'ev1')), entry('x', 'f', user('not me'))]))
    expect(turn.from).toBeNull()
    expect(turn.blocks[1]).toMatchObject({ kind: 'raw', text: expect.stringContaining('"sender":"42"') })
  })

  it('of the agent has its text, thoughts, calls with what they came to, model, tokens and cost', () => {
    const content = [
      { type: 'thinking', thinking: 'First I look.' },
      { type: 'text', text: 'I look.' },
      { type: 'toolCall', id: 'c1', name: 'bash', arguments: { command: 'ls  -l\n~/notes' } },
    ]
    const usage = { input: 10, output: 2, totalTokens: 12, cost: { total: 0.25 } }
    const details = {
      place: 'host',
      exitCode: 2,
      signal: null,
      timedOut: true,
      durationMs: 1500,
      dropped: 7,
      refused: false,
    }
    const turn = only(
      turnsOf([
        entry('a', null, agent('', { content, usage, stopReason: 'toolUse' })),
        entry('r', 'a', result('c1', 'bash', 'no such file', { details, isError: true }), 9),
      ]),
    )
    expect(turn).toMatchObject({
      kind: 'agent',
      model: 'anthropic/claude',
      tokens: { input: 10, output: 2, total: 12 },
      cost: 0.25,
      stop: 'toolUse',
    })
    expect(turn.blocks.map(({ kind }) => kind)).toEqual(['thinking', 'text', 'call'])
    expect(callIn(turn)).toMatchObject({
      tool: 'bash',
      brief: 'ls -l ~/notes',
      change: null,
      result: {
        text: 'no such file',
        at: Date.parse(moment(9)),
        isError: true,
        refused: false,
        exitCode: 2,
        signal: null,
        timedOut: true,
        durationMs: 1500,
        dropped: 7,
        ranOn: 'host',
      },
    })
    expect(JSON.parse(callIn(turn).arguments)).toEqual({ command: 'ls  -l\n~/notes' })
  })

  it('joins each result with its own call, and says nothing of a call without one', () => {
    const turn = only(
      turnsOf([
        entry('a', null, calls(['c1', 'bash', {}], ['c2', 'bash', {}], ['c3', 'bash', {}])),
        entry('r', 'a', result('c2', 'bash', 'two')),
        entry('s', 'r', result('c1', 'bash', 'one')),
      ]),
    )
    expect(turn.blocks.map((block) => (block.kind === 'call' ? block.result?.text : ''))).toEqual([
      'one',
      'two',
      undefined,
    ])
  })

  it('of a result whose call is not there is a call that is only its result', () => {
    const turn = only(turnsOf([entry('r', null, result('c9', 'read', 'text', { isError: true }))]))
    expect(turn).toMatchObject({ kind: 'result', isError: true })
    expect(callIn(turn)).toMatchObject({ id: 'c9', tool: 'read', result: { text: 'text' } })
  })

  it('of a result of the existing Clawdbot has its exit code and time from what it says', () => {
    expect(exitOf('boom\n\nCommand exited with code 127')).toMatchObject({ exitCode: 127, timedOut: false })
    expect(exitOf('Command timed out after 30 seconds')).toMatchObject({ exitCode: null, timedOut: true })
    expect(exitOf('x', { details: { status: 'completed', exitCode: 0, durationMs: 12 } })).toMatchObject({
      exitCode: 0,
      durationMs: 12,
      ranOn: '',
    })
    expect(exitOf('Command exited with code 1', { isError: false })).toMatchObject({ exitCode: null })
  })

  it('of an edit has what it replaced by what, however the tool spells it', () => {
    const change = { path: 'a.md', before: 'one', after: 'two', cut: 0 }
    expect(changeOf('edit', { path: 'a.md', oldText: 'one', newText: 'two' })).toEqual(change)
    expect(changeOf('edit', { file_path: 'a.md', old_string: 'one', new_string: 'two' })).toEqual(change)
    expect(changeOf('edit', { path: 'a.md', edits: [{ oldText: 'one', newText: 'two' }] })).toEqual(change)
    expect(changeOf('write', { path: 'a.md', content: 'two' })).toEqual({ ...change, before: '' })
    expect(changeOf('edit', { path: 'a.md', oldText: 1 })).toBeNull()
    expect(changeOf('bash', { path: 'a.md', content: 'two' })).toBeNull()
  })

  it('of an answer says that it was sent; what did not leave is a row that says why', () => {
    const turns = turnsOf([
      entry('f', null, inbound('u', 'ev1')),
      entry('u', 'f', user('one')),
      entry('a', 'u', agent('answer')),
      entry(
        'w',
        'a',
        fact('outbound', { eventId: 'ev1', result: 'withheld', why: 'locked_down', open: true }),
      ),
      entry('s', 'w', fact('outbound', { eventId: 'ev1', result: 'sent' })),
      entry('x', 's', fact('outbound', { eventId: 'ev1', result: 'unconfirmed', why: 'the line broke' })),
    ])
    expect(
      turns.map(({ kind, delivery, why, refused, isError }) => [kind, delivery, why, refused, isError]),
    ).toEqual([
      ['user', '', '', false, false],
      ['agent', 'sent', '', false, false],
      ['outbox', 'withheld', 'Withheld: everything is stopped. It is still to be sent.', true, false],
      ['outbox', 'unconfirmed', 'It is not known whether it arrived: the line broke.', false, true],
    ])
  })

  it('of a refusal by the gate says who and why', () => {
    const data = { provider: 'telegram', sender: '7', reason: 'not_allowed', count: 3 }
    expect(only(turnsOf([entry('a', null, fact('refused', data))]))).toMatchObject({
      kind: 'gate',
      refused: true,
      from: { provider: 'telegram', sender: '7' },
      why: 'The gate refused 3 messages of telegram:7: the sender is not on the allowlist.',
    })
    const later = { ...data, reason: 'a reason of a later version' }
    expect(only(turnsOf([entry('a', null, fact('refused', later))])).why).toBe(
      'The gate refused 3 messages of telegram:7: a reason of a later version.',
    )
  })

  it('of a line of an unknown type, and of one that is broken, is that line', () => {
    const unknown = json({ type: 'nobody knows', id: 'a', parentId: null, data: 1 })
    const [first, second, third] = turnsOf([unknown, 'not JSON', TOO_LONG])
    expect(first).toMatchObject({ kind: 'unknown', blocks: [{ kind: 'raw', text: unknown }] })
    expect(second).toMatchObject({
      kind: 'broken',
      why: 'This line is not JSON.',
      blocks: [{ text: 'not JSON' }],
    })
    expect(third).toMatchObject({ kind: 'broken', why: 'This line is longer than is read.', blocks: [] })
  })

  it('of a file that changed meanwhile says so, and shows nothing that stands there now', () => {
    const line = {
      line: 4,
      offset: 9,
      length: 9,
      row: 2,
      forkOf: null,
      abandoned: false,
      text: CHANGED,
    } as const
    expect(only(buildTurns([line], 100))).toMatchObject({
      turn: 2,
      kind: 'broken',
      blocks: [],
      why: expect.stringContaining('changed'),
    })
  })

  it('keeps its text as it is, whatever hides in it', () => {
    const text = '\u001b[2J\u202e<script>alert(1)</script>\u0000\ud800'
    expect(only(turnsOf([entry('a', null, user(text))])).blocks).toEqual([{ kind: 'text', text, cut: 0 }])
  })

  it('says how much of a text is missing, and never halves a letter', () => {
    const [first, second] = only(
      turnsOf(
        [
          entry(
            'a',
            null,
            agent('', {
              content: [
                { type: 'text', text: `${'x'.repeat(9)}🌱y` },
                { type: 'text', text: 'short' },
              ],
            }),
          ),
        ],
        10,
      ),
    ).blocks
    expect(first).toEqual({ kind: 'text', text: 'x'.repeat(9), cut: 3 })
    expect(second).toEqual({ kind: 'text', text: 'short', cut: 0 })
  })

  it('is bounded, also of a hundred thousand parts', () => {
    const content = Array.from({ length: 100_000 }, () => ({ type: 'text', text: 'x'.repeat(50) }))
    const turn = only(turnsOf([entry('a', null, agent('', { content }))], 100))
    expect(JSON.stringify(turn).length).toBeLessThan(100_000)
    expect(turn.blocks.at(-1)).toMatchObject({ text: expect.stringContaining('more parts') })
  })

  it('shows pictures by their size', () => {
    const data = Buffer.alloc(100).toString('base64')
    const content = [{ type: 'image', data, mimeType: 'image/png' }]
    expect(only(turnsOf([entry('a', null, { message: { role: 'user', content } })])).blocks).toEqual([
      { kind: 'image', mime: 'image/png', bytes: 100 },
    ])
  })
})

describe('the turns of a page', () => {
  it('fit the contract for any lines, and are one for each row', () => {
    const anything = fc.jsonValue({ maxDepth: 3 })
    const message = fc.record(
      {
        role: fc.constantFrom('user', 'assistant', 'toolResult', 'bashExecution', 'custom', 'x'),
        content: fc.oneof(
          anything,
          fc.array(
            fc.record(
              {
                type: fc.constantFrom('text', 'thinking', 'toolCall', 'image', 'x'),
                text: anything,
                thinking: anything,
                data: anything,
                id: fc.constantFrom('c1', 'c2'),
                name: fc.constantFrom('edit', 'write', 'bash', '__proto__', 'constructor'),
                arguments: fc.oneof(
                  anything,
                  fc.record({ path: anything, content: anything, edits: anything }),
                ),
              },
              { requiredKeys: ['type'] },
            ),
          ),
        ),
        toolCallId: fc.constantFrom('c1', 'c2'),
        usage: anything,
        details: anything,
        exitCode: anything,
        errorMessage: anything,
      },
      { requiredKeys: ['role'] },
    )
    const line = fc.oneof(
      fc.string(),
      anything.map(json),
      fc.record({ type: fc.constant('message'), id: anything, parentId: anything, message }).map(json),
      fc
        .record({
          type: fc.constant('custom'),
          customType: fc.constantFrom('clawdbot.inbound', 'clawdbot.outbound', 'clawdbot.refused', 'x'),
          data: fc.oneof(
            anything,
            fc.record({ result: fc.constantFrom('sent', 'failed'), eventId: anything, entryId: anything }),
          ),
        })
        .map(json),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
        const turns = turnsOf(lines, 50)
        expect(turns.map(({ turn }) => turn)).toEqual(
          [...new Set(stored(lines).map(({ row }) => row))].toSorted((a, b) => a - b),
        )
      }),
      { numRuns: 300 },
    )
  })
})
