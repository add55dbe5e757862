import { join } from 'node:path'
import { z } from 'zod'
import { PROVIDERS } from '../../shared/domain/provider.ts'
import { openLineFile } from '../journal/line-file.ts'
import { readJournal } from '../journal/read-journal.ts'

const intentLine = z.object({
  t: z.literal('intent'),
  id: z.string().min(1),
  /** Milliseconds since the epoch. */
  at: z.number(),
  session: z.string(),
  provider: z.enum(PROVIDERS),
  chatId: z.string(),
  replyTo: z.string(),
  kind: z.enum(['answer', 'pairing', 'notice', 'message']),
  /** Counted from 1. */
  part: z.number().int().positive(),
  parts: z.number().int().positive(),
  /** Emptied by a compaction once it is certain that it arrived. */
  text: z.string(),
  /** Of the text, and of the file where there is one. */
  textHash: z.string(),
  file: z.object({ name: z.string(), bytes: z.number(), sha256: z.string() }).optional(),
})

const outcomeLine = z.object({
  t: z.literal('outcome'),
  id: z.string().min(1),
  at: z.number(),
  result: z.enum(['sent', 'failed', 'unconfirmed', 'withheld']),
  messageId: z.string().optional(),
  why: z.string().optional(),
})

export type Intent = Readonly<z.infer<typeof intentLine>>
export type Outcome = Readonly<z.infer<typeof outcomeLine>>

/** One part of a reply, and how it ended; no outcome: it is under way. */
interface Entry {
  readonly intent: Intent
  readonly outcome: Outcome | undefined
}

export interface Ledger {
  /** Durable when it returns. @throws what the disk says; then nothing may be sent. */
  intend(intent: Omit<Intent, 't'>): void
  /** Never throws: without an outcome on disk the next start calls it unconfirmed, which is the safe side. */
  conclude(outcome: Omit<Outcome, 't'>): void
  /** All that is known about the replies to one event, oldest first. */
  repliesTo(event: string): readonly Entry[]
  /** Oldest first, also those of earlier runs. */
  unconfirmed(): readonly Intent[]
  close(): void
}

export interface LedgerOptions {
  readonly folder: string
  readonly now: () => number
  /** Replies to an open event are kept whatever their age. */
  readonly isOpen: (event: string) => boolean
  readonly compactAbove?: number
  readonly onProblem: (message: string, error: unknown) => void
}

const COMPACT_ABOVE = 4 * 1024 * 1024
const GROWTH = 2
const KEEP_UNCONFIRMED_MS = 7 * 24 * 60 * 60 * 1000
const KEEP_UNCONFIRMED = 5_000
/** An echo of our own words comes back within this time (providers.md 7). */
const KEEP_RECENT_MS = 60_000
/** Entries in memory: beyond it, what is not kept for a reason is dropped from memory and file. */
const MAX_ENTRIES = 10_000

/**
 * Opens `<folder>/outbox.jsonl`. An intent without an outcome is a send that a crash cut: whether it arrived nobody
 * knows, so it is concluded as unconfirmed, here and now, and never sent again.
 * @throws ClawdbotError `store_corrupt` if a line can not be read, or what the disk says.
 */
export const openLedger = (options: LedgerOptions): Ledger => {
  const path = join(options.folder, 'outbox.jsonl')
  const entries = new Map<string, Entry>()
  const byEvent = new Map<string, Set<string>>()

  const note = (line: Intent | Outcome): void => {
    if (line.t === 'intent') {
      entries.set(line.id, { intent: line, outcome: undefined })
      const ids = byEvent.get(line.replyTo) ?? new Set<string>()
      byEvent.set(line.replyTo, ids.add(line.id))
      return
    }
    const entry = entries.get(line.id)
    if (entry === undefined) return
    // What arrived stands in the transcript; it need not stay in memory a second time.
    const intent = line.result === 'sent' ? { ...entry.intent, text: '' } : entry.intent
    entries.set(line.id, { intent, outcome: line })
  }

  for (const line of readJournal(path, parseLedgerLine)) note(line)
  const file = openLineFile(path)

  const conclude = (outcome: Omit<Outcome, 't'>): void => {
    const line: Outcome = { t: 'outcome', ...outcome }
    note(line)
    if (!file.appendEventually(JSON.stringify(line)))
      options.onProblem('the outbox ledger could not be written; it is tried again', undefined)
    compactIfLarge()
  }

  const limit = options.compactAbove ?? COMPACT_ABOVE
  let compactAt = limit
  const compactIfLarge = (): void => {
    if (file.size() <= compactAt && entries.size <= MAX_ENTRIES) return
    for (const entry of notWorthKeeping([...entries.values()], options)) {
      const { id, replyTo } = entry.intent
      entries.delete(id)
      byEvent.get(replyTo)?.delete(id)
      if (byEvent.get(replyTo)?.size === 0) byEvent.delete(replyTo)
    }
    try {
      const lines = [...entries.values()].flatMap(({ intent, outcome }) =>
        outcome === undefined ? [intent] : [intent, outcome],
      )
      file.replace(lines.map((line) => JSON.stringify(line)))
      compactAt = Math.max(limit, file.size() * GROWTH)
    } catch (error) {
      compactAt = file.size() * GROWTH
      options.onProblem('the outbox ledger could not be made smaller', error)
    }
  }

  for (const { intent, outcome } of entries.values())
    if (outcome === undefined)
      conclude({ id: intent.id, at: options.now(), result: 'unconfirmed', why: 'cut by a crash' })
  compactIfLarge()

  return {
    intend: (intent) => {
      const line: Intent = { t: 'intent', ...intent }
      file.append(JSON.stringify(line))
      note(line)
    },
    conclude,
    repliesTo: (event) =>
      [...(byEvent.get(event) ?? [])].flatMap((id) => {
        const entry = entries.get(id)
        return entry === undefined ? [] : [entry]
      }),
    unconfirmed: () =>
      [...entries.values()]
        .filter(({ outcome }) => outcome?.result === 'unconfirmed')
        .map(({ intent }) => intent),
    close: () => file.close(),
  }
}

const parseLedgerLine = (text: string): Intent | Outcome | undefined => {
  try {
    return z.discriminatedUnion('t', [intentLine, outcomeLine]).parse(JSON.parse(text))
  } catch {
    // The caller refuses the whole ledger, by the number of the line.
    return undefined
  }
}

/** Kept: what is under way, recent, a reply to an open event, or unconfirmed and not too old or too many. */
const notWorthKeeping = (entries: readonly Entry[], options: LedgerOptions): readonly Entry[] => {
  const now = options.now()
  const unconfirmed = entries.filter(
    ({ intent, outcome }) => outcome?.result === 'unconfirmed' && now - intent.at < KEEP_UNCONFIRMED_MS,
  )
  const kept = new Set(unconfirmed.slice(-KEEP_UNCONFIRMED))
  return entries.filter(
    (entry) =>
      entry.outcome !== undefined &&
      now - entry.intent.at >= KEEP_RECENT_MS &&
      !options.isOpen(entry.intent.replyTo) &&
      !kept.has(entry),
  )
}
