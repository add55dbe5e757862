import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  agent,
  calls,
  entry,
  fact,
  header,
  inbound,
  json,
  moment,
  readAll,
  result,
  rowsOf,
  user,
} from '../testing/session-lines.ts'
import { FORK_FROM_EARLIER, newReaderState, parseReaderState, readSessionLine, TOO_LONG } from './entry.ts'
import type { Line } from './line-form.ts'

const factsOf = (lines: readonly string[]) => readAll(lines).flatMap(({ facts }) => facts)
const timeOf = (rest: object) => partsOf(json({ type: 'message', ...rest }))[0]?.at
const partsOf = (line: string) => readSessionLine(line, 1, newReaderState()).facts

describe('a line of a session file', () => {
  it('is a row of its own, in the order of the file, and the header is none', () => {
    const lines = [header(3), entry('a', null, user('hello')), entry('b', 'a', agent('hi'))]
    expect(rowsOf(lines)).toEqual([null, 0, 1])
    expect(readAll(lines)[0]?.header).toEqual({
      id: 'a-session',
      version: 3,
      startedAt: Date.parse(moment(0)),
      cwd: '/home/olga/clawd',
    })
  })

  it('of version 1 has no ids and no branches', () => {
    const lines = [
      json({ type: 'session', id: 'old', timestamp: moment(0), cwd: '/' }),
      json({ type: 'message', timestamp: moment(0), message: { role: 'user', content: 'Which plants?' } }),
      json({
        type: 'compaction',
        timestamp: moment(1),
        summary: 'Plants.',
        firstKeptEntryIndex: 1,
        tokensBefore: 9,
      }),
    ]
    const [first, second] = factsOf(lines)
    expect(readAll(lines)[0]?.header?.version).toBe(1)
    expect(first).toMatchObject({ row: 0, kind: 'user', text: 'Which plants?', entryId: '', forkOf: null })
    expect(second).toMatchObject({ row: 1, kind: 'summary', text: 'Plants.', forkOf: null })
  })

  it('of version 2 has hookMessage where version 3 has custom, and both are notes', () => {
    for (const role of ['hookMessage', 'custom']) {
      const message = { role, customType: 'weather', content: 'It rained.', display: true }
      expect(partsOf(entry('a', null, { message }))).toMatchObject([
        { kind: 'note', text: 'weather\nIt rained.' },
      ])
    }
  })

  it('of every type that is known has its kind', () => {
    const kinds = [
      [{ type: 'model_change', provider: 'anthropic', modelId: 'claude' }, 'change'],
      [{ type: 'thinking_level_change', thinkingLevel: 'high' }, 'change'],
      [{ type: 'compaction', summary: 'It was about plants.' }, 'summary'],
      [{ type: 'branch_summary', fromId: 'a', summary: 'It failed.' }, 'summary'],
      [{ type: 'custom', customType: 'other', data: { count: 3 } }, 'note'],
      [{ type: 'custom_message', customType: 'other', content: 'text', display: true }, 'note'],
      [{ type: 'label', targetId: 'a', label: 'here' }, 'note'],
      [{ type: 'session_info', name: 'Plants' }, 'note'],
      [{ message: { role: 'bashExecution', command: 'ls', output: '', exitCode: 0 } }, 'result'],
      [{ message: { role: 'compactionSummary', summary: 'x' } }, 'summary'],
      [{ message: { role: 'branchSummary', summary: 'x' } }, 'summary'],
      [{ message: { role: 'nobody knows' } }, 'unknown'],
      [{ type: 'nobody knows' }, 'unknown'],
      [{ type: 7 }, 'broken'],
      [{ type: 'message', message: [] }, 'broken'],
      [{ type: 'message', message: { content: 'whose?' } }, 'broken'],
      [{ type: 'compaction' }, 'broken'],
    ] as const
    for (const [rest, kind] of kinds)
      expect(partsOf(entry('a', null, rest))).toMatchObject([{ kind, row: 0 }])
  })

  it('that is no JSON, no object or too long is a broken row, and white space is no row', () => {
    const lines: readonly Line[] = [
      'not JSON',
      '42',
      '[]',
      'null',
      '',
      '  ',
      '{"type":"message"',
      TOO_LONG,
      'too long',
    ]
    expect(rowsOf(lines)).toEqual([0, 1, 2, 3, null, null, 4, 5, 6])
    expect(readAll(lines).every(({ facts }) => facts.every(({ broken }) => broken))).toBe(true)
    expect(readAll(lines)[8]?.facts[0]?.text).toBe('too long')
  })

  it('that is a second header is shown, not taken for the header', () => {
    const lines = [header(3), header(2)]
    expect(readAll(lines)[1]).toMatchObject({ header: null, facts: [{ kind: 'unknown', row: 0 }] })
  })

  it('has its time from the entry, else from its message, else none', () => {
    expect(timeOf({ timestamp: moment(5), message: { role: 'user', timestamp: 9 } })).toBe(
      Date.parse(moment(5)),
    )
    expect(timeOf({ message: { role: 'user', timestamp: 9 } })).toBe(9)
    for (const timestamp of ['yesterday', -1, 1e18, '2026-13-45T00:00:00Z', {}, Number.MAX_VALUE]) {
      expect(timeOf({ timestamp, message: { role: 'user' } })).toBeNull()
    }
  })
})

