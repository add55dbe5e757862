import { createHash } from 'node:crypto'
import { hostCommandText, type ToolAct } from '../../shared/contracts/acts.ts'
import type { ApprovalAnswer } from '../../shared/contracts/bridge.ts'
import type { FromGateway, ToGateway } from '../../shared/contracts/gateway.ts'
import type { ApprovalView } from '../../shared/contracts/hands-views.ts'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { ApproveMode } from '../../shared/domain/hands.ts'
import { recorded } from '../acts/recorded.ts'
import type { Audit } from '../audit/audit.ts'

/** Without an answer by then it is denied; an approval that was not used by then is void. */
export const APPROVAL_TTL_MS = 5 * 60_000
/** Commands that wait for the owner. Nobody reads more than that with care. */
const MAX_WAITING = 20
/** Approvals that were given and not used. A working gateway has one a session at most. */
const MAX_GIVEN = 200
/** Texts that are not asked about again. */
const MAX_REMEMBERED = 1_000

type Ask = Extract<FromGateway, { type: 'approval-ask' }>
type Answer = Extract<ToGateway, { type: 'approval-answer' }>

export interface ApprovalDeskOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly audit: Pick<Audit, 'perform' | 'intend' | 'conclude' | 'note'>
  readonly isLocked: () => boolean
  readonly approve: () => ApproveMode
  /** Why the shell of the host is not for whoever asks, by the rules as they are now; undefined: it may be asked for. */
  readonly refusal: (ask: Pick<Ask, 'provider' | 'sender' | 'session'>) => string | undefined
  /** What they call themselves, unverified. */
  readonly claimedName: (provider: Ask['provider'], sender: string) => string
  readonly answer: (message: Answer) => void
  readonly onChange: (waiting: readonly ApprovalView[]) => void
  readonly onError: (error: unknown) => void
}

/** Where commands for the host wait for the owner's word. */
export interface ApprovalDesk {
  readonly asked: (ask: Ask) => void
  readonly withdrawn: (message: Extract<FromGateway, { type: 'approval-withdrawn' }>) => void
  /**
   * The owner's word on the text whose SHA-256 is named. Resolves with a sentence. Errors: `approval_unknown` where
   * nobody waits for it (any more) or the text is another one; `audit_unwritable`, `audit_broken`: then it still waits.
   */
  readonly answer: (id: number, sha256: string, answer: ApprovalAnswer) => Promise<string>
  /** Of an intent: was exactly this approved, and not used before? Uses it up. */
  readonly use: (act: ToolAct) => boolean
  /** The rules have changed: whoever lost the host loses what waits, what was given and what is remembered. */
  readonly review: () => void
  /** STOP: everything that waits is denied, and nothing that was ever approved holds. */
  readonly void: (why: string) => void
  /** The same at the end of a gateway, but for what `approve: "new"` remembers of this run of the supervisor. */
  readonly gatewayGone: (why: string) => void
  /** Oldest first. */
  readonly view: () => readonly ApprovalView[]
  readonly close: () => void
}

/** One command that waits, or that was approved and not used. */
interface Entry {
  /** The gateway's number; a new gateway counts from 1 again. */
  readonly askId: number
  readonly view: ApprovalView
  /** The owner has spoken, and it is being recorded. */
  deciding: boolean
  timer: NodeJS.Timeout | undefined
}

/** Texts that are not asked about again, each with whom it was approved for. */
type Remembered = Map<string, Pick<Ask, 'provider' | 'sender' | 'session'>>

/** What an approval is for, and all that it is for. */
const keyOf = ({ session, sha256 }: { readonly session: string; readonly sha256: string }): string =>
  `${session}\n${sha256}`

