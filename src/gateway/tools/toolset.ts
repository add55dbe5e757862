import { createHash } from 'node:crypto'
import { hostCommandText, type ToolAct } from '../../shared/contracts/gateway.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import {
  type Asker,
  type HandName,
  type HandsRules,
  type Place,
  type Rights,
  rightsOf,
  type ToolRight,
} from '../../shared/domain/hands.ts'
import { plainText } from '../../shared/domain/plain-text.ts'
import type { Logger } from '../../shared/log/logger.ts'
import type { TurnTools } from '../agent/run-turn.ts'
import type { ToolCall, ToolOffer } from '../agent/turn.ts'
import type { Reached } from '../failpoint.ts'
import type { Approvals } from '../hands/approvals.ts'
import type { Hands } from '../hands/hands.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { PrivilegedActs, RecordedAct } from '../outbound/privileged-acts.ts'
import type { Send } from '../outbound/send-request.ts'
import { bash } from './bash.ts'
import { edit } from './edit.ts'
import type { Done, HandTool, PreparedAct } from './hand-tool.ts'
import { read } from './read.ts'
import { prepareSend, sendOffer, sent } from './send.ts'
import { NO_DETAILS, refusedResult, type ToolResult } from './tool-result.ts'
import { write } from './write.ts'

export interface ToolsetOptions {
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
  readonly log: Logger
}

const HAND_TOOLS: Readonly<Record<HandName, HandTool>> = { bash, read, write, edit }

/**
 * The one door to the tools (GHSA-943q-mwmv-hhvh: there was another, and it did not ask). What a model calls is an
 * attempt: the latch and the rights are asked before it, the owner where a command is for the host, then it is written into
 * the audit, and latch and rights are asked once more. Only then it happens.
 */