describe('what there is to find in a line', () => {
  it('is what was said and thought, and each call with the values of its arguments, apart', () => {
    const content = [
      { type: 'thinking', thinking: 'First I look.' },
      { type: 'text', text: 'I look.' },
      { type: 'toolCall', id: 'c1', name: 'bash', arguments: { command: 'ls\nfoo', env: { LANG: 'C' } } },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    ]
    expect(partsOf(entry('a', null, agent('', { content })))).toMatchObject([
      { row: 0, attachTo: null, hitKind: 'message', role: 'assistant', text: 'First I look.\nI look.' },
      { row: null, attachTo: 0, hitKind: 'call', tool: 'bash', text: 'bash\ncommand\nls\nfoo\nenv\nLANG\nC' },
    ])
  })

  it('of a result tells where it ran, and whether it failed or was refused', () => {
    const details = { place: 'sandbox', exitCode: 1, refused: true }
    expect(partsOf(entry('a', null, result('c', 'bash', 'out', { details, isError: true })))).toMatchObject([
      {
        hitKind: 'result',
        role: 'tool',
        tool: 'bash',
        ranOn: 'sandbox',
        isError: true,
        refused: true,
        text: 'out',
      },
    ])
  })

  it('of an answer that failed has why', () => {
    const more = { stopReason: 'error', errorMessage: 'overloaded' }
    expect(partsOf(entry('a', null, agent('sorry', more)))).toMatchObject([
      { isError: true, text: 'sorry\noverloaded', model: 'anthropic/claude' },
    ])
  })

  it('of a refusal by the gate names the person, and is found by its reason as it is shown', () => {
    const data = { provider: 'telegram', sender: '7', reason: 'not_allowed', count: 3 }
    expect(partsOf(entry('a', null, fact('refused', data)))).toMatchObject([
      {
        kind: 'gate',
        role: 'gate',
        refused: true,
        person: 'telegram:7',
        provider: 'telegram',
        text: 'telegram:7 not_allowed the sender is not on the allowlist',
      },
    ])
  })
})

describe('the row of a line', () => {
  it('is that of its call, for a result; a result without one, and a second one, have their own', () => {
    const lines = [
      entry('a', null, calls(['c1', 'bash', {}], ['c2', 'read', {}])),
      entry('b', 'a', result('c2', 'read', 'two')),
      entry('c', 'b', user('meanwhile')),
      entry('d', 'c', result('c1', 'bash', 'one')),
      entry('e', 'd', result('c1', 'bash', 'again')),
      entry('f', 'e', result('nobody', 'bash', 'lost')),
    ]
    expect(rowsOf(lines)).toEqual([0, 'in 0', 1, 'in 0', 2, 3])
  })

  it('is that of the message that an inbound fact names, which comes after it, and tells whose it is', () => {
    const lines = [
      entry('x', null, agent('before')),
      entry('f', 'x', inbound('u', 'ev1')),
      entry('u', 'f', user('hello')),
    ]
    expect(rowsOf(lines)).toEqual([0, 'in 1', 1])
    expect(factsOf(lines)[2]).toMatchObject({ event: 'ev1', person: 'telegram:42', provider: 'telegram' })
  })

  it('gives nobody else a sender: a message that no fact names has none', () => {
    const lines = [entry('f', null, inbound('u', 'ev1')), entry('other', 'f', user('I am somebody else'))]
    expect(factsOf(lines)[1]).toMatchObject({ kind: 'user', person: '', event: '' })
  })

  it('is that of the answer to its event, for what was sent; what did not leave has a row of its own', () => {
    const lines = [
      entry('f', null, inbound('u', 'ev1')),
      entry('u', 'f', user('one')),
      entry('a', 'u', agent('answer one')),
      entry(
        'w',
        'a',
        fact('outbound', { eventId: 'ev1', result: 'withheld', why: 'locked_down', open: true }),
      ),
      entry('g', 'w', inbound('v', 'ev2')),
      entry('v', 'g', user('two')),
      entry('b', 'v', agent('answer two')),
      entry('s', 'b', fact('outbound', { eventId: 'ev1', result: 'sent' })),
      entry('t', 's', fact('outbound', { eventId: 'unknown', result: 'sent' })),
    ]
    expect(rowsOf(lines)).toEqual(['in 0', 0, 1, 2, 'in 3', 3, 4, 'in 1', 5])
    expect(factsOf(lines)[3]).toMatchObject({ kind: 'outbox', refused: true, isError: false, event: 'ev1' })
  })

  it('is the same when reading goes on later, from a state that was kept as JSON after any line', () => {
    const lines = [
      header(3),
      entry('f', null, inbound('u', 'ev1')),
      entry('u', 'f', user('one')),
      entry('a', 'u', calls(['c1', 'bash', {}])),
      entry('r', 'a', result('c1', 'bash', 'x')),
      entry('b', 'u', agent('another way')),
      entry('s', 'b', fact('outbound', { eventId: 'ev1', result: 'sent' })),
    ]
    const expected = readAll(lines).map(({ facts }) => facts)
    let kept = JSON.stringify(newReaderState())
    for (const [index, line] of lines.entries()) {
      const state = parseReaderState(kept)
      if (state === undefined) throw new Error('the state does not read')
      const read = readSessionLine(line, index + 1, state)
      expect(read.facts).toEqual(expected[index])
      kept = JSON.stringify(read.state)
    }
  })

  it('is not read from a state that is none: reading begins anew', () => {
    for (const text of ['', '{}', '[]', '{"nextRow":-1}', 'null'])
      expect(parseReaderState(text)).toBeUndefined()
  })
})

