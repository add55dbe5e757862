import type { LinkAct, ProviderLink } from '../../../shared/contracts/provider-status.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { ClawdbotError, toErrorView } from '../../../shared/domain/error.ts'
import type { Logger } from '../../../shared/log/logger.ts'
import type { ProviderHandlers } from '../provider.ts'
import { createBoundedCache } from './bounded-cache.ts'
import { type Caches, type Connection, openConnection, type SameChat } from './connection.ts'
import type { Ending } from './endings.ts'
import type { Endpoint } from './endpoint.ts'
import { createIntake } from './intake.ts'
import { type LinkEffect, type LinkEvent, type LinkState, step, waitMs } from './link-state.ts'
import { silence, statusOf } from './link-status.ts'
import { hasLogin, wipeLogin } from './login/login-store.ts'
import { createParts } from './login-parts.ts'
import { selfOf } from './self.ts'
import type { Sending } from './sending.ts'

export interface LoginOptions {
  readonly folder: string
  readonly endpoint: Endpoint
  readonly sending: Sending
  readonly log: Logger
  readonly now: () => number
  readonly random: () => number
  readonly onFault: (error: unknown) => void
  readonly pauseMs?: number
  readonly codeMs?: number
}

/** The linked device: it connects, connects again, and does with its login what the owner wants. */
export interface Login {
  readonly start: (handlers: ProviderHandlers) => void
  readonly act: (act: LinkAct) => void
  /** Nothing, while there is no connection. */
  readonly showTyping: Connection['showTyping']
  /** Lets what is on its way be acknowledged, for a moment. */
  readonly stop: () => Promise<void>
}

const PAUSE_MS = 1_000
const FIRST_CODE_MS = 60_000
const CODE_MS = 20_000
const STOP_WITHIN_MS = 1_000
const FIVE_MINUTES = 5 * 60_000
/** UTF-16 units: the contract's limit for a detail. */
const MAX_DETAIL = 500

const newCaches = (now: () => number): Caches => ({
  devices: createBoundedCache({ most: 5_000, forMs: FIVE_MINUTES, now }),
  retries: createBoundedCache({ most: 5_000, forMs: 12 * FIVE_MINUTES, now }),
  calls: createBoundedCache({ most: 200, forMs: FIVE_MINUTES, now }),
})

