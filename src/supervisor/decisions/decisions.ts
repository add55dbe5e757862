import type { DecisionView } from '../../shared/contracts/people-views.ts'
import { samePerson } from '../../shared/domain/account.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { AuditAct } from '../../shared/domain/audit.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { parseSenderId, SENDER_ID_HINT, type SenderId } from '../../shared/domain/identity.ts'
import type { PairingRequest } from '../../shared/domain/pairing.ts'
import type { People } from '../../shared/domain/people.ts'
import { PROVIDER_LABEL, type ProviderId } from '../../shared/domain/provider.ts'
import { removeApproved } from '../../shared/state/allow-store.ts'
import { blockPerson, namesOfPerson, unblockPerson } from '../../shared/state/block-person.ts'
import { approveSender, denyRequest, restoreRequest } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { type Effect, recorded } from '../acts/recorded.ts'
import type { Audit } from '../audit/audit.ts'
import { claimedName } from '../people/claims.ts'
import type { Notes } from '../people/notes.ts'
import type { ProviderPeople } from '../people/read-provider.ts'
import { nobodyLetIn } from '../refusals.ts'
import type { Decision, DecisionBook } from './decision-book.ts'

/** How long the screen offers to take a decision back. */
const UNDO_OFFERED_MS = 10_000

/** What the owner may decide about people. Each resolves, with a sentence, when it is true: see `settle`. */
export interface Decisions {
  readonly approve: (provider: ProviderId, id: string, code: string) => Promise<string>
  readonly deny: (provider: ProviderId, id: string) => Promise<string>
  readonly block: (provider: ProviderId, id: string) => Promise<string>
  readonly unblock: (provider: ProviderId, id: string) => Promise<string>
  readonly revoke: (provider: ProviderId, id: string) => Promise<string>
  readonly undo: (decisionId: string) => Promise<string>
}

