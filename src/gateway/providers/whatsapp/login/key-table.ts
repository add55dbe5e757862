import type { KeyChange } from './login-lines.ts'

/** The keys of one login, each as the text that the file has, so that what is read out is always a copy. */
export interface KeyTable {
  get(type: string, id: string): string | undefined
  apply(changes: readonly KeyChange[]): void
  /** All that there is, as changes to nothing. */
  all(): readonly KeyChange[]
}

export const createKeyTable = (): KeyTable => {
  const types = new Map<string, Map<string, string>>()
  const ofType = (type: string): Map<string, string> => {
    const known = types.get(type)
    if (known !== undefined) return known
    const made = new Map<string, string>()
    types.set(type, made)
    return made
  }
  return {
    get: (type, id) => types.get(type)?.get(id),
    apply: (changes) => {
      for (const { type, id, json } of changes) {
        if (json === null) types.get(type)?.delete(id)
        else ofType(type).set(id, json)
      }
    },
    all: () => [...types].flatMap(([type, values]) => [...values].map(([id, json]) => ({ type, id, json }))),
  }
}
