// Test support: the parts around conversations, made so that a run can die at any step and the next one starts
// from what is on disk, in the inbox and in the ledger of replies.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GatewayActivity } from '../../../shared/contracts/gateway.ts'
import { parseSenderId } from '../../../shared/domain/identity.ts'
import { directSession, MAIN_SESSION } from '../../../shared/domain/session.ts'
import { createLogger, type Logger } from '../../../shared/log/logger.ts'
import type { TurnTools } from '../../agent/run-turn.ts'
import type { AskModel, ModelRequest, ModelResult } from '../../agent/turn.ts'
import type { AcceptedItem } from '../../inbound/accepted-item.ts'
import type { ReplyOutcome, SendRequest, SendResult } from '../../outbound/send-request.ts'
import { refusedResult, type ToolResult } from '../../tools/tool-result.ts'
import { type Conversations, type ConversationsOptions, createConversations } from '../conversations.ts'
import { createProgress } from '../progress.ts'
import { type Entry, parseEntry, parseHeader } from '../transcript/entry.ts'

/** Where a run can be made to die. `send:` and `done:` are steps of the parts around conversations. */
export const CRASH_STEPS = [
  'turn:before-user-entry',
  'turn:after-user-entry',
  'turn:mid-stream',
  'turn:after-answer-entry',
  'send:before-intent',
  'send:after-intent',
  'send:after-send',
  'send:after-outcome',
  'done:before',
  'done:after',
] as const
type CrashStep = (typeof CRASH_STEPS)[number]

export interface Crash {
  readonly step: CrashStep
  /** 1 is the first time. */
  readonly time: number
}

interface Run {
  readonly conversations: Conversations
  readonly dead: () => boolean
  /** Resolves when nothing is left to do, or the run has died and nothing of it moves any more. */
  readonly settled: () => Promise<void>
}

export interface World {
  readonly stateDir: string
  readonly open: ReadonlyMap<string, AcceptedItem>
  readonly delivered: readonly SendRequest[]
  /** Who was shown that somebody writes, and who no longer: event and state. */
  readonly signs: readonly string[]
  readonly ledger: Map<string, ReplyOutcome>
  readonly reports: readonly GatewayActivity[]
  readonly asked: readonly ModelRequest[]
  /** Puts a message into the inbox. */
  accept(item: Partial<AcceptedItem> & { readonly text: string }): AcceptedItem
  boot(options?: Partial<ConversationsOptions> & { readonly crash?: Crash | undefined }): Run
  /** Lines of the log so far. */
  readonly log: () => string
  end(): Promise<void>
}

const MODEL = { api: 'offline', provider: 'offline', model: 'obedient' } as const
const USAGE = { input: 3, output: 2, cacheRead: 0, cacheWrite: 0, totalTokens: 5 }

export const answerOf = (text: string): ModelResult => ({
  kind: 'answer',
  model: MODEL,
  text,
  usage: USAGE,
  stopReason: 'stop',
})

/** For turns without tools. */
const NO_TOOLS: TurnTools<ToolResult> = {
  offered: () => [],
  run: ({ name }) => Promise.resolve(refusedResult(`There is no tool ${name}.`)),
  notBegun: () => refusedResult('Not begun.'),
}

const tick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

export const friend = (id: string) => {
  const sender = parseSenderId('telegram', id)
  if (sender === undefined) throw new Error(`not a Telegram id: ${id}`)
  return { sender, chatId: id, session: directSession('telegram', sender), trust: 'friend' } as const
}

export const owner = () => ({ ...friend('1000001'), session: MAIN_SESSION, trust: 'owner' }) as const

