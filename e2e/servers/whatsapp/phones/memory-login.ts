import {
  type AuthenticationState,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'

type Table = { [T in keyof SignalDataTypeMap]: Map<string, SignalDataTypeMap[T]> }

const createTable = (): Table => ({
  'pre-key': new Map(),
  session: new Map(),
  'sender-key': new Map(),
  'sender-key-memory': new Map(),
  'app-state-sync-key': new Map(),
  'app-state-sync-version': new Map(),
  'lid-mapping': new Map(),
  'device-list': new Map(),
  tctoken: new Map(),
  'identity-key': new Map(),
})

const TYPES = [
  'pre-key',
  'session',
  'sender-key',
  'sender-key-memory',
  'app-state-sync-key',
  'app-state-sync-version',
  'lid-mapping',
  'device-list',
  'tctoken',
  'identity-key',
] as const satisfies readonly (keyof SignalDataTypeMap)[]

const copyOf = <T>(value: T): T => structuredClone(value)

export interface MemoryLogin extends AuthenticationState {
  ids(type: keyof SignalDataTypeMap): readonly string[]
}

/** A login that lives as long as the process. What it gives out are copies, as from a disk. */
export const createMemoryLogin = (): MemoryLogin => {
  const table = createTable()
  const write = <T extends keyof SignalDataTypeMap>(type: T, values: SignalDataSet[T]): void => {
    const entries: { readonly [id: string]: SignalDataTypeMap[T] | null } = values ?? {}
    for (const [id, value] of Object.entries(entries)) {
      if (value === null) table[type].delete(id)
      else table[type].set(id, copyOf(value))
    }
  }
  const keys: SignalKeyStore = {
    get: async (type, ids) => {
      const found: { [id: string]: SignalDataTypeMap[typeof type] } = {}
      for (const id of ids) {
        const value = table[type].get(id)
        if (value !== undefined) found[id] = copyOf(value)
      }
      return found
    },
    set: async (data) => {
      for (const type of TYPES) write(type, data[type])
    },
  }
  return { creds: initAuthCreds(), keys, ids: (type) => [...table[type].keys()] }
}
