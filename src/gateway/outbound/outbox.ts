import { createHash } from 'node:crypto'
import type { PrivilegedAct } from '../../shared/contracts/acts.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import { plainText } from '../../shared/domain/plain-text.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { Reached } from '../failpoint.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { Delivery, OutboundFile, Provider } from '../providers/provider.ts'
import type { Intent, Ledger, Outcome } from './ledger.ts'
import type { PrivilegedActs, RecordedAct } from './privileged-acts.ts'
import type { RecipientRefusal } from './recipient.ts'
import type { OutcomeFor, Send, SendRequest, SendResult } from './send-request.ts'
import { splitText } from './split-text.ts'

/** The one door: every message to anybody leaves through `send`. */
export interface Outbox {
  readonly send: Send
  readonly outcomeFor: OutcomeFor
  /** The sign that an answer is being written, in the conversation that asked, where the answer itself might go now. */
  readonly typing: (item: AcceptedItem, state: 'on' | 'off') => void
  /** Resolves when no send is under way. */
  idle(): Promise<void>
}

export interface OutboxOptions {
  readonly ledger: Ledger
  readonly provider: (id: ProviderId) => Provider | undefined
  /** True while the owner's STOP is latched. Asked last, before each single message. */
  readonly isLocked: () => boolean
  /** Why this request may not go where it is addressed to, now; undefined: it may. Asked before each single message. */
  readonly refusal: (request: SendRequest) => RecipientRefusal | undefined
  /** Writes a message into the audit before it leaves. */
  readonly ask: PrivilegedActs['ask']
  /** The latch was found: nothing leaves any more, and this process should end. */
  readonly onLocked: () => void
  readonly onUnconfirmed: (intent: Intent) => void
  readonly reached: Reached
  readonly now: () => number
  readonly newId: () => string
}

