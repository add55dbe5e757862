// A state directory as the existing Clawdbot leaves it (peers 1.6, 1.7): sessions of versions 1 to 3, flat and in a
// folder of an agent, and its log in both shapes. Written by hand, line by line, not by any code of ours.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const LINEAR = '11111111-1111-4111-8111-111111111111'
export const HOOKED = '22222222-2222-4222-8222-222222222222'
export const TREE = '33333333-3333-4333-8333-333333333333'

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 6, 12, minute)).toISOString()
const ms = (minute: number): number => Date.UTC(2026, 0, 6, 12, minute)
const lines = (...objects: readonly (object | string)[]): string =>
  objects.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join('')

const usage = {
  input: 1200,
  output: 80,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 1280,
  cost: { input: 0.0036, output: 0.0012, cacheRead: 0, cacheWrite: 0, total: 0.0048 },
}
const model = { api: 'anthropic-messages', provider: 'anthropic', model: 'claude-opus-4-5' }
const user = (text: string, minute: number) => ({ role: 'user', content: text, timestamp: ms(minute) })
const said = (content: readonly object[], minute: number, stopReason = 'stop') => ({
  role: 'assistant',
  content,
  ...model,
  usage,
  stopReason,
  timestamp: ms(minute),
})
const call = (id: string, name: string, args: object) => ({ type: 'toolCall', id, name, arguments: args })
const result = (toolCallId: string, toolName: string, text: string, isError: boolean, minute: number) => ({
  role: 'toolResult',
  toolCallId,
  toolName,
  content: [{ type: 'text', text }],
  isError,
  timestamp: ms(minute),
})

/** Version 1: no version, no ids, one line after the other. */
const linear = lines(
  {
    type: 'session',
    id: LINEAR,
    timestamp: at(0),
    cwd: '/home/olga/clawd',
    provider: 'anthropic',
    modelId: 'claude-opus-4-5',
    thinkingLevel: 'low',
  },
  { type: 'message', timestamp: at(0), message: user('Which plants need water?', 0) },
  {
    type: 'message',
    timestamp: at(1),
    message: said([{ type: 'text', text: 'The fern and the monstera.' }], 1),
  },
  { type: 'thinking_level_change', timestamp: at(2), thinkingLevel: 'high' },
  {
    type: 'compaction',
    timestamp: at(3),
    summary: 'They talked about watering plants.',
    firstKeptEntryIndex: 1,
    tokensBefore: 9000,
  },
)

/** Version 2: a tree, with the role that version 3 renamed. */
const hooked = lines(
  { type: 'session', version: 2, id: HOOKED, timestamp: at(0), cwd: '/home/olga/clawd' },
  {
    type: 'message',
    id: 'a1000001',
    parentId: null,
    timestamp: at(4),
    message: user('@clawd who won on Sunday?', 4),
  },
  {
    type: 'message',
    id: 'a1000002',
    parentId: 'a1000001',
    timestamp: at(5),
    message: {
      role: 'hookMessage',
      customType: 'weather',
      content: 'It rained.',
      display: true,
      timestamp: ms(5),
    },
  },
  {
    type: 'message',
    id: 'a1000003',
    parentId: 'a1000002',
    timestamp: at(6),
    message: said([{ type: 'text', text: 'Nobody: the match was rained off.' }], 6),
  },
)

