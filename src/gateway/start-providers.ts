import type { FromGateway, ProviderStatus, StartMessage } from '../shared/contracts/gateway.ts'
import { ClawdbotError, toErrorView } from '../shared/domain/error.ts'
import type { ProviderId } from '../shared/domain/provider.ts'
import type { Provider } from './providers/provider.ts'
import { createSimulator, type Simulator } from './providers/simulator/simulator.ts'

export interface Providers {
  readonly all: readonly Provider[]
  readonly simulator: Simulator | undefined
  of(id: ProviderId): Provider | undefined
}

export interface ProvidersOptions {
  readonly start: Pick<StartMessage, 'telegram' | 'simulator'>
  /** Another address for a messenger is for tests. */
  readonly underTest: boolean
  readonly send: (message: Extract<FromGateway, { type: 'simulated' }>) => boolean
  readonly status: (status: ProviderStatus) => void
  readonly now: () => number
  readonly newId: () => string
}

/** Makes the messengers that are switched on; the code of one that is not is never loaded. */
export const loadProviders = async (options: ProvidersOptions): Promise<Providers> => {
  const { telegram } = options.start
  const { now, newId } = options
  const simulator = options.start.simulator
    ? createSimulator({
        show: (message) => options.send({ type: 'simulated', ...message }),
        now,
        newId,
      })
    : undefined
  const all: Provider[] = simulator === undefined ? [] : [simulator]
  if (telegram !== null) {
    const { createTelegram } = await import('./providers/telegram/telegram.ts')
    try {
      if (telegram.apiRoot !== undefined && !options.underTest) throw onlyForTests()
      all.push(createTelegram(telegram))
    } catch (error) {
      // One messenger with a wrong setting does not silence the others.
      const { message, hint } = toErrorView(error)
      options.status({ provider: 'telegram', state: 'refused', detail: `${message} ${hint}`.slice(0, 500) })
    }
  }
  return { all, simulator, of: (id) => all.find((provider) => provider.id === id) }
}

const onlyForTests = (): ClawdbotError =>
  new ClawdbotError(
    'config_invalid',
    'Another address for Telegram is for tests only, and would get the token.',
    'Remove it.',
  )