/** Makes the outbox over an open ledger. */
export const createOutbox = (options: OutboxOptions): Outbox => {
  const { ledger } = options
  const underWay = new Map<string, Promise<SendResult>>()

  const send: Send = (request) => {
    // One reply of a kind to an event, also while the first one is still on its way.
    const key = JSON.stringify([request.replyTo, request.kind])
    if (underWay.has(key)) return Promise.resolve({ kind: 'withheld', why: 'answered_before' })
    const sending = sendParts(request).finally(() => underWay.delete(key))
    underWay.set(key, sending)
    return sending
  }

  const sendParts = async (request: SendRequest): Promise<SendResult> => {
    const provider = options.provider(request.provider)
    if (provider === undefined) return { kind: 'failed', why: `${request.provider} is not switched on` }
    const pieces = piecesOf(request, provider)
    if (!Array.isArray(pieces)) return pieces
    const earlier = startedParts(request)
    if (!isContinuation(earlier, pieces)) return { kind: 'withheld', why: 'answered_before' }
    const messageIds = [...earlier.values()].map(({ outcome }) => outcome?.messageId ?? '')
    for (const piece of pieces) {
      if (earlier.has(piece.part)) continue
      const result = await sendPart(request, provider, piece)
      if (result.kind !== 'sent') return result
      messageIds.push(...result.messageIds)
    }
    return { kind: 'sent', messageIds }
  }

  /** What an earlier run of the same reply has begun; a part that lockdown withheld never left, so it counts not. */
  const startedParts = (
    request: SendRequest,
  ): ReadonlyMap<number, { intent: Intent; outcome: Outcome | undefined }> =>
    new Map(
      ledger
        .repliesTo(request.replyTo)
        .filter(({ intent, outcome }) => intent.kind === request.kind && outcome?.result !== 'withheld')
        .map((entry) => [entry.intent.part, entry]),
    )

  const sendPart = async (request: SendRequest, provider: Provider, piece: Piece): Promise<SendResult> => {
    if (options.isLocked()) return locked()
    const refusal = options.refusal(request)
    if (refusal !== undefined) return { kind: 'withheld', why: refusal }
    const id = options.newId()
    options.reached('outbox:before-intent')
    try {
      const { session, chatId, replyTo, kind } = request
      const { part, parts, text, file } = piece
      const said = { session, provider: request.provider, chatId, replyTo, kind, part, parts, text }
      const sent = file && { name: file.name, bytes: file.bytes.length, sha256: file.sha256 }
      ledger.intend({ id, at: options.now(), ...said, textHash: hash(piece), ...(sent && { file: sent }) })
    } catch (error) {
      return { kind: 'failed', why: `the outbox ledger can not be written: ${toErrorView(error).message}` }
    }
    options.reached('outbox:after-intent')
    options.reached('audit:before-ask')
    const act = await options.ask(actOf(id, request, piece))
    if (act.kind === 'refused') {
      ledger.conclude({ id, at: options.now(), result: 'withheld', why: act.why || 'not in the audit' })
      return act.why === ''
        ? { kind: 'withheld', why: 'not_audited' }
        : { kind: 'withheld', why: 'refused', said: act.why }
    }
    try {
      return await sendRecorded(id, request, provider, piece, act)
    } finally {
      // Counts only where nothing was said before, which is after a fault in here.
      act.conclude('unconfirmed', 'a fault in the gateway itself')
    }
  }

  const sendRecorded = async (
    id: string,
    request: SendRequest,
    provider: Provider,
    piece: Piece,
    act: RecordedAct,
  ): Promise<SendResult> => {
    options.reached('audit:after-answer')
    const mayGo = (): boolean => !options.isLocked() && options.refusal(request) === undefined
    // Two records may have taken a while: the latch and the lists have the last word.
    if (!mayGo()) return withdrawn(id, act, request)
    const delivery = await deliver(provider, request.chatId, piece, mayGo)
    options.reached('outbox:after-send')
    if (delivery.kind === 'withdrawn') return withdrawn(id, act, request)
    conclude(id, delivery, request.replyTo)
    act.conclude(delivery.kind, delivery.kind === 'sent' ? `message ${delivery.messageId}` : delivery.why)
    options.reached('outbox:after-outcome')
    return resultOf(delivery, piece)
  }

  /** What ended the right, lockdown or a revocation, decides whether the event stays open. */
  const withdrawn = (id: string, act: RecordedAct, request: SendRequest): SendResult => {
    const isLocked = options.isLocked()
    const refusal = options.refusal(request) ?? 'not_the_recipient'
    const why = isLocked ? 'locked down' : WITHDRAWN[refusal]
    ledger.conclude({ id, at: options.now(), result: 'withheld', why })
    act.conclude('withheld', why)
    return isLocked ? locked() : { kind: 'withheld', why: refusal }
  }

  const conclude = (id: string, delivery: Tried, replyTo: string): void => {
    const at = options.now()
    if (delivery.kind === 'sent')
      return ledger.conclude({ id, at, result: 'sent', messageId: delivery.messageId })
    ledger.conclude({ id, at, result: delivery.kind, why: delivery.why })
    if (delivery.kind !== 'unconfirmed') return
    const entry = ledger.repliesTo(replyTo).find(({ intent }) => intent.id === id)
    if (entry !== undefined) options.onUnconfirmed(entry.intent)
  }

  const locked = (): SendResult => {
    options.onLocked()
    return { kind: 'withheld', why: 'locked_down' }
  }

  return {
    send,
    typing: (item, state) => {
      const { session, provider, chatId, sender: recipient, eventId: replyTo } = item
      const sign: SendRequest = { session, provider, chatId, recipient, text: '', replyTo, kind: 'answer' }
      // Taking it back is always allowed: it is the other end that would go on showing it.
      if (state === 'on' && (options.isLocked() || options.refusal(sign) !== undefined)) return
      options.provider(provider)?.typing?.(chatId, state)
    },
    outcomeFor: (eventId) => {
      const results = ledger
        .repliesTo(eventId)
        .filter(({ outcome }) => outcome?.result !== 'withheld')
        .map(({ intent, outcome }) => ({ intent, result: outcome?.result ?? 'unconfirmed' }))
      const last = results.at(-1)
      if (last === undefined) return undefined
      const worst = (['unconfirmed', 'failed'] as const).find((bad) =>
        results.some(({ result }) => result === bad),
      )
      if (worst !== undefined) return worst
      // All that was begun has arrived, but not all was begun: `send` goes on where it stopped.
      return last.intent.part < last.intent.parts ? undefined : 'sent'
    },
    idle: async () => {
      await Promise.allSettled(underWay.values())
    },
  }
}

