// A state directory as the gateway leaves it after a long time, for measuring and for the tests of the whole app. The same
// numbers give the same bytes.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { NO_DETAILS } from '../../src/gateway/tools/tool-result.ts'
import { createRandom, createWords, type Words } from './words.ts'

export interface GeneratedSize {
  readonly sessions: number
  /** Over all sessions: questions, answers, calls and results. */
  readonly messages: number
  readonly logLines: number
  readonly seed: number
}

export interface GeneratedState {
  readonly stateDir: string
  /** With YYYY-MM-DD in it: what `logging.file` has to say. */
  readonly logFile: string
  /** Refs, the newest first. */
  readonly refs: readonly string[]
  readonly messages: number
  readonly bytes: number
}

/** When the newest session ends. */
const GENERATED_UNTIL = Date.UTC(2026, 0, 20, 12)
const DAY_MS = 86_400_000
const DAYS = 180
const WRITE_BYTES = 1024 * 1024

/** @param dir is made; it must not hold sessions yet. */
export const generateState = (dir: string, size: GeneratedSize): GeneratedState => {
  const random = createRandom(size.seed)
  const words = createWords(random)
  const folder = join(dir, 'sessions')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(join(dir, 'log'), { recursive: true, mode: 0o700 })
  const list: Record<string, object> = {}
  const refs: string[] = []
  let messages = 0
  let bytes = 0
  for (let number = 0; number < size.sessions; number++) {
    const left = size.messages - messages
    const fair = left / (size.sessions - number)
    const wanted =
      number === size.sessions - 1
        ? left
        : Math.min(left, Math.max(1, Math.round(fair * (0.2 + random() * 1.6))))
    const id = uuid(random)
    const key = keyOf(number)
    const until = GENERATED_UNTIL - Math.floor((number / size.sessions) * DAYS * DAY_MS)
    const out = createOutput(join(folder, `${id}.jsonl`))
    writeSession(out.line, { id, sender: String(1000 + number), messages: wanted, until, random, words })
    bytes += out.close()
    messages += wanted
    list[key] = {
      sessionId: id,
      updatedAt: until,
      chatType: 'direct',
      surface: 'telegram',
      displayName: `${words.word()} ${words.word()}`,
    }
    refs.push(`sessions/${id}`)
  }
  writeFileSync(join(folder, 'sessions.json'), JSON.stringify(list, null, 2), { mode: 0o600 })
  bytes += writeLog(dir, size.logLines, random, words)
  return { stateDir: dir, logFile: join(dir, 'log', 'clawdbot-YYYY-MM-DD.log'), refs, messages, bytes }
}

const keyOf = (number: number): string => (number === 0 ? 'main' : `telegram:dm:${1000 + number}`)

interface Output {
  readonly line: (value: object) => void
  /** Bytes that were written. */
  readonly close: () => number
}

const createOutput = (path: string): Output => {
  const fd = openSync(path, 'wx', 0o600)
  let kept = ''
  let bytes = 0
  const flush = (): void => {
    bytes += writeSync(fd, kept)
    kept = ''
  }
  return {
    line(value) {
      kept += `${JSON.stringify(value)}\n`
      if (kept.length >= WRITE_BYTES) flush()
    },
    close() {
      flush()
      closeSync(fd)
      return bytes
    },
  }
}

interface SessionPlan {
  readonly id: string
  readonly sender: string
  readonly messages: number
  readonly until: number
  readonly random: () => number
  readonly words: Words
}

const MODEL = { api: 'anthropic-messages', provider: 'anthropic', model: 'claude-opus-4-5' }
const NO_COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 }

