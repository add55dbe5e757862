// The audit: what was decided and done, each act written before it happens. Detectable is every change of the
// log, the checkpoints or the heads, of each alone, of each in part, and of the folder as a whole, because a head
// stands outside it too. Not detectable from the files is that all of the state directory was put back to an
// earlier copy of itself, or written anew by somebody who has the key: for that the head's short code stands on the
// screen, and `clawdbot audit verify --head <code>` says whether a code that was noted earlier is in the chain.
import type { AuditView } from '../../shared/contracts/app-state.ts'
import { type AuditEntry, shortCode } from '../../shared/domain/audit.ts'
import { type ClawdbotError, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { auditBroken, auditFailure } from './fault.ts'
import { auditFiles } from './format/audit-files.ts'
import { type Limits, USUAL_LIMITS } from './format/chain-file.ts'
import type { Draft } from './format/record.ts'
import { createLedger } from './ledger.ts'
import { type AuditReport, verifySnapshot } from './verify/verify-audit.ts'
import { createWriteQueue } from './write-queue.ts'

/** Names a durable record. */
export interface AuditRef {
  readonly seq: number
}

export interface Audit {
  /** Durable (fdatasync) when it resolves. Errors: `audit_unwritable`, `audit_broken`. */
  readonly intend: (entry: AuditEntry) => Promise<AuditRef>
  /** How an intended act ended. Never throws; durable with the next batch. */
  readonly conclude: (ref: AuditRef, result: string, detail?: AuditEntry['detail']) => void
  /** Something that happened and needed no permission. Never throws; durable with the next batch. */
  readonly note: (entry: AuditEntry) => void
  /** Intent, work, outcome; without the intent the work does not begin. Errors: those of `intend` and of the work. */
  readonly perform: <T>(entry: AuditEntry, work: () => Promise<T>) => Promise<T>
  /** An event, durable when it resolves. Errors: those of `intend`. */
  readonly record: (entry: AuditEntry) => Promise<AuditRef>
  readonly view: () => AuditView
  /** The whole chain, from disk, a few milliseconds at a time. Errors: `audit_unwritable`, and what the disk says. */
  readonly verify: () => Promise<AuditReport>
  /** Everything queued is on disk, or has failed and was told to `onError`. */
  readonly flush: () => Promise<void>
  /** What is queued is written and signed. After it everything is refused. */
  readonly close: () => Promise<void>
}

export interface AuditOptions {
  readonly paths: StatePaths
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onChange?: (view: AuditView) => void
  readonly onError?: (error: unknown) => void
  /** For tests. */
  readonly limits?: Partial<AuditLimits>
}

interface AuditLimits extends Limits {
  /** A checkpoint is due after so many records, … */
  readonly checkpointRecords: number
  /** … or so many milliseconds after the first that none signs. */
  readonly checkpointMs: number
}

const USUAL: AuditLimits = { ...USUAL_LIMITS, checkpointRecords: 64, checkpointMs: 10_000 }

/**
 * Opens the audit of a state directory, or begins it. Never throws, whatever is in the files and whatever the disk
 * says: then `view().state` is `broken` or `closed`, and what needs a record is refused.
 */
export const openAudit = async (options: AuditOptions): Promise<Audit> => {
  const { paths, now, onChange, onError } = options
  const limits = { ...USUAL, ...options.limits }
  const files = auditFiles(paths)
  const ledger = createLedger(files, now, limits)
  let state: AuditView['state'] = 'checking'
  let checkedAt: number | null = null
  let problem: ErrorView | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const view = (): AuditView => {
    const { records, hash, repairs } = ledger.seen()
    return { state, records, head: shortCode(hash), checkedAt, repairs, error: problem }
  }
  const change = (next: AuditView['state'], error: ErrorView | null): void => {
    state = next
    problem = error
    onChange?.(view())
  }
  const fail = (error: unknown): ClawdbotError => {
    const ours = auditFailure(error, files.folder)
    change(ours.code === 'audit_broken' ? 'broken' : 'closed', toErrorView(ours))
    onError?.(ours)
    return ours
  }

  const sign = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    await ledger.sign().catch(fail)
  }
  const queue = createWriteQueue({
    fail,
    lost: (records) => ({
      at: now(),
      kind: 'event',
      entry: { act: 'audit.lost', actor: 'supervisor', detail: { records } },
    }),
    write: async (drafts, durable) => {
      const seq = await ledger.write(drafts, durable)
      change('whole', null)
      return seq
    },
    written: async () => {
      if (ledger.seen().unsigned >= limits.checkpointRecords) return sign()
      timer ??= setTimeout(() => void sign(), limits.checkpointMs).unref()
    },
  })

  const isClosed = (): ClawdbotError => auditFailure(new Error('it was closed'), files.folder)
  const awaited = async (kind: 'intent' | 'event', entry: AuditEntry): Promise<AuditRef> => {
    if (closed) throw isClosed()
    return { seq: await queue.add({ at: now(), kind, entry }) }
  }
  const quiet = (draft: Draft): void => {
    if (closed) onError?.(isClosed())
    else queue.addQuietly(draft)
  }

  /** What an outcome repeats of its intent. */
  const intents = new WeakMap<AuditRef, AuditEntry>()
  const intend = async (entry: AuditEntry): Promise<AuditRef> => {
    const ref = await awaited('intent', entry)
    intents.set(ref, entry)
    return ref
  }
  const conclude: Audit['conclude'] = (ref, result, detail) => {
    const intent = intents.get(ref)
    if (intent === undefined) {
      onError?.(new Error(`record ${String(ref.seq)} is no open intent`))
      return
    }
    intents.delete(ref)
    const { detail: _, ...entry } = intent
    const outcome = detail === undefined ? entry : { ...entry, detail }
    quiet({ at: now(), kind: 'outcome', entry: outcome, ref: ref.seq, result })
  }

  await ledger.open().then(() => change('whole', null), fail)

  return {
    intend,
    conclude,
    view,
    record: (entry) => awaited('event', entry),
    note: (entry) => quiet({ at: now(), kind: 'event', entry }),
    perform: async (entry, work) => {
      const ref = await intend(entry)
      try {
        const value = await work()
        conclude(ref, 'done')
        return value
      } catch (error) {
        conclude(ref, 'failed', { code: toErrorView(error).code })
        throw error
      }
    },
    verify: async () => {
      await queue.idle()
      const report = await verifySnapshot(files, await ledger.snapshot(), undefined)
      checkedAt = now()
      if (report.needsRepair && report.firstBroken !== null) {
        ledger.condemn(report.firstBroken)
        fail(auditBroken(report.firstBroken))
        return report
      }
      if (report.ok) ledger.pardon()
      if (report.ok && state === 'broken') change('whole', null)
      else onChange?.(view())
      return report
    },
    flush: () => queue.idle(),
    close: async () => {
      if (closed) return
      await queue.idle()
      closed = true
      // Where nothing could be written, nothing more is waited for.
      if (ledger.seen().unsigned > 0) await sign()
      clearTimeout(timer)
      await ledger.close()
    },
  }
}
