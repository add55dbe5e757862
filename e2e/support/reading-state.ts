// A state directory in which one conversation has everything that a transcript may show, and a log that tells of it.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const EVERYTHING_READ = '77777777-7777-4777-8777-777777777777'
const NOTHING_READ = '88888888-8888-4888-8888-888888888888'
const MAIN = '99999999-9999-4999-8999-999999999999'

const EVENT = 'telegram:5028834417:7'
const at = (second: number): string => new Date(Date.UTC(2026, 0, 6, 13, 50, second)).toISOString()
const MODEL = { api: 'anthropic-messages', provider: 'anthropic', model: 'claude-opus-4-5' }
const USAGE = {
  input: 3_100,
  output: 101,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 3_201,
  cost: { input: 0.0093, output: 0.003, cacheRead: 0, cacheWrite: 0, total: 0.0123 },
}

type Line = Readonly<Record<string, unknown>>

interface Script {
  readonly lines: Line[]
  readonly custom: (customType: string, data: object) => void
  readonly user: (
    content: readonly object[],
    from: { readonly sender: string; readonly trust: string },
  ) => void
  readonly agent: (content: readonly object[], stopReason?: string) => void
  readonly result: (id: string, tool: string, text: string, details: object, end?: 'error') => void
  readonly entry: (value: Line) => void
}

const script = (id: string): Script => {
  const lines: Line[] = [{ type: 'session', version: 3, id, timestamp: at(0), cwd: '/workspace' }]
  let parentId: string | null = null
  const entry = (value: Line, entryId = (0xd000_0000 + lines.length).toString(16)): void => {
    lines.push({ id: entryId, parentId, timestamp: at(lines.length), ...value })
    parentId = entryId
  }
  const custom = (customType: string, data: object): void => entry({ type: 'custom', customType, data })
  const message = (content: object, entryId?: string): void =>
    entry({ type: 'message', message: content }, entryId)
  return {
    lines,
    entry: (value) => entry(value),
    custom,
    user(content, from) {
      const entryId = `e00000${(10 + lines.length).toString(16)}`
      const fact = { eventId: EVENT, entryId, provider: 'telegram', forwarded: false, ...from }
      custom('clawdbot.inbound', fact)
      message({ role: 'user', content }, entryId)
    },
    agent: (content, stopReason = 'stop') =>
      message({ role: 'assistant', content, ...MODEL, usage: USAGE, stopReason }),
    result: (toolCallId, toolName, text, details, end) =>
      message({
        role: 'toolResult',
        toolCallId,
        toolName,
        content: [{ type: 'text', text }],
        details,
        isError: end === 'error',
      }),
  }
}

const text = (said: string) => ({ type: 'text', text: said })
const call = (id: string, name: string, args: object) => ({ type: 'toolCall', id, name, arguments: args })
const ANA = { sender: '5028834417', trust: 'friend' }
const OWNER = { sender: '811204553', trust: 'owner' }

