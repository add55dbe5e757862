import { createHash } from 'node:crypto'
import { hostCommandText, type ToolAct } from '../../shared/contracts/acts.ts'
import {
  type Asker,
  type HandName,
  type HandsRules,
  type Place,
  type Rights,
  rightsOf,
  type ToolRight,
} from '../../shared/domain/hands.ts'
import type { ToolCall } from '../agent/turn.ts'
import type { Reached } from '../failpoint.ts'
import type { Approvals } from '../hands/approvals.ts'
import type { Hands } from '../hands/hands.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { PrivilegedActs, RecordedAct } from '../outbound/privileged-acts.ts'
import type { Send, SendRequest } from '../outbound/send-request.ts'
import { clean } from './clean.ts'
import type { Done, PreparedAct } from './hand-tool.ts'
import { sent } from './send.ts'
import { NO_DETAILS, type ToolResult } from './tool-result.ts'

export interface DoorOptions {
  /** Who asks, by what the lists give them now; undefined: nobody who may ask anything. */
  readonly askerOf: (item: AcceptedItem) => Asker | undefined
  readonly rules: () => HandsRules
  readonly hands: Pick<Hands, 'of'>
  readonly approvals: Pick<Approvals, 'ask'>
  readonly ask: PrivilegedActs['ask']
  readonly send: Send
  readonly isLocked: () => boolean
  /** The latch was found: nothing is done any more, and this process should end. */
  readonly onLocked: () => void
  /** Takes secrets out of what a tool gave, before a transcript or a model gets it. */
  readonly redact: (text: string) => string
  readonly reached: Reached
}

interface Asked {
  readonly asker: Asker
  readonly rights: Rights
}

export interface Refused {
  readonly kind: 'refused'
  readonly why: string
  /** What stopped it ends this process: the next run may do it. */
  readonly isPassing?: true
}

/** What somebody wants to do with a hand. Its call is what the audit gets the hash of. */
interface Attempt {
  readonly name: HandName
  readonly call: ToolCall
  readonly wantsHost: boolean
  readonly prepared: PreparedAct
}

type Given = Exclude<ToolRight['kind'], 'refused'>
type Allowed = { readonly kind: 'allowed'; readonly asker: Asker; readonly right: Given }
export type Passed = { readonly kind: 'acted'; readonly result: ToolResult }

/** The one door to hands and messages, for the turn of one message. */
export interface Door {
  asked(): Asked | undefined
  /** Whether a hand may be used now: the latch and the rights. */
  allowed(name: HandName): Allowed | Refused
  maySend(): { readonly kind: 'allowed'; readonly asker: Asker } | Refused
  /** @throws ClawdbotError what `hands.of` throws; nothing was done. */
  act(attempt: Attempt, signal: AbortSignal): Promise<Passed | Refused>
  send(call: ToolCall, request: SendRequest): Promise<Passed | Refused>
}

/**
 * There is no other way to act (GHSA-943q-mwmv-hhvh: there was another, and it did not ask). The latch and the rights are
 * asked before an act, the owner where a command is for the host, then it is written into the audit, and latch and
 * rights are asked once more. Only then it happens.
 */