export const createWorld = (stateDir: string): World => {
  const open = new Map<string, AcceptedItem>()
  const ledger = new Map<string, ReplyOutcome>()
  const delivered: SendRequest[] = []
  const signs: string[] = []
  const reports: GatewayActivity[] = []
  const asked: ModelRequest[] = []
  const runs: { readonly conversations: Conversations; readonly release: () => void }[] = []
  const logFile = join(stateDir, 'test.log')
  const log: Logger = createLogger({ file: logFile, level: 'trace', redact: (line) => line, source: 'test' })
  let serial = 0
  let clock = Date.UTC(2026, 0, 6)

  const next = (): number => (serial += 1)

  const askModel: AskModel = async (request) => {
    asked.push(request)
    await tick()
    try {
      request.onText('piece')
    } catch {
      // A dead process gets no further; when the test ends, its turn is aborted like any other.
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
    }
    if (request.signal.aborted) return { kind: 'aborted', model: MODEL }
    return answerOf(`re: ${request.messages.at(-1)?.text ?? ''}`)
  }

  return {
    stateDir,
    open,
    ledger,
    delivered,
    signs,
    reports,
    asked,
    accept(part) {
      const number = next()
      const item: AcceptedItem = {
        eventId: `telegram:${number}`,
        provider: 'telegram',
        ...owner(),
        forwarded: false,
        attachments: [],
        claims: {},
        sentAt: clock,
        acceptedAt: clock,
        epoch: 'first',
        entryId: number.toString(16).padStart(8, 'e'),
        ...part,
      }
      open.set(item.eventId, item)
      return item
    },
    boot({ crash, ...options } = {}) {
      const hanging: (() => void)[] = []
      const times = new Map<CrashStep, number>()
      let dead = false
      const isDead = (): boolean => dead
      const die = (): never => {
        dead = true
        throw new Error('the run has died')
      }
      const pass = (step: CrashStep): void => {
        const time = (times.get(step) ?? 0) + 1
        times.set(step, time)
        if (dead || (crash?.step === step && crash.time === time)) die()
      }
      const hang = (): Promise<never> =>
        new Promise((_resolve, reject) => hanging.push(() => reject(new Error('the test is over'))))

      const send = async (request: SendRequest): Promise<SendResult> => {
        const key = request.replyTo
        try {
          pass('send:before-intent')
          if (ledger.has(key)) return { kind: 'withheld', why: 'answered_before' }
          ledger.set(key, 'unconfirmed')
          pass('send:after-intent')
          delivered.push(request)
          pass('send:after-send')
          ledger.set(key, 'sent')
          pass('send:after-outcome')
        } catch {
          return hang()
        }
        await tick()
        return { kind: 'sent', messageIds: [`m-${key}`] }
      }
      const conversations = createConversations({
        stateDir,
        log,
        now: () => (clock += 1),
        newId: () => next().toString(16).padStart(8, '0'),
        newSessionId: () => `c7b1a1f0-0000-4000-8000-${next().toString(16).padStart(12, '0')}`,
        askModel,
        toolsFor: () => NO_TOOLS,
        takeIn: () => Promise.resolve({ kind: 'taken', lines: [] }),
        send,
        outcomeFor: (eventId) => ledger.get(eventId),
        onDone: (eventId) => {
          pass('done:before')
          open.delete(eventId)
          pass('done:after')
        },
        typing: ({ eventId }, state) => signs.push(`${eventId} ${state}`),
        reached: (step) => {
          const known = CRASH_STEPS.find((each) => each === step)
          if (known !== undefined) pass(known)
          else if (dead) die()
        },
        progress: createProgress({
          tell: () => true,
          streamRedactor: () => ({ push: (piece) => piece, end: () => '' }),
        }),
        report: (activity) => reports.push(activity),
        ...options,
      })
      runs.push({
        conversations,
        release: () => {
          dead = true
          for (const each of hanging) each()
        },
      })
      return {
        conversations,
        dead: isDead,
        settled: async () => {
          while (!isDead() && conversations.turns() > 0) await tick()
          // What other sessions have in hand comes to where the dead stand still.
          for (let ticks = 0; ticks < 20; ticks += 1) await tick()
        },
      }
    },
    log: () => readFileSync(logFile, 'utf8'),
    async end() {
      for (const { conversations, release } of runs) {
        const closed = conversations.close()
        release()
        await closed
      }
      log.close()
    },
  }
}

export interface TranscriptOnDisk {
  readonly id: string
  readonly parentSession: string | undefined
  readonly entries: readonly Entry[]
}

/**
 * All transcripts of a state directory, without a last line that nobody has opened and cut off yet. Throws if
 * another line is no entry.
 */
export const transcriptsIn = (stateDir: string): readonly TranscriptOnDisk[] =>
  transcriptFilesIn(stateDir).map((name) => {
    const [first, ...rest] = readFileSync(name, 'utf8').split('\n').slice(0, -1)
    const header = parseHeader(JSON.parse(first ?? ''))
    if (header === undefined) throw new Error(`${name} has no header`)
    const entries = rest.map((line) => {
      const entry = parseEntry(JSON.parse(line))
      if (entry === undefined) throw new Error(`${name} has a line that is no entry: ${line}`)
      return entry
    })
    return { id: header.id, parentSession: header.parentSession, entries }
  })

/** The paths of all transcripts of a state directory. */
export const transcriptFilesIn = (stateDir: string): readonly string[] => {
  const folder = join(stateDir, 'sessions')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name))
}
