import { join } from 'node:path'
import { PROVIDERS, type ProviderId } from '../../shared/domain/provider.ts'
import { openLineFile } from '../journal/line-file.ts'
import { readJournal } from '../journal/read-journal.ts'
import type { AcceptedItem } from './accepted-item.ts'
import type { Dedupe } from './dedupe.ts'
import { formatJournalLine, type JournalLine, parseJournalLine } from './journal-lines.ts'

/** The messages that passed the gate, on disk before anybody else hears of them, until they are done. */
export interface Inbox {
  /** Durable when it returns. @throws what the disk says; the message is then not accepted. */
  accept(item: AcceptedItem, otherIds: readonly string[]): void
  /**
   * The event was dealt with at once: it is never open, and under any of its names it is known from now on. Durable
   * when it returns. @throws what the disk says; it is known all the same until this process ends.
   */
  settled(provider: ProviderId, ids: readonly string[]): void
  /** Nothing remains to be done about the event. One that is not open is ignored. Never throws. */
  done(eventId: string): void
  /** The item, as long as it is open. */
  find(eventId: string): AcceptedItem | undefined
  /** In the order of acceptance. */
  openItems(): readonly AcceptedItem[]
  close(): void
}

export interface InboxOptions {
  readonly folder: string
  readonly dedupe: Dedupe
  /** A larger journal is compacted, at start and while running. Bytes. */
  readonly compactAbove?: number
  /** Something to tell the owner; the inbox itself goes on. */
  readonly onProblem: (message: string, error: unknown) => void
}

const COMPACT_ABOVE = 4 * 1024 * 1024
/** A compacted journal of nothing but ids may itself be large: it is not compacted again before it has doubled. */
const GROWTH = 2
const IDS_PER_LINE = 500

/**
 * Opens the journal `<folder>/inbox.jsonl`: what is still open is known again, and what was seen is in `dedupe`.
 * @throws ClawdbotError `store_corrupt` if a line of it can not be read, or what the disk says.
 */
export const openInbox = (options: InboxOptions): Inbox => {
  const path = join(options.folder, 'inbox.jsonl')
  const { dedupe } = options
  const open = new Map<string, Extract<JournalLine, { t: 'accepted' }>>()
  for (const line of readJournal(path, parseJournalLine)) {
    if (line.t === 'done') open.delete(line.eventId)
    else if (line.t === 'seen') dedupe.accepted(line.provider, line.ids)
    else {
      open.set(line.item.eventId, line)
      dedupe.accepted(line.item.provider, [line.item.eventId, ...line.otherIds])
    }
  }
  const file = openLineFile(path)
  const limit = options.compactAbove ?? COMPACT_ABOVE
  let compactAt = limit

  const compactIfLarge = (): void => {
    if (file.size() <= compactAt) return
    try {
      file.replace([...seenLines(dedupe), ...open.values()].map(formatJournalLine))
      compactAt = Math.max(limit, file.size() * GROWTH)
    } catch (error) {
      compactAt = file.size() * GROWTH
      options.onProblem('the inbox journal could not be made smaller', error)
    }
  }
  compactIfLarge()

  return {
    accept: (item, otherIds) => {
      const line: JournalLine = { t: 'accepted', item, otherIds }
      file.append(formatJournalLine(line))
      open.set(item.eventId, line)
      dedupe.accepted(item.provider, [item.eventId, ...otherIds])
      compactIfLarge()
    },
    settled: (provider, ids) => {
      dedupe.accepted(provider, ids)
      file.append(formatJournalLine({ t: 'seen', provider, ids }))
      compactIfLarge()
    },
    done: (eventId) => {
      if (!open.delete(eventId)) return
      if (!file.appendEventually(formatJournalLine({ t: 'done', eventId })))
        options.onProblem('the inbox journal could not be written; it is tried again', undefined)
      compactIfLarge()
    },
    find: (eventId) => open.get(eventId)?.item,
    openItems: () => [...open.values()].map((line) => line.item),
    close: () => file.close(),
  }
}

const seenLines = (dedupe: Dedupe): readonly JournalLine[] =>
  PROVIDERS.flatMap((provider) => {
    const ids = dedupe.acceptedIds(provider)
    const lines: JournalLine[] = []
    for (let from = 0; from < ids.length; from += IDS_PER_LINE)
      lines.push({ t: 'seen', provider, ids: ids.slice(from, from + IDS_PER_LINE) })
    return lines
  })