export const createApprovalDesk = (options: ApprovalDeskOptions): ApprovalDesk => {
  const { now, audit } = options
  let lastId = 0
  const waiting = new Map<number, Entry>()
  /** By the gateway's number. */
  const given = new Map<number, Entry>()
  const forSession: Remembered = new Map()
  /** Approved in this run of the supervisor: with `new` they are not asked about again. */
  const before: Remembered = new Map()

  const viewOf = ({ provider, sender, session, command }: Ask, id: number): ApprovalView => {
    const askedAt = now()
    return {
      id,
      askedAt,
      expiresAt: askedAt + APPROVAL_TTL_MS,
      provider,
      sender,
      claimedName: options.claimedName(provider, sender),
      session,
      ...command,
      sha256: createHash('sha256').update(hostCommandText(command)).digest('hex'),
    }
  }

  const view = (): readonly ApprovalView[] => [...waiting.values()].map((entry) => entry.view)
  const show = (): void => options.onChange(view())

  const remove = (entry: Entry): void => {
    clearTimeout(entry.timer)
    if (waiting.delete(entry.view.id)) show()
  }

  const deny = (entry: Entry, why: string): void => {
    remove(entry)
    options.answer({ type: 'approval-answer', askId: entry.askId, answer: 'denied', why })
  }

  /** Denied by nobody's word: the time, a stop, the rules. */
  const lapse = (entry: Entry, why: string): void => {
    deny(entry, why)
    audit.note(entryOf('host.deny', 'supervisor', entry.view, { why }))
  }

  const give = (entry: Entry): void => {
    remove(entry)
    given.set(entry.askId, { ...entry, view: { ...entry.view, expiresAt: now() + APPROVAL_TTL_MS } })
    dropOldest(given, MAX_GIVEN)
    options.answer({ type: 'approval-answer', askId: entry.askId, answer: 'approved', why: '' })
  }

  const isKnown = (asked: ApprovalView): boolean =>
    forSession.has(keyOf(asked)) || (options.approve() === 'new' && before.has(keyOf(asked)))

  const isExpired = (entry: Entry): boolean => now() >= entry.view.expiresAt

  const refusalNow = (asker: Pick<Ask, 'provider' | 'sender' | 'session'>): string | undefined =>
    options.isLocked() ? 'everything is stopped' : options.refusal(asker)

  const end = (why: string): void => {
    for (const entry of waiting.values()) lapse(entry, why)
    given.clear()
    forSession.clear()
  }

  const wait = (entry: Entry): void => {
    waiting.set(entry.view.id, entry)
    entry.timer = setTimeout(() => lapse(entry, NO_ANSWER), APPROVAL_TTL_MS)
    entry.timer.unref()
    show()
  }

  return {
    asked(ask) {
      const { askId } = ask
      const refuse = (why: string): void =>
        options.answer({ type: 'approval-answer', askId, answer: 'denied', why })
      const isTaken = given.has(askId) || [...waiting.values()].some((entry) => entry.askId === askId)
      // Another answer under the same number would be taken for the first one's.
      if (isTaken) return
      const refusal = refusalNow(ask)
      if (refusal !== undefined) return refuse(refusal)
      if (waiting.size >= MAX_WAITING)
        return refuse(`${String(MAX_WAITING)} commands wait for the owner already`)
      lastId += 1
      const entry: Entry = { askId, view: viewOf(ask, lastId), deciding: false, timer: undefined }
      if (!isKnown(entry.view)) return wait(entry)
      audit.note(entryOf('host.approve', 'supervisor', entry.view, { why: 'approved before' }))
      give(entry)
    },
    withdrawn({ askId }) {
      given.delete(askId)
      for (const entry of waiting.values()) if (entry.askId === askId) remove(entry)
    },
    async answer(id, sha256, answer) {
      const entry = waiting.get(id)
      if (entry === undefined || entry.deciding) throw nobodyWaits()
      if (entry.view.sha256 !== sha256) throw anotherText()
      entry.deciding = true
      const said = { answer }
      if (answer === 'deny') {
        // It holds before it is recorded: a disk that hangs must not keep the command waiting.
        deny(entry, 'the owner denied it')
        await recorded(
          audit,
          'restricts',
          entryOf('host.deny', 'owner', entry.view, said),
          done,
          options.onError,
        )
        return 'The command was denied. It did not run.'
      }
      try {
        await recorded(
          audit,
          'grants',
          entryOf('host.approve', 'owner', entry.view, said),
          async () => {
            // The record took a moment, in which it may have been taken back, stopped, or too late.
            if (waiting.get(id) !== entry || isExpired(entry)) throw nobodyWaits()
            const refusal = refusalNow(entry.view)
            if (refusal !== undefined) {
              deny(entry, refusal)
              throw new ClawdbotError(
                'approval_unknown',
                `the command may not run: ${refusal}`,
                'It was denied.',
              )
            }
            remember(before, entry.view)
            if (answer === 'session') remember(forSession, entry.view)
            give(entry)
          },
          options.onError,
        )
      } finally {
        entry.deciding = false
      }
      return answer === 'session'
        ? 'The command was approved, and the same text is not asked about again in this session.'
        : 'The command was approved, once.'
    },
    use(act) {
      const entry = act.approval === null ? undefined : given.get(act.approval)
      if (entry === undefined) return false
      given.delete(entry.askId)
      const { sha256, session, provider, sender } = entry.view
      return (
        act.tool === 'bash' &&
        act.place === 'host' &&
        !isExpired(entry) &&
        act.argsSha256 === sha256 &&
        act.session === session &&
        act.provider === provider &&
        act.sender === sender
      )
    },
    review() {
      for (const entry of waiting.values()) {
        const refusal = refusalNow(entry.view)
        if (refusal !== undefined) lapse(entry, refusal)
      }
      for (const entry of given.values()) if (refusalNow(entry.view) !== undefined) given.delete(entry.askId)
      // Whoever is given the host again is asked about again.
      for (const texts of [forSession, before])
        for (const [key, asker] of texts) if (refusalNow(asker) !== undefined) texts.delete(key)
    },
    void(why) {
      end(why)
      // After a STOP nothing that was trusted before it is trusted again by itself.
      before.clear()
    },
    gatewayGone: end,
    view,
    close() {
      for (const entry of waiting.values()) clearTimeout(entry.timer)
      waiting.clear()
      given.clear()
    },
  }
}

const NO_ANSWER = 'the owner did not answer within five minutes'

const done = (): Promise<void> => Promise.resolve()

/** Never the text: its hash stands for it. */
const entryOf = (
  act: 'host.approve' | 'host.deny',
  actor: AuditEntry['actor'],
  { provider, sender, session, sha256 }: ApprovalView,
  more: { readonly why: string } | { readonly answer: ApprovalAnswer },
): AuditEntry => ({ act, actor, provider, sender, session, detail: { sha256, ...more } })

const remember = (texts: Remembered, approved: ApprovalView): void => {
  const { provider, sender, session } = approved
  texts.set(keyOf(approved), { provider, sender, session })
  dropOldest(texts, MAX_REMEMBERED)
}

const dropOldest = <Key>(map: Map<Key, unknown>, most: number): void => {
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}

const nobodyWaits = (): ClawdbotError =>
  new ClawdbotError(
    'approval_unknown',
    'nobody waits for an answer to this command any more',
    'It was answered, taken back, or denied because its time was over. It did not run by this answer.',
  )

const anotherText = (): ClawdbotError =>
  new ClawdbotError(
    'approval_unknown',
    'the command that waits is not the one that was shown',
    'Look at it again before you answer.',
  )