/** Version 3, with everything that it knows, a type that nobody knows, and two lines that are broken. */
const tree = lines(
  { type: 'session', version: 3, id: TREE, timestamp: at(0), cwd: '/home/olga/clawd' },
  {
    type: 'model_change',
    id: 'b1000000',
    parentId: null,
    timestamp: at(7),
    provider: 'anthropic',
    modelId: 'claude-opus-4-5',
  },
  {
    type: 'message',
    id: 'b1000001',
    parentId: 'b1000000',
    timestamp: at(7),
    message: user('Put the rota into the notes', 7),
  },
  {
    type: 'message',
    id: 'b1000002',
    parentId: 'b1000001',
    timestamp: at(8),
    message: said(
      [
        { type: 'thinking', thinking: 'First I look where the notes are.' },
        { type: 'text', text: 'I look at the notes first.' },
        call('call_1', 'bash', { command: 'ls ~/notes' }),
        call('call_2', 'edit', { path: 'notes/rota.md', oldText: 'Monday: Peter', newText: 'Monday: Olga' }),
      ],
      8,
      'toolUse',
    ),
  },
  {
    type: 'message',
    id: 'b1000003',
    parentId: 'b1000002',
    timestamp: at(8),
    message: result('call_1', 'bash', 'rota.md\nsquad.md', false, 8),
  },
  {
    type: 'message',
    id: 'b1000004',
    parentId: 'b1000003',
    timestamp: at(9),
    message: result('call_2', 'edit', 'Could not find the exact text in notes/rota.md.', true, 9),
  },
  {
    type: 'message',
    id: 'b1000005',
    parentId: 'b1000004',
    timestamp: at(9),
    message: said([{ type: 'text', text: 'The rota says something else there.' }], 9),
  },
  'this is not JSON at all',
  {
    type: 'message',
    id: 'b1000006',
    parentId: 'b1000001',
    timestamp: at(10),
    message: said([{ type: 'text', text: 'Another way: I add a line to the rota.' }], 10),
  },
  {
    type: 'branch_summary',
    id: 'b1000007',
    parentId: 'b1000006',
    timestamp: at(10),
    fromId: 'b1000005',
    summary: 'The first try failed at the edit.',
  },
  {
    type: 'message',
    id: 'b1000008',
    parentId: 'b1000007',
    timestamp: at(11),
    message: {
      role: 'bashExecution',
      command: 'cat notes/rota.md',
      output: 'Monday: Olga',
      exitCode: 0,
      cancelled: false,
      truncated: false,
      timestamp: ms(11),
    },
  },
  {
    type: 'custom',
    id: 'b1000009',
    parentId: 'b1000008',
    timestamp: at(11),
    customType: 'my-extension',
    data: { count: 3 },
  },
  {
    type: 'custom_message',
    id: 'b100000a',
    parentId: 'b1000009',
    timestamp: at(11),
    customType: 'reminder',
    content: 'Water the fern.',
    display: true,
  },
  {
    type: 'label',
    id: 'b100000b',
    parentId: 'b100000a',
    timestamp: at(11),
    targetId: 'b1000006',
    label: 'the good one',
  },
  { type: 'session_info', id: 'b100000c', parentId: 'b100000b', timestamp: at(11), name: 'Rota' },
  {
    type: 'hologram',
    id: 'b100000d',
    parentId: 'b100000c',
    timestamp: at(12),
    shape: 'a kind that no version knows',
  },
  '{"type":"message","id":"b100000e","parentId":"b100000d","timestamp":"2026-01-06T12:13:00.000Z","mess',
  {
    type: 'message',
    id: 'b100000f',
    parentId: 'b100000d',
    timestamp: at(14),
    message: said([{ type: 'text', text: 'Done, the rota is in the notes.' }], 14),
  },
)

const meta = (level: string, date: string) => ({
  runtime: 'node',
  runtimeVersion: '22.12.0',
  hostname: 'olga-mac',
  name: 'clawdbot',
  date,
  logLevelId: 3,
  logLevelName: level,
  path: { fullFilePath: 'file:///opt/clawdbot/dist/logging.js:1:1' },
})

/** Both shapes: a subsystem's line, and a module's with an object before its message. */
const log = lines(
  {
    0: '{"subsystem":"gateway/channels"}',
    1: 'telegram provider started',
    _meta: meta('INFO', at(0)),
    time: at(0),
  },
  { 0: '{"module":"cron"}', 1: { jobs: 2 }, 2: 'cron armed', _meta: meta('DEBUG', at(1)), time: at(1) },
  {
    0: '{"subsystem":"gateway/agent"}',
    1: 'the model refused the request',
    _meta: meta('ERROR', at(9)),
    time: at(9),
  },
  'a line of something else',
  {
    message: 'of its successor',
    hostname: 'olga-mac',
    _meta: meta('WARN', at(10)),
    time: '2026-01-06T12:10:00.000+00:00',
  },
)

/** Writes all of it into `stateDir`, and a config that names the log. */
export const writeExistingState = async (stateDir: string): Promise<void> => {
  const flat = join(stateDir, 'sessions')
  const ofAgent = join(stateDir, 'agents', 'main', 'sessions')
  const logs = join(stateDir, 'log')
  for (const folder of [flat, ofAgent, logs]) await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(flat, `${LINEAR}.jsonl`), linear)
  await writeFile(join(flat, `${HOOKED}.jsonl`), hooked)
  await writeFile(
    join(flat, 'sessions.json'),
    JSON.stringify({
      main: { sessionId: LINEAR, updatedAt: ms(3), chatType: 'direct', lastChannel: 'telegram' },
      'whatsapp:group:120363041234567890@g.us': {
        sessionId: HOOKED,
        updatedAt: ms(6),
        chatType: 'group',
        surface: 'whatsapp',
        subject: 'Sunday football',
      },
    }),
  )
  await writeFile(join(ofAgent, `${TREE}.jsonl`), tree)
  await writeFile(
    join(ofAgent, 'sessions.json'),
    JSON.stringify({ 'agent:main:main': { sessionId: TREE, updatedAt: ms(14), displayName: 'Rota' } }),
  )
  await writeFile(join(logs, 'clawdbot-2026-01-06.log'), log)
  await writeFile(
    join(stateDir, 'clawdbot.json'),
    JSON.stringify({ logging: { file: join(logs, 'clawdbot-YYYY-MM-DD.log') } }),
  )
}
