import type { LinkView } from '../../shared/contracts/app-state.ts'
import type { ToGateway } from '../../shared/contracts/gateway.ts'
import type { LinkAct, ProviderLink, ProviderStatus } from '../../shared/contracts/provider-status.ts'
import type { AuditActor } from '../../shared/domain/audit.ts'
import { PROVIDER_LABEL, type ProviderId } from '../../shared/domain/provider.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { type NumberTold, removeNumberUse, writeNumberUse } from '../../shared/state/number-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { recorded } from '../acts/recorded.ts'
import type { OwnNumberUse } from '../api.ts'
import type { Audit } from '../audit/audit.ts'
import { lockedDown } from '../children/launch-plan.ts'
import { isOnlySelf } from '../people/own-number.ts'
import { notRunning } from '../refusals.ts'
import { createLinkStandings, isLinked, type Standing } from './link-standing.ts'
import { linkedNumber, linkView } from './link-view.ts'
import { createNumberDesk } from './number-desk.ts'
import {
  inItsPlace,
  linkedAlready,
  neverLinked,
  notLinked,
  notUnlinked,
  stillLinked,
  switchedOff,
  unheard,
  unusable,
} from './refusals.ts'

/** How long a gateway that runs may take to say how a messenger stands. */
const HEARD_WITHIN_MS = 15_000
/** How long the messenger's server may take to hear that this device goes. */
const UNLINKED_WITHIN_MS = 30_000

