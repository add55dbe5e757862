import { stat } from 'node:fs/promises'
import { createAuditLock } from './audit-lock.ts'
import { auditBroken, type Fault } from './fault.ts'
import { type AuditFiles, logFile } from './format/audit-files.ts'
import { addCheckpoint, appendRecords, type Chain, type Limits, writeHeads } from './format/chain-file.ts'
import { readPart } from './format/line-reader.ts'
import type { Draft } from './format/record.ts'
import { openChain } from './open-chain.ts'
import { type Snapshot, takeSnapshot } from './verify/snapshot.ts'

/** What this process last saw of the chain. */
interface Seen {
  readonly records: number
  /** Of the newest record; empty where there is none. */
  readonly hash: string
  readonly repairs: number
  /** Records that no checkpoint signs yet. */
  readonly unsigned: number
}

/**
 * The chain on disk, shared with other processes. Every function holds the lock while it works, one at a time, and
 * goes on from whatever was written last. Errors: `audit_broken`, `audit_unwritable` (the lock), and what the disk says.
 */
export interface Ledger {
  /** Opens the chain; begins or mends it where that is due. */
  readonly open: () => Promise<void>
  /**
   * Adds records and gives the number of the first. `durable` is called as soon as they can not be lost: where it
   * throws after that, they are in the log.
   */
  readonly write: (drafts: readonly Draft[], durable: () => void) => Promise<number>
  /** Adds a checkpoint, if it signs anything new. */
  readonly sign: () => Promise<void>
  readonly snapshot: () => Promise<Snapshot>
  /** Refuses the chain that is open, until a repair begins another one. */
  readonly condemn: (fault: Fault) => void
  /** The whole of it was found to be in order again. */
  readonly pardon: () => void
  readonly seen: () => Seen
  readonly close: () => Promise<void>
}

export const createLedger = (files: AuditFiles, now: () => number, limits: Limits): Ledger => {
  const lock = createAuditLock(files.folder)
  let chain: Chain | undefined
  /** After a failure the files are read again: something may be half written. */
  let trusted = false
  let condemned: { readonly chain: string | undefined; readonly fault: Fault } | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => lock.hold(work))
    // Whoever asked for the work hears of its failure.
    turn = mine.catch(() => undefined)
    return mine
  }

  const current = async (): Promise<Chain> => {
    if (chain === undefined || !trusted || !(await isAsLeft(files, chain))) {
      trusted = false
      const opened = await openChain(files, now(), limits)
      if (opened.kind === 'broken') throw auditBroken(opened.fault)
      chain = opened.chain
      trusted = true
    }
    if (condemned === undefined) return chain
    if (condemned.chain === chain.head.chain) throw auditBroken(condemned.fault)
    condemned = undefined
    return chain
  }

  /** Goes from the chain on disk to the next one; what fails on the way is found out by reading again. */
  const advance = async <T>(step: (chain: Chain) => Promise<T>): Promise<T> => {
    const from = await current()
    trusted = false
    const result = await step(from)
    trusted = true
    return result
  }

  return {
    open: () => exclusively(async () => void (await current())),
    write: (drafts, durable) =>
      exclusively(() =>
        advance(async (from) => {
          const appended = await appendRecords(files, from, drafts, limits)
          durable()
          chain = await writeHeads(files, appended.chain, 'eventually')
          return appended.seq
        }),
      ),
    sign: () =>
      exclusively(() =>
        advance(async (from) => {
          if (from.signedSize < from.end.seq) chain = await addCheckpoint(files, from, now())
        }),
      ),
    snapshot: () =>
      exclusively(async () => {
        // A torn end that another process left is mended first; what is broken, the verification names.
        await current().catch(() => undefined)
        return takeSnapshot(files)
      }),
    condemn: (fault) => {
      condemned = { chain: chain?.head.chain, fault }
    },
    pardon: () => {
      condemned = undefined
    },
    seen: () => ({
      records: chain?.end.seq ?? 0,
      hash: chain?.end.hash ?? '',
      repairs: chain?.head.repairs ?? 0,
      unsigned: chain === undefined ? 0 : chain.end.seq - chain.signedSize,
    }),
    close: () => lock.close(),
  }
}

/** Did nobody else write since? Every writer leaves another head, or a longer log. */
const isAsLeft = async (files: AuditFiles, { end, headBytes }: Chain): Promise<boolean> => {
  try {
    const [head, log] = await Promise.all([
      readPart(files.head, 0, headBytes.length + 1),
      stat(logFile(files, end.place.segment)),
    ])
    return head.equals(headBytes) && log.size === end.place.offset
  } catch {
    // Whatever it is, gone or no file any more: whoever reads all of it next says so.
    return false
  }
}
