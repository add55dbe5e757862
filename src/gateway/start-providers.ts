import type { FromGateway } from '../shared/contracts/gateway.ts'
import type { StartMessage } from '../shared/contracts/gateway-told.ts'
import type { ProviderStatus } from '../shared/contracts/provider-status.ts'
import { ClawdbotError, toErrorView } from '../shared/domain/error.ts'
import { PROVIDER_LABEL, type ProviderId } from '../shared/domain/provider.ts'
import type { Logger } from '../shared/log/logger.ts'
import type { Provider } from './providers/provider.ts'
import { createSimulator, type Simulator } from './providers/simulator/simulator.ts'

export interface Providers {
  readonly all: readonly Provider[]
  readonly simulator: Simulator | undefined
  of(id: ProviderId): Provider | undefined
}

export interface ProvidersOptions {
  readonly start: Pick<StartMessage, 'telegram' | 'whatsapp' | 'simulator'>
  /** Another address for a messenger is for tests. */
  readonly underTest: boolean
  readonly send: (message: Extract<FromGateway, { type: 'simulated' }>) => boolean
  readonly status: (status: ProviderStatus) => void
  readonly log: Logger
  /** A fault after which the gateway must not go on. */
  readonly onFault: (error: unknown) => void
  readonly now: () => number
  readonly newId: () => string
}

/** Makes the messengers that are switched on; the code of one that is not is never loaded. */
export const loadProviders = async (options: ProvidersOptions): Promise<Providers> => {
  const { telegram, whatsapp } = options.start
  const { underTest, log, now, newId, onFault } = options
  const simulator = options.start.simulator
    ? createSimulator({
        show: (message) => options.send({ type: 'simulated', ...message }),
        now,
        newId,
      })
    : undefined
  const all: Provider[] = simulator === undefined ? [] : [simulator]
  /** One messenger with a wrong setting does not silence the others. */
  const add = async (provider: ProviderId, make: () => Promise<Provider>): Promise<void> => {
    try {
      all.push(await make())
    } catch (error) {
      const { message, hint } = toErrorView(error)
      options.status({ provider, state: 'refused', detail: `${message} ${hint}`.slice(0, 500) })
    }
  }
  if (telegram !== null)
    await add('telegram', async () => {
      const { createTelegram } = await import('./providers/telegram/telegram.ts')
      if (telegram.apiRoot !== undefined && !underTest) throw onlyForTests('telegram')
      return createTelegram(telegram)
    })
  if (whatsapp !== null)
    await add('whatsapp', async () => {
      const { createWhatsApp } = await import('./providers/whatsapp/whatsapp.ts')
      if (whatsapp.test !== undefined && !underTest) throw onlyForTests('whatsapp')
      return createWhatsApp({
        folder: whatsapp.folder,
        test: whatsapp.test,
        log: log.child('whatsapp'),
        now,
        random: Math.random,
        onFault,
      })
    })
  return { all, simulator, of: (id) => all.find((provider) => provider.id === id) }
}

const onlyForTests = (provider: ProviderId): ClawdbotError =>
  new ClawdbotError(
    'config_invalid',
    `Another address for ${PROVIDER_LABEL[provider]} is for tests only, and would get what is secret.`,
    'Remove it.',
  )