export const createToolset = (options: ToolsetOptions): ((item: AcceptedItem) => TurnTools<ToolResult>) => {
  const locked = (): Refused => {
    options.onLocked()
    return { kind: 'refused', why: 'Everything is stopped by the owner.' }
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

  const recorded = async (act: ToolAct): ReturnType<PrivilegedActs['ask']> => {
    options.reached('tool:before-ask')
    const answer = await options.ask(act)
    options.reached('tool:after-answer')
    if (answer.kind === 'recorded') return answer
    const why = answer.why === '' ? 'It could not be written into the audit, so it was not done.' : answer.why
    return { kind: 'refused', why }
  }

  const concluded = (act: RecordedAct, place: Place | 'messenger', done: Done): ToolResult => {
    options.reached('tool:after-act')
    act.conclude(done.outcome, done.detail)
    const { text, isError, details } = done
    return { text, isError, details: { ...NO_DETAILS, ...details, place } }
  }

  /** Nothing that a tool gave reaches a transcript or a model as it came. */
  const clean = (result: ToolResult): ToolResult => ({
    ...result,
    text: options.redact(plainText(result.text)),
  })

  return (item) => {
    const asked = (): Asked | undefined => {
      const asker = options.askerOf(item)
      return asker && { asker, rights: rightsOf(asker, options.rules()) }
    }

    const run = async (call: ToolCall, signal: AbortSignal): Promise<ToolResult> => {
      if (call.name === 'send') return runSend(call)
      const name = handName(call.name)
      return name === undefined
        ? refusedResult(`There is no tool ${call.name}.`)
        : runHand(name, call, signal)
    }

    const runHand = async (name: HandName, call: ToolCall, signal: AbortSignal): Promise<ToolResult> => {
      const now = allowed(name)
      if (now.kind === 'refused') return refusedResult(now.why)
      const made = HAND_TOOLS[name].prepare(call.arguments)
      if (made.kind === 'refused') return refusedResult(made.why)
      const { wantsHost, prepared } = made
      const place = placeOf(now.right, wantsHost)
      if (place === undefined) return refusedResult(noHost(name))
      const approval = await approvalFor(place, prepared, now.asker, signal)
      if (approval.kind === 'denied') return refusedResult(`It was not run on the host: ${approval.why}.`)
      const client = await options.hands.of(place, item.session)
      const act = await recorded(actOf(name, place, call, now.asker, prepared, approval.id))
      if (act.kind === 'refused') return refusedResult(act.why)
      // Approval, sandbox and record may have taken minutes.
      const then = allowed(name)
      const why = signal.aborted
        ? 'It was aborted before it began.'
        : refusalNow(then, place, wantsHost, name)
      if (why !== undefined) return withheld(act, why)
      return concluded(act, place, await prepared.act(client, signal))
    }

    const runSend = async (call: ToolCall): Promise<ToolResult> => {
      const may = maySend()
      if (may.kind === 'refused') return refusedResult(may.why)
      const made = prepareSend(call.arguments, item, call.id)
      if (made.kind === 'refused') return refusedResult(made.why)
      const act = await recorded(actOf('send', 'messenger', call, may.asker, undefined, null))
      if (act.kind === 'refused') return refusedResult(act.why)
      const then = maySend()
      if (then.kind === 'refused') return withheld(act, then.why)
      return concluded(act, 'messenger', sent(await options.send(made.request)))
    }

    const allowed = (name: HandName): Allowed => {
      if (options.isLocked()) return locked()
      const now = asked()
      if (now === undefined) return { kind: 'refused', why: NOBODY }
      const right = now.rights.hands[name]
      if (right.kind === 'refused') return { kind: 'refused', why: `There is no ${name} here: ${right.why}.` }
      return { kind: 'allowed', asker: now.asker, right: right.kind }
    }

    const maySend = (): { kind: 'allowed'; asker: Asker } | Refused => {
      if (options.isLocked()) return locked()
      const now = asked()
      if (now === undefined) return { kind: 'refused', why: NOBODY }
      if (now.rights.send === 'nobody') return { kind: 'refused', why: noSend(now.asker, options.rules()) }
      return { kind: 'allowed', asker: now.asker }
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
      offered: () => {
        const now = asked()
        return now === undefined ? [] : offersOf(now.rights)
      },
      run: async (call, signal) => {
        const result = await run(call, signal).catch((error: unknown): ToolResult => {
          options.log.error('a tool could not be used', { tool: call.name, session: item.session, error })
          const { message } = toErrorView(error)
          return { text: message, isError: true, details: NO_DETAILS }
        })
        const { place, refused, durationMs } = result.details
        const { isError } = result
        options.log.info('a tool was called', {
          tool: handName(call.name) ?? (call.name === 'send' ? 'send' : 'unknown'),
          session: item.session,
          place,
          refused,
          isError,
          durationMs,
        })
        return clean(result)
      },
      notBegun: () => refusedResult('Not begun: the turn was ended.'),
    }
  }
}

interface Asked {
  readonly asker: Asker
  readonly rights: Rights
}

type Given = Exclude<ToolRight['kind'], 'refused'>
type Refused = { readonly kind: 'refused'; readonly why: string }
type Allowed = { readonly kind: 'allowed'; readonly asker: Asker; readonly right: Given } | Refused

const NOBODY = 'Nothing was done: the sender may not write here any more.'

const noHost = (name: string): string =>
  `This conversation may not use ${name} on the host; nothing was done. Without host: true it acts in the sandbox.`

const noSend = ({ trust }: Asker, { readOnly }: HandsRules): string =>
  readOnly && trust !== 'owner'
    ? 'Nothing was sent: read-only mode is on, and messages go to the owner only.'
    : `There is no send here: it is not given to this conversation of a ${trust}.`

const handName = (name: string): HandName | undefined =>
  name === 'bash' || name === 'read' || name === 'write' || name === 'edit' ? name : undefined

/** Undefined: asked for a place that is not given. */
const placeOf = (right: Given, wantsHost: boolean): Place | undefined => {
  if (right === 'host') return 'host'
  if (!wantsHost) return 'sandbox'
  return right === 'either' ? 'host' : undefined
}

/** Why a recorded act must not happen after all; undefined: it may. */
const refusalNow = (now: Allowed, place: Place, wantsHost: boolean, name: string): string | undefined => {
  if (now.kind === 'refused') return now.why
  return placeOf(now.right, wantsHost) === place ? undefined : noHost(name)
}

const withheld = (act: RecordedAct, why: string): ToolResult => {
  act.conclude('withheld', 'refused just before it began')
  return refusedResult(why)
}

/** In the order of the table. */
const offersOf = (rights: Rights): readonly ToolOffer[] => {
  const hands = (['bash', 'read', 'write', 'edit'] as const).flatMap((name) => {
    const { kind } = rights.hands[name]
    return kind === 'refused' ? [] : [HAND_TOOLS[name].offer(kind)]
  })
  return rights.send === 'nobody' ? hands : [...hands, sendOffer(rights.send)]
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
