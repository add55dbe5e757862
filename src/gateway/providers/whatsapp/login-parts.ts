import type { Logger } from '../../../shared/log/logger.ts'
import { type Baileys, loadBaileys } from './baileys.ts'
import { type LoginStore, openLoginStore } from './login/login-store.ts'
import { type Taken, type TakenAtDecryption, takenAtDecryption } from './taken-at-decryption.ts'

/** What a connection is made of. */
interface LoginParts {
  readonly baileys: Baileys
  readonly store: LoginStore
  readonly taken: TakenAtDecryption
}

export interface PartsOptions {
  readonly folder: string
  /** Tests only. */
  readonly rootKey: Uint8Array | undefined
  readonly log: Logger
  readonly take: (taken: Taken) => void
}

export interface Parts {
  /** Loads and opens what is not yet. @throws ClawdbotError as `loadBaileys` and `openLoginStore` do; the next call tries again. */
  readonly ready: () => Promise<LoginParts>
  /** Undefined before it was opened. */
  readonly store: () => LoginStore | undefined
  readonly close: () => void
}

/** Baileys and the login's file, from when they are needed for the first time. */
export const createParts = ({ folder, rootKey, log, take }: PartsOptions): Parts => {
  let loading: Promise<LoginParts> | undefined
  let loaded: LoginParts | undefined

  const load = async (): Promise<LoginParts> => {
    const baileys = await loadBaileys({ log, ...(rootKey === undefined ? {} : { rootKey }) })
    const store = openLoginStore(folder, baileys, (message, error) => log.error(message, { error }))
    return { baileys, store, taken: takenAtDecryption(baileys, take) }
  }

  return {
    ready: async () => {
      loading ??= load()
      try {
        loaded = await loading
      } catch (error) {
        loading = undefined
        throw error
      }
      return loaded
    },
    store: () => loaded?.store,
    close: () => {
      const open = loaded
      loaded = undefined
      loading = undefined
      open?.store.close()
    },
  }
}