const WITHDRAWN: Readonly<Record<RecipientRefusal, string>> = {
  not_the_recipient: 'no longer the recipient',
  read_only: 'read-only mode',
}

/** What became of a message that was tried. */
type Tried = Exclude<Delivery, { kind: 'withdrawn' }>

/** One message of a text that may need several; or a file, with the text as its caption. */
interface Piece {
  readonly part: number
  readonly parts: number
  readonly text: string
  readonly file?: OutboundFile & { readonly sha256: string }
}

const piecesOf = (request: SendRequest, provider: Provider): Piece[] | SendResult => {
  // Whoever wrote it, model or tool: what arrives is letters, and nothing that acts or hides.
  const whole = plainText(request.text)
  if (request.file === undefined) {
    const texts = splitText(whole, provider.maxTextLength)
    if (texts.length === 0) return { kind: 'failed', why: 'there is no text to send' }
    return texts.map((text, index) => ({ part: index + 1, parts: texts.length, text }))
  }
  const { maxCaptionLength = 0, sendFile } = provider
  if (sendFile === undefined) return { kind: 'failed', why: `no files can be sent over ${provider.id}` }
  const text = whole.trim()
  if (text.length > maxCaptionLength)
    return { kind: 'failed', why: `the text with a file may have ${maxCaptionLength} characters at most` }
  return [{ part: 1, parts: 1, text, file: { ...request.file, sha256: sha256(request.file.bytes) } }]
}

const actOf = (
  outboundId: string,
  request: SendRequest,
  { part, parts, text, file }: Piece,
): PrivilegedAct => ({
  act: 'message.send',
  outboundId,
  provider: request.provider,
  chatId: request.chatId,
  recipient: request.recipient,
  session: request.session,
  purpose: request.kind,
  replyTo: request.replyTo,
  part,
  parts,
  length: text.length,
  textSha256: sha256(text),
  ...(file && { fileBytes: file.bytes.length, fileSha256: file.sha256 }),
})

const sha256 = (given: string | Uint8Array): string => createHash('sha256').update(given).digest('hex')

/** What the ledger compares messages by. */
const hash = ({ text, file }: Piece): string => sha256(`${text}${file?.sha256 ?? ''}`).slice(0, 16)

/** True if nothing was begun yet, or the beginning of exactly this text has arrived and nothing else has happened. */
const isContinuation = (
  earlier: ReadonlyMap<number, { intent: Intent; outcome: Outcome | undefined }>,
  pieces: readonly Piece[],
): boolean =>
  earlier.size < pieces.length &&
  [...earlier.values()].every(({ intent, outcome }, index) => {
    const piece = pieces[intent.part - 1]
    return (
      outcome?.result === 'sent' &&
      intent.part === index + 1 &&
      intent.parts === pieces.length &&
      piece !== undefined &&
      intent.textHash === hash(piece)
    )
  })

/** Whatever a provider throws says nothing about whether the message arrived. */
const deliver = async (
  provider: Provider,
  chatId: string,
  { text, file }: Piece,
  mayGo: () => boolean,
): Promise<Delivery> => {
  try {
    if (file === undefined) return await provider.send(chatId, text, mayGo)
    return (await provider.sendFile?.(chatId, file, text, mayGo)) ?? NO_FILES
  } catch (error) {
    return { kind: 'unconfirmed', why: toErrorView(error).message }
  }
}

/** The provider was asked for its way to send files before anything was written. */
const NO_FILES: Delivery = { kind: 'failed', why: 'no files can be sent there' }

const resultOf = (delivery: Tried, { part, parts }: { part: number; parts: number }): SendResult => {
  if (delivery.kind === 'sent') return { kind: 'sent', messageIds: [delivery.messageId] }
  const where = parts > 1 ? ` (part ${part} of ${parts}; the rest was not sent)` : ''
  return { kind: delivery.kind, why: `${delivery.why}${where}` }
}
