// Lines of session files as their writers write them, for tests.
import { newReaderState, type ReadLine, readSessionLine } from '../read/entry.ts'
import type { Line } from '../read/line-form.ts'
import type { ReadStoredLine } from '../transcript/build-turns.ts'

export const moment = (minute: number): string => new Date(Date.UTC(2026, 0, 6, 12, minute)).toISOString()

export const json = (value: unknown): string => JSON.stringify(value)

export const header = (version: number): string =>
  json({ type: 'session', version, id: 'a-session', timestamp: moment(0), cwd: '/home/olga/clawd' })

/** An entry of version 2 or 3. */
export const entry = (id: string, parentId: string | null, rest: object, minute = 1): string =>
  json({ type: 'message', id, parentId, timestamp: moment(minute), ...rest })

export const user = (text: string): object => ({
  message: { role: 'user', content: [{ type: 'text', text }] },
})

export const agent = (text: string, more: object = {}): object => ({
  message: {
    role: 'assistant',
    content: [{ type: 'text', text }],
    provider: 'anthropic',
    model: 'claude',
    stopReason: 'stop',
    ...more,
  },
})

export const calls = (...made: readonly (readonly [id: string, tool: string, args: object])[]): object => ({
  message: {
    role: 'assistant',
    content: made.map(([id, name, args]) => ({ type: 'toolCall', id, name, arguments: args })),
    stopReason: 'toolUse',
  },
})

export const result = (callId: string, tool: string, text: string, more: object = {}): object => ({
  message: {
    role: 'toolResult',
    toolCallId: callId,
    toolName: tool,
    content: [{ type: 'text', text }],
    isError: false,
    ...more,
  },
})

export const fact = (name: string, data: object): object => ({
  type: 'custom',
  customType: `clawdbot.${name}`,
  data,
})

export const inbound = (entryId: string, eventId: string, sender = '42'): object =>
  fact('inbound', { eventId, entryId, provider: 'telegram', sender, trust: 'owner', forwarded: false })

/** All lines in order, as the index reads them. */
export const readAll = (lines: readonly Line[]): readonly ReadLine[] => {
  const read: ReadLine[] = []
  let state = newReaderState()
  for (const [index, line] of lines.entries()) {
    const next = readSessionLine(line, index + 1, state)
    state = next.state
    read.push(next)
  }
  return read
}

/** The row of each line that has one: its own as a number, the one that it belongs to as `in 3`. */
export const rowsOf = (lines: readonly Line[]): readonly (number | string | null)[] =>
  readAll(lines).map(({ facts: [first] }) =>
    first === undefined ? null : (first.row ?? `in ${first.attachTo}`),
  )

/** What the page reader is given for these lines. */
export const stored = (lines: readonly Line[]): readonly ReadStoredLine[] =>
  readAll(lines).flatMap(({ facts: [first] }, index) => {
    const text = lines[index]
    if (first === undefined || text === undefined) return []
    const row = first.row ?? first.attachTo ?? 0
    return [{ line: index + 1, offset: 0, length: 0, row, forkOf: first.forkOf, abandoned: false, text }]
  })
