// A WhatsApp provider as the gateway has it, over the real Baileys, against the local server.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderLink, ProviderStatus } from '../../../../shared/contracts/provider-status.ts'
import { createLogger, type Logger } from '../../../../shared/log/logger.ts'
import type { ProviderEvent } from '../../../inbound/provider-event.ts'
import type { Provider } from '../../provider.ts'
import { createWhatsApp, type WhatsAppOptions } from '../whatsapp.ts'

type Status = Pick<ProviderStatus, 'state' | 'detail'>
type Link = Omit<ProviderLink, 'provider'>

export interface RunningWhatsApp {
  readonly provider: Provider
  readonly statuses: readonly Status[]
  readonly links: readonly Link[]
  /** What was taken in, each event once, as the gate's dedupe would have it. */
  readonly heard: readonly ProviderEvent[]
  /** The same, as often as it came. */
  readonly events: readonly ProviderEvent[]
  readonly faults: readonly unknown[]
  /** Of the provider's own log. */
  readonly log: string
  readonly status: () => Status | undefined
  readonly link: () => Link | undefined
  /** The next event is refused with this error. */
  readonly refuseNext: (error: Error) => void
  readonly until: (condition: () => boolean, what: string) => Promise<void>
  /** Resolves with the code on show that is not `but`. */
  readonly code: (but?: string) => Promise<string>
  /** Begins to link, and has the phone scan. */
  readonly linkUp: () => Promise<void>
  readonly send: (chatId: string, text: string, mayGo?: () => boolean) => ReturnType<Provider['send']>
  readonly stop: () => Promise<void>
}

/** The local server, as far as it is needed here; it is the test that starts it. */
export interface LocalServer {
  readonly url: string
  readonly rootKey: string
  readonly mediaUrl: string
  scan(code: string): Promise<void>
  unknown(): readonly string[]
  stop(): Promise<void>
}

export interface WhatsAppWorld<Server extends LocalServer> {
  readonly server: Server
  readonly folder: string
  /** Another run of the provider over the same login; the runs before have to be stopped. */
  readonly run: (options?: Partial<WhatsAppOptions>) => RunningWhatsApp
  readonly close: () => Promise<void>
}

const LIMIT_MS = 30_000
const PAUSE_MS = 40

export const createWhatsAppWorld = <Server extends LocalServer>(server: Server): WhatsAppWorld<Server> => {
  const home = mkdtempSync(join(tmpdir(), 'clawdbot-whatsapp-'))
  const folder = join(home, 'whatsapp')
  const runs: RunningWhatsApp[] = []
  const log = createLogger({
    file: join(home, 'log'),
    level: 'debug',
    redact: (line) => line,
    source: 'gateway',
  })
  return {
    server,
    folder,
    run: (given = {}) => {
      const { url, rootKey, mediaUrl } = server
      const run = runWhatsApp(
        { folder, test: { url, rootKey, mediaUrl }, log, ...given },
        server,
        join(home, 'log'),
      )
      runs.push(run)
      return run
    },
    close: async () => {
      await Promise.all(runs.map((run) => run.stop()))
      await server.stop()
      log.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

type Needed = Pick<WhatsAppOptions, 'folder' | 'test'> & { readonly log: Logger } & Partial<WhatsAppOptions>

const runWhatsApp = (options: Needed, server: LocalServer, log: string): RunningWhatsApp => {
  const statuses: Status[] = []
  const links: Link[] = []
  const events: ProviderEvent[] = []
  const faults: unknown[] = []
  const refusals: Error[] = []
  const provider = createWhatsApp({
    now: Date.now,
    random: Math.random,
    pauseMs: PAUSE_MS,
    onFault: (error) => faults.push(error),
    ...options,
  })
  const receive = (event: ProviderEvent): void => {
    const refusal = refusals.shift()
    if (refusal !== undefined) throw refusal
    events.push(event)
  }
  provider.start({
    receive,
    status: (status) => statuses.push(status),
    link: (link) => links.push(link),
  })
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    const limit = Date.now() + LIMIT_MS
    while (!condition()) {
      if (Date.now() > limit) {
        const told = statuses.slice(-5).map(({ state, detail }) => `${state}: ${detail}`)
        throw new Error(`waited for ${what}, in vain; the last that was told: ${told.join(' | ')}`)
      }
      await sleep(5)
    }
  }
  const shown = (): string | undefined => links.at(-1)?.code?.text
  const run: RunningWhatsApp = {
    provider,
    statuses,
    links,
    events,
    faults,
    log,
    get heard() {
      const seen = new Set<string>()
      return events.filter(({ eventId }) => !seen.has(eventId) && seen.add(eventId))
    },
    status: () => statuses.at(-1),
    link: () => links.at(-1),
    refuseNext: (error) => refusals.push(error),
    until,
    code: async (but) => {
      await until(() => shown() !== undefined && shown() !== but, 'a code')
      return shown() ?? ''
    },
    linkUp: async () => {
      provider.link?.('begin')
      await server.scan(await run.code())
      await until(() => run.status()?.state === 'connected', 'the connection')
    },
    send: (chatId, text, mayGo = () => true) => provider.send(chatId, text, mayGo),
    stop: () => provider.stop(),
  }
  return run
}