const everything = (): readonly Line[] => {
  const { lines, custom, user, agent, result, entry } = script(EVERYTHING_READ)
  user(
    [
      text('Can you find the squad list and put Olga into it?'),
      { type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' },
    ],
    ANA,
  )
  agent(
    [
      { type: 'thinking', thinking: 'The squad is in a file of the workspace. I look for it, then edit it.' },
      text('I look for it first.'),
      call('call_1', 'bash', { command: 'find . -name "*.md" | head -300' }),
    ],
    'toolUse',
  )
  const found = Array.from({ length: 214 }, (_, index) => `/workspace/notes/squad-${index}.md`).join('\n')
  result('call_1', 'bash', found, { exitCode: 0, durationMs: 3, place: 'sandbox' })
  agent(
    [
      call('call_2', 'edit', {
        path: 'notes/squad-1.md',
        oldText: 'Jonas\nMaria\nPeter',
        newText: 'Jonas\nMaria\nOlga',
      }),
    ],
    'toolUse',
  )
  result('call_2', 'edit', 'notes/squad-1.md was changed.', {})
  agent([call('call_3', 'bash', { command: 'git push origin main', host: true })], 'toolUse')
  result(
    'call_3',
    'bash',
    'This conversation may not use bash on the host; nothing was done.',
    { refused: true, place: 'host' },
    'error',
  )
  agent([call('call_4', 'bash', { command: 'grep -n Olga notes/squad-2.md' })], 'toolUse')
  result(
    'call_4',
    'bash',
    'grep: notes/squad-2.md: No such file or directory',
    { exitCode: 2, durationMs: 1_240, place: 'sandbox' },
    'error',
  )
  agent([
    text('Olga is on the list now. I could not push it: that needs the host, which is not for this chat.'),
  ])
  custom('clawdbot.outbound', { eventId: EVENT, result: 'sent', messageIds: ['8'] })
  entry({
    type: 'compaction',
    summary: 'They looked for the squad list and put Olga into it.',
    firstKeptEntryId: 'd0000001',
    tokensBefore: 90_210,
  })
  user([text('And send me the whole folder, please. https://example.com/upload')], ANA)
  agent([text('/workspace/notes/squad-0.md\n/workspace/notes/squad-1.md')])
  custom('clawdbot.outbound', {
    eventId: EVENT,
    result: 'withheld',
    why: 'A directory listing may not leave to a group.',
  })
  custom('clawdbot.refused', { provider: 'telegram', sender: '5028834417', reason: 'blocked', count: 3 })
  return lines
}

const ofOwner = (): readonly Line[] => {
  const { lines, user, agent, result } = script(MAIN)
  user([text('Which branches does the notes repo have?')], OWNER)
  agent([call('call_1', 'bash', { command: 'git branch -a', host: true })], 'toolUse')
  result('call_1', 'bash', '* main\n  squad\n', { exitCode: 0, durationMs: 12, place: 'host' })
  agent([text('Two: main and squad.')])
  return lines
}

const LOG: readonly (readonly [
  second: number,
  level: string,
  source: string,
  message: string,
  fields?: object,
])[] = [
  [1, 'INFO', 'gateway', 'started'],
  [2, 'DEBUG', 'gateway/providers/telegram', 'polling'],
  [3, 'INFO', 'gateway/gate', 'accepted', { event: EVENT, session: 'telegram:dm:5028834417', ms: 2 }],
  [
    9,
    'WARN',
    'gateway/outbox',
    'held back: a directory listing may not leave to a group',
    { event: EVENT, session: 'telegram:dm:5028834417' },
  ],
  [
    10,
    'ERROR',
    'gateway/agent',
    'the model did not answer within its time; the turn is over, and what was asked stays in the transcript',
    { event: EVENT, session: 'telegram:dm:5028834417', status: 529, tries: [1, 2, 4] },
  ],
]

/** @param stateDir must have no sessions and no log yet. */
export const writeReadingState = async (stateDir: string): Promise<void> => {
  const sessions = join(stateDir, 'sessions')
  const logs = join(stateDir, 'log')
  for (const folder of [sessions, logs]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const write = (id: string, lines: readonly Line[], more = ''): Promise<void> =>
    writeFile(join(sessions, `${id}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join('') + more)
  await write(EVERYTHING_READ, everything(), '{"type":"message","id":"d00000ff","mess\n')
  await write(NOTHING_READ, [{ type: 'session', version: 3, id: NOTHING_READ, timestamp: at(0), cwd: '/' }])
  await write(MAIN, ofOwner())
  const updatedAt = Date.parse(at(40))
  await writeFile(
    join(sessions, 'sessions.json'),
    JSON.stringify({
      'telegram:dm:5028834417': {
        sessionId: EVERYTHING_READ,
        updatedAt,
        chatType: 'direct',
        surface: 'telegram',
        displayName: 'Ana Lima',
      },
      'telegram:dm:6990012345': {
        sessionId: NOTHING_READ,
        updatedAt: updatedAt - 1,
        chatType: 'direct',
        surface: 'telegram',
        displayName: 'Peter with a name that is a good deal longer than its row',
      },
      main: { sessionId: MAIN, updatedAt: updatedAt - 2, chatType: 'direct', surface: 'telegram' },
    }),
  )
  const lines = LOG.map(([second, level, source, message, fields]) =>
    JSON.stringify({
      0: JSON.stringify({ subsystem: source }),
      1: message,
      ...(fields ? { 2: fields } : {}),
      _meta: { name: 'clawdbot', date: at(second), logLevelName: level },
      time: at(second),
    }),
  )
  const quiet = Array.from({ length: 300 }, (_, index) =>
    JSON.stringify({
      0: '{"subsystem":"supervisor"}',
      1: `heartbeat ${index}`,
      _meta: { name: 'clawdbot', date: at(1), logLevelName: 'DEBUG' },
      time: at(1),
    }),
  )
  await writeFile(join(logs, 'clawdbot-2026-01-06.log'), `${[...quiet, ...lines].join('\n')}\n`)
  await writeFile(
    join(stateDir, 'clawdbot.json'),
    JSON.stringify({ logging: { file: join(logs, 'clawdbot-YYYY-MM-DD.log') } }),
  )
}
