// Test support: everything around the tools, in memory, with a note of all that happens in its order.
import { createHash } from 'node:crypto'
import type { HostCommand, PrivilegedAct } from '../../../shared/contracts/acts.ts'
import type { RulesTold } from '../../../shared/contracts/gateway-told.ts'
import type { Place } from '../../../shared/domain/hands.ts'
import type { Logger } from '../../../shared/log/logger.ts'
import type { ToolCall } from '../../agent/turn.ts'
import type { Approval } from '../../hands/approvals.ts'
import type { Ended, Fault, Gone, HelperClient } from '../../hands/helper-client.ts'
import { readPeople, type ToldPeople } from '../../inbound/told-people.ts'
import { createPrivilegedActs } from '../../outbound/privileged-acts.ts'
import { askerOf } from '../../outbound/recipient.ts'
import type { SendRequest, SendResult } from '../../outbound/send-request.ts'
import type { Fetched } from '../../providers/provider.ts'
import { DEFAULT_RULES, nobody } from '../../testing/stand-in-supervisor.ts'
import { createTakeIn, type TakeIn, type TakeInOptions } from '../take-in.ts'
import { createToolset } from '../toolset.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const nothing = (): void => undefined

const SILENT: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  child: () => SILENT,
  close: nothing,
}

/** A command that ended by itself and said this. */
export const said = (text: string | Uint8Array, over: Partial<Ended> = {}): Ended => {
  const output = typeof text === 'string' ? bytes(text) : text
  return {
    kind: 'ended',
    exitCode: 0,
    signal: null,
    timedOut: false,
    aborted: false,
    durationMs: 5,
    dropped: 0,
    output,
    headBytes: output.length,
    ...over,
  }
}

/** A place with files and a shell that answers what the test says. */
class StandInPlace implements HelperClient {
  readonly files = new Map<string, Uint8Array>()
  readonly did: string[]
  readonly #name: string
  shell: (command: string, signal: AbortSignal) => Promise<Ended | Fault | Gone> = (command) =>
    Promise.resolve(said(`ran ${command}`))

  constructor(name: string, did: string[]) {
    this.#name = name
    this.did = did
  }

  bash: HelperClient['bash'] = (request, signal) => {
    this.did.push(`${this.#name}: bash ${request.command}`)
    return this.shell(request.command, signal)
  }

  read: HelperClient['read'] = (path, offset, limit) => {
    this.did.push(`${this.#name}: read ${path}`)
    const file = this.files.get(path)
    if (file === undefined) return Promise.resolve({ kind: 'fault', fault: 'not_found', why: 'no such file' })
    return Promise.resolve({ kind: 'read', bytes: file.subarray(offset, offset + limit), size: file.length })
  }

  write: HelperClient['write'] = (path, content) => {
    this.did.push(`${this.#name}: write ${path}`)
    const created = !this.files.has(path)
    this.files.set(path, content)
    return Promise.resolve({ kind: 'written', size: content.length, created })
  }

  edit: HelperClient['edit'] = (path, oldText, newText) => {
    this.did.push(`${this.#name}: edit ${path}`)
    const text = new TextDecoder().decode(this.files.get(path))
    const changed = text.replace(new TextDecoder().decode(oldText), () => new TextDecoder().decode(newText))
    this.files.set(path, bytes(changed))
    return Promise.resolve({ kind: 'edited', size: changed.length, line: 1 })
  }

  isGone = (): boolean => false
}

export interface ToolWorld {
  readonly did: string[]
  readonly acts: PrivilegedAct[]
  readonly outcomes: string[]
  readonly sends: SendRequest[]
  readonly places: Readonly<Record<Place, StandInPlace>>
  readonly toolsFor: ReturnType<typeof createToolset>
  readonly takeIn: TakeIn
  readonly people: () => ToldPeople
  rule(over: Partial<RulesTold>): void
  block(...ids: readonly string[]): void
  lock(): void
  /** What the supervisor says to intents from now on; a refusal has a reason, or is the audit's own (''). */
  answer(answer: 'recorded' | { readonly refused: string }): void
  /** What the owner says to commands for the host from now on. */
  owner(answer: (command: HostCommand) => Promise<Approval>): void
  /** What the messenger gives for a file from now on. */
  gives(answer: (ref: string) => Fetched | Promise<Fetched>): void
  /** Called at each step of an act, to change the world in the middle of it. */
  at(step: string, change: () => void): void
}