export const createDoor = (options: DoorOptions, item: AcceptedItem): Door => {
  const locked = (): Refused => {
    options.onLocked()
    return { kind: 'refused', why: 'Everything is stopped by the owner.', isPassing: true }
  }

  const asked = (): Asked | undefined => {
    const asker = options.askerOf(item)
    return asker && { asker, rights: rightsOf(asker, options.rules()) }
  }

  const allowed = (name: HandName): Allowed | Refused => {
    if (options.isLocked()) return locked()
    const now = asked()
    if (now === undefined) return refused(NOBODY)
    const right = now.rights.hands[name]
    if (right.kind === 'refused') return refused(`There is no ${name} here: ${right.why}.`)
    return { kind: 'allowed', asker: now.asker, right: right.kind }
  }

  const maySend = (): { kind: 'allowed'; asker: Asker } | Refused => {
    if (options.isLocked()) return locked()
    const now = asked()
    if (now === undefined) return refused(NOBODY)
    if (now.rights.send === 'nobody') return refused(noSend(now.asker, options.rules()))
    return { kind: 'allowed', asker: now.asker }
  }

  const approvalFor = async (
    place: Place,
    { command }: PreparedAct,
    asker: Asker,
    signal: AbortSignal,
  ): Promise<{ kind: 'approved'; id: number | null } | { kind: 'denied'; why: string }> =>
    place === 'sandbox' || command === undefined || options.rules().elevated.approve === 'never'
      ? { kind: 'approved', id: null }
      : options.approvals.ask(asker, command, signal)

  const recorded = async (act: ToolAct): Promise<RecordedAct | Refused> => {
    options.reached('tool:before-ask')
    const answer = await options.ask(act)
    options.reached('tool:after-answer')
    if (answer.kind === 'recorded') return answer
    return answer.why === '' ? { kind: 'refused', why: NOT_AUDITED, isPassing: true } : refused(answer.why)
  }

  const concluded = (act: RecordedAct, place: Place | 'messenger', done: Done): Passed => {
    options.reached('tool:after-act')
    act.conclude(done.outcome, done.detail)
    const { text, isError, details } = done
    // Nothing that a tool gave reaches a transcript or a model as it came.
    const result = { text: clean(text, options), isError, details: { ...NO_DETAILS, ...details, place } }
    return { kind: 'acted', result }
  }

  const actOf = (
    tool: ToolAct['tool'],
    place: ToolAct['place'],
    call: ToolCall,
    { provider, sender, session }: Asker,
    prepared: PreparedAct | undefined,
    approval: number | null,
  ): ToolAct => {
    const args = JSON.stringify(call.arguments)
    const isForHost = place === 'host' && prepared?.command !== undefined
    return {
      act: 'tool.run',
      tool,
      place,
      provider,
      sender,
      session,
      eventId: item.eventId,
      callId: call.id,
      length: args.length,
      argsSha256: sha256(isForHost ? hostCommandText(prepared.command) : args),
      approval,
    }
  }

  return {
    asked,
    allowed,
    maySend,
    act: async ({ name, call, wantsHost, prepared }, signal) => {
      const now = allowed(name)
      if (now.kind === 'refused') return now
      const place = placeOf(now.right, wantsHost)
      if (place === undefined) return refused(noHost(name))
      const approval = await approvalFor(place, prepared, now.asker, signal)
      if (approval.kind === 'denied') return refused(`It was not run on the host: ${approval.why}.`)
      const client = await options.hands.of(place, item.session)
      const act = await recorded(actOf(name, place, call, now.asker, prepared, approval.id))
      if (act.kind === 'refused') return act
      // Approval, sandbox and record may have taken minutes.
      const then = allowed(name)
      if (signal.aborted) return withheld(act, refused('It was aborted before it began.'))
      if (then.kind === 'refused') return withheld(act, then)
      if (placeOf(then.right, wantsHost) !== place) return withheld(act, refused(noHost(name)))
      try {
        return concluded(act, place, await prepared.act(client, signal))
      } finally {
        // Counts only where nothing was said before, which is after a fault in here.
        act.conclude('failed', FAULT)
      }
    },
    send: async (call, request) => {
      const may = maySend()
      if (may.kind === 'refused') return may
      const act = await recorded(actOf('send', 'messenger', call, may.asker, undefined, null))
      if (act.kind === 'refused') return act
      const then = maySend()
      if (then.kind === 'refused') return withheld(act, then)
      try {
        return concluded(act, 'messenger', sent(await options.send(request)))
      } finally {
        act.conclude('failed', FAULT)
      }
    },
  }
}

/** Undefined: asked for a place that is not given. */
export const placeOf = (right: Given, wantsHost: boolean): Place | undefined => {
  if (right === 'host') return 'host'
  if (!wantsHost) return 'sandbox'
  return right === 'either' ? 'host' : undefined
}

export const refused = (why: string): Refused => ({ kind: 'refused', why })

const FAULT = 'a fault in the gateway itself'

const NOBODY = 'Nothing was done: the sender may not write here any more.'
const NOT_AUDITED = 'It could not be written into the audit, so it was not done.'

const noHost = (name: string): string =>
  `This conversation may not use ${name} on the host; nothing was done. Without host: true it acts in the sandbox.`

const noSend = ({ trust }: Asker, { readOnly }: HandsRules): string =>
  readOnly && trust !== 'owner'
    ? 'Nothing was sent: read-only mode is on, and messages go to the owner only.'
    : `There is no send here: it is not given to this conversation of a ${trust}.`

const withheld = (act: RecordedAct, why: Refused): Refused => {
  act.conclude('withheld', 'refused just before it began')
  return why
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