export interface LinkDeskOptions {
  readonly paths: StatePaths
  readonly audit: Pick<Audit, 'perform' | 'intend' | 'conclude' | 'note'>
  readonly isLocked: () => boolean
  /** Everything is stopped from the beginning. */
  readonly latched: boolean
  /** The last valid config; null before there was one. */
  readonly config: () => Config | null
  /** What the owner has said of the linked number, as it is on disk. */
  readonly numberOf: (provider: ProviderId) => NumberTold | undefined
  /** Starts a gateway where none runs; resolves when one can be told something. Errors: `locked_down`, and why none runs. */
  readonly start: () => Promise<void>
  /** One runs, or is being started. */
  readonly hasGateway: () => boolean
  /** False where no gateway is there. */
  readonly send: (message: ToGateway) => boolean
  /** Reads the owner's files again; resolves when the gateway acts on them, or is dead. */
  readonly settle: () => Promise<void>
  /** `viewOf` has something else to say. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Linking a messenger to a phone, as the owner's act. The gateway says how it stands, and its codes: they are held here while it
 * lives and nothing is stopped, are shown, and are written nowhere.
 */
export interface LinkDesk {
  readonly heard: (link: ProviderLink) => void
  readonly status: (status: ProviderStatus) => void
  readonly gone: () => void
  /** STOP: nothing that was shown can be scanned from here on. */
  readonly lock: () => void
  readonly unlock: () => void
  readonly link: (provider: ProviderId, use: OwnNumberUse, by: AuditActor) => Promise<string>
  readonly reconnect: (provider: ProviderId, by: AuditActor) => Promise<string>
  readonly cancel: (provider: ProviderId, by: AuditActor) => Promise<string>
  readonly unlink: (provider: ProviderId, by: AuditActor) => Promise<string>
  readonly setUse: (provider: ProviderId, use: OwnNumberUse, by: AuditActor) => Promise<string>
  /** Null for what is not linked to a phone. */
  readonly viewOf: (provider: ProviderId) => LinkView | null
  readonly standingOf: (provider: ProviderId) => Standing
}

export const createLinkDesk = (options: LinkDeskOptions): LinkDesk => {
  const { paths, audit, config, settle, onChange, onError } = options
  const standings = createLinkStandings()
  const numbers = createNumberDesk(options)
  /** A stop begins before everything is locked. */
  let isStopping = options.latched
  let last: Promise<unknown> = Promise.resolve()

  const isLocked = (): boolean => isStopping || options.isLocked()

  /** One after the other: the window and the command line may both ask. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }

  /** Numbers that turned out to be linked and wait for their turn: of each messenger the last, however many are said. */
  const turnedOut = new Map<ProviderId, string>()
  const keepNumber = async (provider: ProviderId): Promise<void> => {
    const number = turnedOut.get(provider)
    turnedOut.delete(provider)
    if (number !== undefined) await numbers.linked(provider, number)
  }

  const refuse = (provider: ProviderId): void => {
    if (isLocked()) throw lockedDown(paths)
    if (!isOfPhone(provider)) throw neverLinked(provider)
    if (config()?.providers[provider].enabled === false) throw switchedOff(provider)
  }
  const tell = (provider: ProviderId, act: LinkAct): void => {
    // What came in between may have stopped everything.
    if (isLocked()) throw lockedDown(paths)
    if (!options.send({ type: 'link', provider, act })) throw notRunning()
  }
  /** How it stands, as soon as a gateway says so. */
  const asked = async (provider: ProviderId): Promise<Standing> => {
    if (!(await standings.until(provider, isKnown, HEARD_WITHIN_MS)))
      throw isLocked() ? lockedDown(paths) : unheard(provider)
    return standings.of(provider)
  }

  const link = async (provider: ProviderId, use: OwnNumberUse, by: AuditActor): Promise<string> => {
    refuse(provider)
    await options.start()
    // The config is read for a launch: it may be another one now.
    refuse(provider)
    const standing = await asked(provider)
    if (isLinked(standing)) throw linkedAlready(provider, standing.self?.number)
    if (standing.state === 'off') throw unusable(provider, standing.detail)
    await audit.perform({ act: 'messenger.link', actor: by, provider, detail: { use } }, async () => {
      // Said of whatever number will be linked now, before anybody can write to it.
      await writeNumberUse(paths, provider, { use, number: null })
      await settle()
      tell(provider, 'begin')
    })
    return `Scan the code with ${PROVIDER_LABEL[provider]} on the phone: Settings, Linked devices, Link a device.`
  }

  const reconnect = async (provider: ProviderId, by: AuditActor): Promise<string> => {
    refuse(provider)
    await options.start()
    const standing = await asked(provider)
    if (!isLinked(standing)) throw notLinked(provider)
    if (standing.state === 'connected') throw inItsPlace(provider)
    await audit.perform({ act: 'messenger.link', actor: by, provider, detail: { again: true } }, async () =>
      tell(provider, 'begin'),
    )
    return `${PROVIDER_LABEL[provider]} connects again. The other device loses its place.`
  }

  const unlink = async (provider: ProviderId, by: AuditActor): Promise<string> => {
    refuse(provider)
    if (!options.hasGateway()) throw notRunning()
    const standing = await asked(provider)
    if (!isLinked(standing) && !mayHoldLogin(standing)) throw notLinked(provider)
    const logOut = async (): Promise<void> => {
      tell(provider, 'unlink')
      const isOver = await standings.until(
        provider,
        (now) => now.state === null || isGone(now) || (isRefused(now) && !isRefused(standing)),
        UNLINKED_WITHIN_MS,
      )
      if (!isOver) throw stillLinked(provider, UNLINKED_WITHIN_MS / 1_000)
      const now = standings.of(provider)
      if (isRefused(now)) throw notUnlinked(provider, now.detail)
      if (!isGone(now)) throw isLocked() ? lockedDown(paths) : notRunning()
      // It was said of a number that is not linked any more.
      await removeNumberUse(paths, provider)
    }
    const number = standing.self?.number ?? null
    const label = PROVIDER_LABEL[provider]
    const entry = { act: 'messenger.unlink', actor: by, provider, detail: { number } } as const
    await recorded(audit, 'restricts', entry, logOut, onError)
    await settle()
    const { detail } = standings.of(provider)
    const done = `${label} is unlinked${number === null ? '' : `: ${number}`}. Nobody is heard there any more.`
    return detail === '' ? done : `${done} ${detail}`
  }

  const setUse = async (provider: ProviderId, use: OwnNumberUse, by: AuditActor): Promise<string> => {
    refuse(provider)
    const standing = options.hasGateway() ? await asked(provider) : standings.of(provider)
    const number = linkedNumber(standing, options.numberOf(provider))
    if (number === null) throw notLinked(provider)
    await numbers.say(provider, use, number, by)
    const rules = config()
    if (use === 'own' || rules === null || !isOnlySelf(rules, provider, options.numberOf(provider)))
      return use === 'own' ? IS_OWN(number) : IS_SEPARATE(number)
    return `${IS_SEPARATE(number)} By the config only its chat with itself is heard all the same.`
  }

  const cancel = async (provider: ProviderId, by: AuditActor): Promise<string> => {
    refuse(provider)
    if (isLinked(standings.of(provider))) throw linkedAlready(provider, standings.of(provider).self?.number)
    tell(provider, 'cancel')
    audit.note({ act: 'messenger.link', actor: by, provider, detail: { cancelled: true } })
    return 'No code is shown any more.'
  }

  return {
    heard(said) {
      if (isLocked() || !isOfPhone(said.provider)) return
      const before = standings.of(said.provider).self?.number
      standings.link(said)
      onChange()
      const number = said.self?.number
      if (number === undefined || number === before) return
      const isWaiting = turnedOut.has(said.provider)
      turnedOut.set(said.provider, number)
      if (!isWaiting) void inTurn(() => keepNumber(said.provider)).catch(onError)
    },
    status: standings.status,
    gone: standings.gone,
    lock() {
      if (isStopping) return
      isStopping = true
      standings.dropCodes()
      onChange()
    },
    unlock() {
      isStopping = false
    },
    link: (provider, use, by) => inTurn(() => link(provider, use, by)),
    reconnect: (provider, by) => inTurn(() => reconnect(provider, by)),
    // Nobody waits with it: what it ends may be what the others wait for.
    cancel,
    unlink: (provider, by) => inTurn(() => unlink(provider, by)),
    setUse: (provider, use, by) => inTurn(() => setUse(provider, use, by)),
    viewOf: (provider) =>
      isOfPhone(provider) ? linkView(standings.of(provider), options.numberOf(provider), config()) : null,
    standingOf: standings.of,
  }
}

const isOfPhone = (provider: ProviderId): provider is 'whatsapp' => provider === 'whatsapp'

/** A login that is there is first connected, and then its account is known: until then nobody can say. */
const isKnown = ({ state, self }: Standing): boolean =>
  state !== null && (self !== null || (state !== 'connecting' && state !== 'retrying'))

const isRefused = ({ state }: Standing): boolean => state === 'refused'

/** A login that can not be read has no account to show, and unlinking is what removes it. */
const mayHoldLogin = ({ state }: Standing): boolean => state === 'refused' || state === 'failed'

const isGone = ({ state, self }: Standing): boolean =>
  self === null && (state === 'unlinked' || state === 'logged_out')

const IS_OWN = (number: string): string =>
  `${number} is your own number: only your chat with yourself is heard.`

const IS_SEPARATE = (number: string): string =>
  `${number} is the agent’s alone: who may write there is decided as everywhere.`