/** What `link-state.ts` decides is done here, and what happens is told to it. */
export const createLogin = (options: LoginOptions): Login => {
  const { folder, endpoint, sending, log, now } = options
  let state: LinkState = { at: 'off' }
  let handlers: ProviderHandlers | undefined
  let connection: Connection | undefined
  let timer: NodeJS.Timeout | undefined
  /** Of whatever was begun in an earlier round nothing is heard. */
  let round = 0
  const closing = new Set<Promise<void>>()
  const events: LinkEvent[] = []
  let isStepping = false
  const told = { status: '', link: '', line: '' }
  let caches = newCaches(now)

  const dispatch = (event: LinkEvent): void => {
    events.push(event)
    if (isStepping) return
    isStepping = true
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        const { state: after, effects } = step(state, next)
        state = after
        for (const effect of effects) perform(effect)
        tell()
      }
    } catch (error) {
      options.onFault(error)
    } finally {
      isStepping = false
    }
  }

  const ended = (ending: Ending): void => dispatch({ type: 'ended', ending, now: now() })

  const perform = (effect: LinkEffect): void => {
    switch (effect.do) {
      case 'connect':
        clearTimeout(timer)
        round += 1
        void connect(effect.with, round)
        return
      case 'disconnect':
        clearTimeout(timer)
        round += 1
        disconnect()
        return
      case 'wait': {
        const pause = waitMs(effect.failures, options.pauseMs ?? PAUSE_MS, options.random())
        timer = setTimeout(() => dispatch({ type: 'waited' }), Math.max(pause, effect.atLeastMs))
        return
      }
      case 'log out':
        void logOut(round)
        return
      case 'wipe':
        wipe()
        return
      default:
        assertNever(effect)
    }
  }

  const disconnect = (): void => {
    if (connection === undefined) return
    const closed = connection.close().finally(() => closing.delete(closed))
    closing.add(closed)
    connection = undefined
  }

  const connect = async (which: 'the login' | 'a new one', mine: number): Promise<void> => {
    const isCurrent = (): boolean => mine === round
    try {
      const { baileys, store, taken } = await parts.ready()
      if (state.at === 'off') return parts.close()
      if (!isCurrent()) return
      disconnect()
      if (which === 'a new one') {
        store.beginAnew()
        // The last device of ours that this login knew is gone, and no key is to be had for it.
        caches = newCaches(now)
      } else if (!store.isLinked()) return ended(NO_LOGIN)
      connection = openConnection({
        baileys,
        store,
        taken,
        endpoint,
        caches,
        log,
        getMessage,
        wasSent: (id) => sending.sent(id) !== undefined,
        codeMs: options.codeMs,
        handlers: whileCurrent(isCurrent),
      })
    } catch (error) {
      if (isCurrent()) ended(unopened(error))
    }
  }

  const whileCurrent = (isCurrent: () => boolean): Parameters<typeof openConnection>[0]['handlers'] => {
    let lifeMs = options.codeMs ?? FIRST_CODE_MS
    const hear = (event: LinkEvent): void => {
      if (isCurrent()) dispatch(event)
    }
    return {
      code: (text) => {
        hear({ type: 'code', code: { text, until: now() + lifeMs } })
        lifeMs = options.codeMs ?? CODE_MS
      },
      paired: () => hear({ type: 'paired' }),
      opened: () => hear({ type: 'opened', now: now() }),
      arrived: intake.arrived,
      drained: intake.drained,
      self: () => {
        if (isCurrent()) tell()
      },
      acked: sending.acked,
      ended: (ending) => hear({ type: 'ended', ending, now: now() }),
    }
  }

  /** For a device that could not decrypt: what was sent, and only to the chat that it was sent to. */
  const getMessage = async (
    { id, remoteJid }: { id?: string | null; remoteJid?: string | null },
    sameChat: SameChat,
  ) => {
    const kept = sending.sent(id ?? '')
    if (kept === undefined || typeof remoteJid !== 'string') return undefined
    return (await sameChat(kept.chat, remoteJid)) ? { conversation: kept.text } : undefined
  }

  const logOut = async (mine: number): Promise<void> => {
    let phone: 'knows' | 'was not told' = 'was not told'
    try {
      if ((await connection?.logOut()) === true) phone = 'knows'
    } catch (error) {
      log.warn('WhatsApp did not say that the device is logged out', { error: toErrorView(error).message })
    }
    if (mine === round) dispatch({ type: 'logged out', phone })
  }

  const wipe = (): void => {
    try {
      const store = parts.store()
      if (store === undefined) wipeLogin(folder)
      else store.wipe()
    } catch (error) {
      dispatch({ type: 'not wiped', why: sentences(error) })
    }
  }

  const parts = createParts({ folder, rootKey: endpoint.rootKey, log, take: (taken) => intake.take(taken) })
  const intake = createIntake({
    now,
    receive: (event) => handlers?.receive(event),
    isListening: () => handlers !== undefined && state.at !== 'off',
    self: () => parts.store()?.creds().me,
    isOwnMessage: (id) => sending.sent(id) !== undefined,
    taken: () => {
      if ('untaken' in state && state.untaken !== '') dispatch({ type: 'taken' })
    },
    notTaken: (why) => connection?.end({ kind: 'not kept', why }),
    onUnreadable: (error) => log.error('a message could not be understood', { error }),
  })

  /** Says what has changed. */
  const tell = (): void => {
    tellSending()
    const status = statusOf(state)
    const detail = status.detail.slice(0, MAX_DETAIL)
    if (handlers !== undefined && state.at !== 'off') {
      if (changed('status', `${status.state} ${detail}`)) handlers.status({ state: status.state, detail })
      const link = linkOf()
      if (changed('link', JSON.stringify(link))) handlers.link(link)
    }
  }

  const tellSending = (): void => {
    const why = silence(state)
    const line = state.at === 'connected' ? connection : undefined
    if (!changed('line', line === undefined ? (why ?? 'none') : `round ${round}`)) return
    if (why !== undefined) sending.noLine(why)
    else if (line === undefined) sending.lineDown()
    else
      sending.lineUp({
        isOpen: line.isOpen,
        relay: line.relay,
        giveUp: (reason) => line.end({ kind: 'lost', why: reason }),
      })
  }

  const changed = (what: keyof typeof told, text: string): boolean => {
    const isNew = told[what] !== text
    told[what] = text
    return isNew
  }

  const linkOf = (): Omit<ProviderLink, 'provider'> => {
    const store = parts.store()
    const me = store?.isLinked() === true && HAS_SELF.has(state.at) ? store.creds().me : undefined
    return { code: state.at === 'linking' ? state.code : null, self: me === undefined ? null : selfOf(me) }
  }

  return {
    start: (given) => {
      handlers = given
      dispatch({ type: 'start', login: hasLogin(folder) ? 'there' : 'none' })
    },
    act: (act) => {
      // Whoever acts is answered, even if nothing came of it.
      told.status = ''
      dispatch({ type: 'act', act })
    },
    showTyping: (chat, how) => {
      if (state.at === 'connected' && connection?.isOpen() === true) connection.showTyping(chat, how)
    },
    stop: async () => {
      if (state.at === 'connected') await Promise.race([sending.idle(), moment(STOP_WITHIN_MS)])
      dispatch({ type: 'stop' })
      await Promise.all(closing)
      parts.close()
    },
  }
}

const HAS_SELF: ReadonlySet<LinkState['at']> = new Set([
  'connecting',
  'connected',
  'waiting',
  'stopped',
  'logging out',
])

const NO_LOGIN: Ending = { kind: 'removed', why: 'There is no login any more. Link again.' }

const unopened = (error: unknown): Ending =>
  error instanceof ClawdbotError && error.code !== 'internal'
    ? { kind: 'refused', why: sentences(error) }
    : { kind: 'unusable', why: sentences(error) }

const sentences = (error: unknown): string => {
  const { message, hint } = toErrorView(error)
  return `${message} ${hint}`.trim()
}

const moment = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