/** The lines of src/gateway/conversations/entries-of-turn.ts. */
const writeSession = (line: (value: object) => void, plan: SessionPlan): void => {
  const { id, sender, messages, until, random, words } = plan
  const step = 20_000
  let at = until - messages * step
  let parentId: string | null = null
  const timestamp = (): string => new Date(at).toISOString()
  const entry = (value: object, entryId = hex(random, 8)): void => {
    const { type, ...rest } = { type: 'custom', ...value }
    line({ type, id: entryId, parentId, timestamp: timestamp(), ...rest })
    parentId = entryId
  }
  const usage = () => {
    const [input, output] = [200 + Math.floor(random() * 9_000), 10 + Math.floor(random() * 800)]
    return { input, output, cacheRead: 0, cacheWrite: 0, totalTokens: input + output, cost: NO_COST }
  }
  const says = (content: object[], stopReason: string): void =>
    entry({
      type: 'message',
      message: { role: 'assistant', content, ...MODEL, usage: usage(), stopReason, timestamp: at },
    })

  line({ type: 'session', version: 3, id, timestamp: timestamp(), cwd: '/workspace' })
  for (let left = messages; left > 0; ) {
    const eventId = `telegram:${sender}:${messages - left}`
    const entryId = hex(random, 8)
    entry({
      customType: 'clawdbot.inbound',
      data: { eventId, entryId, provider: 'telegram', sender, trust: 'friend', forwarded: false },
    })
    entry(
      {
        type: 'message',
        message: { role: 'user', content: [{ type: 'text', text: words.sentence(3, 30) }], timestamp: at },
      },
      entryId,
    )
    left -= 1
    for (let calls = Math.floor(random() * 4); calls > 0 && left > 2; calls--) {
      at += step / 4
      const call = { id: `call_${hex(random, 12)}`, ...callOf(random, words) }
      says(
        [
          ...(random() < 0.3 ? [{ type: 'text', text: words.sentence(4, 15) }] : []),
          { type: 'toolCall', ...call },
        ],
        'toolUse',
      )
      at += step / 4
      const isError = random() < 0.05
      entry({
        type: 'message',
        message: {
          role: 'toolResult',
          toolCallId: call.id,
          toolName: call.name,
          content: [{ type: 'text', text: words.sentence(5, 60) }],
          details: {
            ...NO_DETAILS,
            place: 'sandbox',
            exitCode: call.name === 'bash' ? (isError ? 1 : 0) : null,
            durationMs: Math.floor(random() * 900),
          },
          isError,
          timestamp: at,
        },
      })
      left -= 2
    }
    if (left === 0) break
    at += step / 2
    says([{ type: 'text', text: words.sentence(5, 50) }], 'stop')
    left -= 1
    entry({
      customType: 'clawdbot.outbound',
      data: { eventId, result: 'sent', messageIds: [String(messages - left)] },
    })
    at += step
  }
}

const callOf = (
  random: () => number,
  words: Words,
): { readonly name: string; readonly arguments: object } => {
  const path = `${words.word()}/${words.word()}.ts`
  switch (Math.floor(random() * 4)) {
    case 0:
      return { name: 'read', arguments: { path } }
    case 1:
      return {
        name: 'edit',
        arguments: { path, oldText: words.sentence(3, 8), newText: words.sentence(3, 8) },
      }
    case 2:
      return { name: 'write', arguments: { path, content: words.sentence(5, 30) } }
    default:
      return {
        name: 'bash',
        arguments: { command: `grep -rn ${words.word()} ${path} | head -${Math.floor(random() * 90)}` },
      }
  }
}

const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'DEBUG', 'WARN', 'ERROR'] as const
const SOURCES = [
  'gateway',
  'gateway/agent',
  'gateway/outbox',
  'gateway/providers/telegram',
  'supervisor',
  'supervisor/sandbox',
] as const

/** Lines of src/shared/log/logger.ts, one file a day. */
const writeLog = (dir: string, lines: number, random: () => number, words: Words): number => {
  const days = Math.max(1, Math.min(30, Math.ceil(lines / 50_000)))
  const perDay = Math.ceil(lines / days)
  let written = 0
  let bytes = 0
  for (let day = 0; day < days; day++) {
    const midnight = Math.floor(GENERATED_UNTIL / DAY_MS) * DAY_MS - (days - 1 - day) * DAY_MS
    const out = createOutput(
      join(dir, 'log', `clawdbot-${new Date(midnight).toISOString().slice(0, 10)}.log`),
    )
    const count = Math.min(perDay, lines - written)
    for (let number = 0; number < count; number++) {
      const time = new Date(midnight + Math.floor((number / count) * (DAY_MS / 2))).toISOString()
      const level = LEVELS[Math.floor(random() * LEVELS.length)] ?? 'INFO'
      const source = SOURCES[Math.floor(random() * SOURCES.length)] ?? 'gateway'
      const sender = 1000 + Math.floor(random() * 5_000)
      out.line({
        '0': JSON.stringify({ subsystem: source }),
        '1': words.sentence(3, 12),
        '2': {
          event: `telegram:${sender}:${Math.floor(random() * 100)}`,
          session: `telegram:dm:${sender}`,
          ms: Math.floor(random() * 900),
        },
        _meta: { name: 'clawdbot', date: time, logLevelName: level },
        time,
      })
    }
    bytes += out.close()
    written += count
  }
  return bytes
}

const hex = (random: () => number, digits: number): string => {
  let text = ''
  while (text.length < digits)
    text += Math.floor(random() * 0x1000000)
      .toString(16)
      .padStart(6, '0')
  return text.slice(0, digits)
}

const uuid = (random: () => number): string => {
  const text = hex(random, 32)
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-8${text.slice(17, 20)}-${text.slice(20)}`
}