describe('a branch', () => {
  it('goes on from the row that its parent is or belongs to', () => {
    const lines = [
      entry('u', null, user('one')),
      entry('a', 'u', calls(['c1', 'bash', {}])),
      entry('r', 'a', result('c1', 'bash', 'x')),
      entry('b', 'r', agent('one way')),
      entry('c', 'r', agent('another way')),
      entry('d', null, user('from the beginning')),
    ]
    expect(factsOf(lines).map(({ forkOf, hitKind }) => [hitKind, forkOf])).toEqual([
      ['message', null],
      ['message', null],
      ['call', null],
      ['result', null],
      ['message', null],
      ['message', 1],
      ['message', FORK_FROM_EARLIER],
    ])
  })

  it('from far before is known to be one', () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      entry(`e${index}`, index === 0 ? null : `e${index - 1}`, user('x')),
    )
    const facts = factsOf([...many, entry('fork', 'e3', user('back'))])
    expect(facts.at(-1)).toMatchObject({ forkOf: FORK_FROM_EARLIER, parentId: 'e3' })
  })

  it('is none where a line between was broken', () => {
    expect(factsOf([entry('a', null, user('x')), 'broken', entry('b', 'a', user('y'))])[2]?.forkOf).toBeNull()
  })
})

describe('a hostile line', () => {
  it('never throws, and takes one row at most: JSON of any shape, wherever an entry has a field', () => {
    const anything = fc.jsonValue({ maxDepth: 4 })
    const field = fc.record(
      {
        type: fc.oneof(anything, fc.constantFrom('message', 'custom', 'session', 'compaction', 'label')),
        id: anything,
        parentId: anything,
        timestamp: anything,
        customType: fc.oneof(
          anything,
          fc.constantFrom('clawdbot.inbound', 'clawdbot.outbound', 'clawdbot.refused'),
        ),
        data: anything,
        summary: anything,
        message: fc.oneof(
          anything,
          fc.record(
            {
              role: fc.oneof(
                anything,
                fc.constantFrom('user', 'assistant', 'toolResult', 'bashExecution', 'custom'),
              ),
              content: fc.oneof(
                anything,
                fc.array(
                  fc.record(
                    {
                      type: fc.constantFrom('text', 'toolCall', 'image'),
                      id: anything,
                      name: anything,
                      arguments: anything,
                    },
                    { requiredKeys: [] },
                  ),
                ),
              ),
              details: anything,
              toolCallId: anything,
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    )
    const line = fc.oneof(fc.string(), anything.map(json), field.map(json))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        let next = 0
        for (const { facts, state } of readAll(lines)) {
          const own = facts.filter(({ row }) => row !== null)
          expect(own.length).toBeLessThanOrEqual(1)
          expect(own[0]?.row ?? next).toBe(next)
          next += own.length
          expect(state.nextRow).toBe(next)
          for (const { attachTo, row, text } of facts) {
            expect((row ?? attachTo ?? -1) <= next && (row ?? attachTo ?? -1) >= 0).toBe(true)
            expect(typeof text).toBe('string')
          }
          expect(parseReaderState(JSON.stringify(state))).toEqual(state)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('of a hundred thousand levels is a row, and what it is made of is found', () => {
    const deep = `${'['.repeat(100_000)}"found"${']'.repeat(100_000)}`
    const [facts] = partsOf(`{"type":"nobody knows","id":"a","parentId":null,"data":${deep}}`)
    expect(facts?.row).toBe(0)
    expect(facts?.broken === true || facts?.text.includes('found')).toBe(true)
  })

  it('with __proto__ changes nothing but itself', () => {
    const [facts] = partsOf('{"__proto__":{"type":"message","polluted":true},"type":"constructor"}')
    expect(facts).toMatchObject({ kind: 'unknown' })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(partsOf('{"__proto__":{"type":"label"}}')).toMatchObject([{ kind: 'broken' }])
  })

  it('does not make the state grow: calls, events and ids without end are forgotten', () => {
    const lines = Array.from({ length: 3_000 }, (_, index) =>
      entry(
        `${index}${'i'.repeat(index)}`,
        null,
        calls([`call${index}`, 't'.repeat(500), {}], ['c'.repeat(9_999), 'x', {}]),
      ),
    )
    const state = readAll(lines).at(-1)?.state
    expect(JSON.stringify(state).length).toBeLessThan(200_000)
  })
})