const noAnswer = (_command: HostCommand): Promise<Approval> =>
  Promise.resolve({ kind: 'denied', why: 'no answer' })

const itsName = (ref: string): Fetched => ({ kind: 'fetched', bytes: bytes(ref) })

/** Owner 7, friend 42, guests: everybody else. */
export const createToolWorld = (over: Partial<TakeInOptions> = {}): ToolWorld => {
  const did: string[] = []
  const acts: PrivilegedAct[] = []
  const outcomes: string[] = []
  const sends: SendRequest[] = []
  const places = { sandbox: new StandInPlace('sandbox', did), host: new StandInPlace('host', did) }
  let rules: RulesTold = DEFAULT_RULES
  let blocked: readonly string[] = []
  let isLocked = false
  let answer: 'recorded' | { readonly refused: string } = 'recorded'
  let owner = noAnswer
  let give: (ref: string) => Fetched | Promise<Fetched> = itsName
  const changes = new Map<string, () => void>()
  const reached = (step: string): void => changes.get(step)?.()

  const people = (): ToldPeople =>
    readPeople({
      revision: 1,
      rules,
      providers: [
        {
          ...nobody('telegram'),
          dmPolicy: 'open',
          everyone: true,
          owners: ['7'],
          approved: ['42', '43'],
          blocked: [...blocked],
        },
      ],
    })

  const privileged = createPrivilegedActs({
    ask: (intentId, act) => {
      acts.push(act)
      did.push(`intent ${act.act === 'tool.run' ? `${act.tool} ${act.place}` : 'message'}`)
      queueMicrotask(() => {
        if (answer === 'recorded') privileged.answered(intentId, 'recorded', '')
        else privileged.answered(intentId, 'refused', answer.refused)
      })
      return true
    },
    outcome: (intentId, result, detail) => outcomes.push(`${intentId} ${result} ${detail}`),
  })

  const options: TakeInOptions = {
    askerOf: (item) => askerOf(item, people()),
    rules: () => people().rules,
    hands: {
      of: (place) => {
        did.push(`opened ${place}`)
        reached('opened')
        return Promise.resolve(places[place])
      },
    },
    approvals: {
      ask: (_asker, command) => {
        did.push('asked the owner')
        return owner(command)
      },
    },
    ask: privileged.ask,
    send: (request): Promise<SendResult> => {
      did.push(`sent to ${request.provider}:${request.chatId}`)
      sends.push(request)
      return Promise.resolve({ kind: 'sent', messageIds: ['m1'] })
    },
    isLocked: () => isLocked,
    onLocked: () => did.push('locked'),
    redact: (text) => text.replaceAll('hunter2-hunter2', '‹secret›'),
    reached,
    fetchFile: async (_provider, ref) => {
      did.push(`fetched ${ref}`)
      return give(ref)
    },
    log: SILENT,
    ...over,
  }

  return {
    did,
    acts,
    outcomes,
    sends,
    places,
    toolsFor: createToolset(options),
    takeIn: createTakeIn(options),
    people,
    rule: (change) => (rules = { ...rules, ...change }),
    block: (...ids) => (blocked = ids),
    lock: () => (isLocked = true),
    answer: (given) => (answer = given),
    owner: (given) => (owner = given),
    gives: (given) => (give = given),
    at: (step, change) => changes.set(step, change),
  }
}

let serial = 0

export const callOf = (name: string, args: Readonly<Record<string, unknown>>): ToolCall => ({
  id: `call_${(serial += 1).toString(16).padStart(16, '0')}`,
  name,
  arguments: args,
})
