import type { AuthenticationCreds } from '@whiskeysockets/baileys'
import { z } from 'zod'

/** What one line of the login's file says. */
export type LoginLine =
  | { readonly kind: 'head' }
  /** Who we are, from this line on. */
  | { readonly kind: 'creds'; readonly json: string }
  /** Keys that changed, all of them or none. */
  | { readonly kind: 'keys'; readonly changes: readonly KeyChange[] }

export interface KeyChange {
  /** Such as `session`. */
  readonly type: string
  readonly id: string
  /** As `BufferJSON` writes it; null: the key is gone. */
  readonly json: string | null
}

export const HEAD = '{"version":1}'

export const credsLine = (json: string): string => `{"creds":${json}}`

/** The values are put into the line as they are, so that none is turned into text twice. */
export const keysLine = (changes: readonly KeyChange[]): string => {
  const byType = new Map<string, string[]>()
  for (const { type, id, json } of changes) {
    const values = byType.get(type) ?? []
    values.push(`${JSON.stringify(id)}:${json}`)
    byType.set(type, values)
  }
  const types = [...byType].map(([type, values]) => `${JSON.stringify(type)}:{${values.join()}}`)
  return `{"keys":{${types.join()}}}`
}

/** Undefined: it can not be read. */
export const parseLine = (text: string): LoginLine | undefined => {
  const line = tryParse(text)
  if (!isRecord(line) || Object.keys(line).length !== 1) return undefined
  if (line['version'] === 1) return { kind: 'head' }
  const { creds, keys } = line
  if (isRecord(creds)) return { kind: 'creds', json: JSON.stringify(creds) }
  if (!isRecord(keys) || !Object.values(keys).every(isRecord)) return undefined
  const changes = Object.entries(keys).flatMap(([type, values]) =>
    Object.entries(isRecord(values) ? values : {}).map(([id, value]) => ({
      type,
      id,
      json: value === null ? null : JSON.stringify(value),
    })),
  )
  return { kind: 'keys', changes }
}

/** What is needed to log in, of what Baileys keeps; the rest is Baileys' own and passes as it is. */
export const isCreds = (value: unknown): value is AuthenticationCreds => credsSchema.safeParse(value).success

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const key = z.instanceof(Uint8Array).refine(({ length }) => length === 32)
const keyPair = z.looseObject({ public: key, private: key })
const credsSchema = z.looseObject({
  noiseKey: keyPair,
  signedIdentityKey: keyPair,
  signedPreKey: z.looseObject({
    keyPair,
    signature: z.instanceof(Uint8Array),
    keyId: z.number(),
  }),
  registrationId: z.number(),
  advSecretKey: z.string(),
  nextPreKeyId: z.number(),
  firstUnuploadedPreKeyId: z.number(),
  me: z.looseObject({ id: z.string().min(1) }),
  account: z.looseObject({}),
})

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // What stands there is for nobody's eyes, and the error would quote it.
    return undefined
  }
}