export interface DecisionsOptions {
  readonly paths: StatePaths
  readonly now: () => number
  readonly newId: () => string
  readonly notes: Notes
  readonly book: DecisionBook
  readonly audit: Pick<Audit, 'perform' | 'intend' | 'conclude'>
  readonly isLocked: () => boolean
  /** When the last lockdown ended, milliseconds since the epoch. */
  readonly resumedAt: () => Promise<number>
  readonly providerNow: (provider: ProviderId) => ProviderPeople | undefined
  /** Reads the files again, tells the gateway, and waits until it has acknowledged or is dead. */
  readonly settle: () => Promise<void>
  /** The book has changed. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

export const createDecisions = (options: DecisionsOptions): Decisions => {
  const { paths, now, notes, book } = options

  const inAudit = <T>(
    effect: Effect,
    act: AuditAct,
    provider: ProviderId,
    sender: SenderId,
    work: () => Promise<T>,
  ): Promise<T> =>
    recorded(options.audit, effect, { act, actor: 'owner', provider, sender }, work, options.onError)

  const record = async (
    kind: DecisionView['kind'],
    provider: ProviderId,
    sender: SenderId,
    request: PairingRequest | null,
  ): Promise<void> => {
    const at = now()
    const name =
      request === null ? (notes.of(provider, sender)?.claimedName ?? '') : claimedName(request.meta)
    const undoUntil = at + UNDO_OFFERED_MS
    const view = { id: options.newId(), at, provider, sender, claimedName: name, kind, undoUntil }
    await put({ view, request })
  }

  const put = async (decision: Decision): Promise<void> => {
    try {
      await book.put(decision)
    } catch (error) {
      // The decision itself stands; only its place in the list does not survive a restart.
      options.onError(error)
    }
    options.onChange()
  }

  const ifWaiting = async (provider: ProviderId, sender: SenderId): Promise<PairingRequest | null> => {
    try {
      return (await denyRequest(paths, provider, { sender }, now())).request
    } catch (error) {
      if (error instanceof ClawdbotError && error.code === 'request_unknown') return null
      throw error
    }
  }

  const restore = async (decision: Decision): Promise<boolean> => {
    const { view, request } = decision
    // A stop has made every code of before it worthless; undoing what was decided before brings none back.
    if (request === null || view.at < (await options.resumedAt())) return false
    try {
      await restoreRequest(paths, view.provider, request, now())
      return true
    } catch (error) {
      if (error instanceof ClawdbotError && error.code === 'request_unknown') return false
      throw error
    }
  }

  const takeBack = async (decision: Decision, sender: SenderId): Promise<string> => {
    const { kind, provider } = decision.view
    switch (kind) {
      case 'approved':
        await removeApproved(paths, provider, sender)
        return `${sender} is not let in any more`
      case 'denied':
        // The request waits again, which is all there is to it: see `undo`.
        return 'The refusal is taken back'
      case 'blocked':
        await unblockPerson(paths, provider, sender)
        return `${sender} is not blocked any more`
      case 'undone':
        throw undone
      default:
        return assertNever(kind)
    }
  }

  return {
    async approve(provider, id, code) {
      const sender = senderOf(provider, id)
      if (options.isLocked()) throw nobodyLetIn()
      const at = now()
      const { request } = await inAudit('grants', 'pairing.approve', provider, sender, async () => {
        // The record took a moment, in which the owner may have pressed STOP.
        if (options.isLocked()) throw nobodyLetIn()
        return approveSender(paths, provider, sender, code, at)
      })
      notes.remember(provider, sender, { claimedName: claimedName(request.meta), approvedAt: at })
      await Promise.all([notes.save().catch(options.onError), options.settle()])
      await record('approved', provider, sender, request)
      return `${nameOf(request)} may write to the agent on ${PROVIDER_LABEL[provider]} now.`
    },
    async deny(provider, id) {
      const sender = senderOf(provider, id)
      const { request } = await inAudit('restricts', 'pairing.deny', provider, sender, () =>
        denyRequest(paths, provider, { sender }, now()),
      )
      await options.settle()
      await record('denied', provider, sender, request)
      return `${nameOf(request)} was denied, and gets no code for a day.`
    },
    async block(provider, id) {
      const sender = senderOf(provider, id)
      const names = await namesOfPerson(paths, provider, sender, now())
      const owners = options.providerNow(provider)?.people.owners
      if (names.some((name) => owners?.has(name))) throw ownerBlocked(provider)
      // The block first: whatever happens to the request then, it can not be let in.
      await inAudit('restricts', 'people.block', provider, sender, () => blockPerson(paths, provider, names))
      let request: PairingRequest | null = null
      try {
        for (const name of names) request = (await ifWaiting(provider, name)) ?? request
      } finally {
        await options.settle()
      }
      await record('blocked', provider, sender, request)
      return `${sender} is blocked on ${PROVIDER_LABEL[provider]}.`
    },
    async unblock(provider, id) {
      const sender = senderOf(provider, id)
      const was = await inAudit('grants', 'people.unblock', provider, sender, () =>
        unblockPerson(paths, provider, sender),
      )
      await options.settle()
      return was ? `${sender} is not blocked any more.` : `${sender} was not blocked.`
    },
    async revoke(provider, id) {
      const sender = senderOf(provider, id)
      const inConfig = namesInConfig(sender, options.providerNow(provider)?.people)
      const was = await inAudit('restricts', 'people.revoke', provider, sender, () =>
        removeApproved(paths, provider, sender),
      )
      await options.settle()
      if (inConfig[0] !== undefined) throw givenByConfig(provider, inConfig[0])
      return was ? `${sender} can not reach the agent any more.` : `${sender} was not approved.`
    },
    async undo(decisionId) {
      const decision = book.find(decisionId)
      if (decision === undefined) throw unknownDecision
      const sender = senderOf(decision.view.provider, decision.view.sender)
      const effect = decision.view.kind === 'approved' ? 'restricts' : 'grants'
      let waits = false
      const done = await inAudit(effect, 'decision.undo', decision.view.provider, sender, async () => {
        const taken = await takeBack(decision, sender)
        if (decision.view.kind === 'denied') waits = await restore(decision)
        return taken
      })
      try {
        if (decision.view.kind !== 'denied') waits = await restore(decision)
      } finally {
        await options.settle()
      }
      await put({ ...decision, view: { ...decision.view, kind: 'undone', undoUntil: null } })
      return waits ? `${done}; the request waits again.` : `${done}.`
    },
  }
}

const senderOf = (provider: ProviderId, id: string): SenderId => {
  const sender = parseSenderId(provider, id)
  if (sender !== undefined) return sender
  throw new ClawdbotError(
    'sender_invalid',
    `this is no id of ${PROVIDER_LABEL[provider]}`,
    `It has to be ${SENDER_ID_HINT[provider]}.`,
  )
}

/** Those of a person's names that the config lets in. */
const namesInConfig = (sender: SenderId, people: People | undefined): readonly SenderId[] =>
  people === undefined
    ? []
    : samePerson(sender, people.accounts).filter(
        (name) => people.owners.has(name) || people.configured.has(name),
      )

const nameOf = (request: PairingRequest): string => claimedName(request.meta) || request.id

const undone = new ClawdbotError(
  'request_unknown',
  'this decision was undone already',
  'Nothing is left to do.',
)

const unknownDecision = new ClawdbotError(
  'request_unknown',
  'this decision is not listed any more',
  'Revoke or unblock the person on the People screen instead.',
)

const ownerBlocked = (provider: ProviderId): ClawdbotError =>
  new ClawdbotError(
    'sender_invalid',
    'the owner can not be blocked',
    `Remove the id from owner.${provider} in clawdbot.json first.`,
  )

const givenByConfig = (provider: ProviderId, sender: SenderId): ClawdbotError =>
  new ClawdbotError(
    'request_unknown',
    `${sender} is let in by the config, and still is`,
    `Remove the id from ${provider}.allowFrom or owner.${provider} in clawdbot.json; or block it.`,
  )
