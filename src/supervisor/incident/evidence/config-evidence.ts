import JSON5 from 'json5'
import { secretTag } from '../../../shared/log/secret-tag.ts'
import { readBounded } from '../../../shared/state/atomic-file.ts'
import { knownKeys } from '../../../shared/state/config/schema.ts'
import { isObject } from '../files/json-lines.ts'

const MAX_CONFIG_BYTES = 1024 * 1024

/** The end of a key whose value is a secret, in every spelling; `tokenFile` is a path and stays. */
const SECRET_KEY = /(?:token|key|secret|passw(?:or)?d|passphrase|authorization|cookie|credentials?)$/i
/** Deeper than any config; a file that is deeper is not one. */
const MAX_DEPTH = 64

export type ConfigEvidence =
  | { readonly kind: 'kept'; readonly config: unknown }
  | { readonly kind: 'not'; readonly why: string }

/**
 * The config as it was, each secret as its tag. It is read from the file and not from what the supervisor knows,
 * because a config that is not valid is part of what happened. What can not be parsed is not kept: nobody could say
 * which of its characters are a secret.
 */
export const configEvidence = async (path: string): Promise<ConfigEvidence> => {
  const found = await readBounded(path, MAX_CONFIG_BYTES)
  if (found.kind === 'absent') return { kind: 'not', why: 'there is none: every setting had its default' }
  if (found.kind !== 'text')
    return { kind: 'not', why: `it ${found.kind === 'unfit' ? found.why : `can not be read: ${found.why}`}` }
  let value: unknown
  try {
    value = JSON5.parse(found.text)
  } catch {
    // The parser's message quotes the file.
    return { kind: 'not', why: 'it is not valid JSON5' }
  }
  if (!isObject(value)) return { kind: 'not', why: 'it is not an object' }
  if (isDeeperThan(value, MAX_DEPTH)) return { kind: 'not', why: 'it is nested too deep' }
  return { kind: 'kept', config: withoutSecrets(value, [], 'plain') }
}

/**
 * What stands under a key that this version does not know may be a misspelt secret, and what stands in the place of an
 * object may be anything: of both only the tag is kept.
 */
const withoutSecrets = (value: unknown, path: readonly string[], place: 'plain' | 'secret'): unknown => {
  if (Array.isArray(value)) return value.map((entry: unknown) => withoutSecrets(entry, path, place))
  if (isObject(value)) {
    const known = knownKeys(path)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const secret = place === 'secret' || SECRET_KEY.test(name) || !known.includes(name)
        return [name, withoutSecrets(inner, [...path, name], secret ? 'secret' : 'plain')]
      }),
    )
  }
  if (typeof value !== 'string' && typeof value !== 'number') return value
  if (place === 'secret' || knownKeys(path).length > 0) return mark(String(value))
  return typeof value === 'string' ? withoutCredentials(value) : value
}

const mark = (secret: string): string => `‹secret:${secretTag(secret)}›`

/** An address may carry a user name, a password, or a key behind its question mark. */
const withoutCredentials = (text: string): string => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text
  const { username, password, search, hash } = new URL(text)
  return username + password + search + hash === '' ? text : mark(text)
}

const isDeeperThan = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1))
}
