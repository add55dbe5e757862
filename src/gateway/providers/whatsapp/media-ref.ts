import { z } from 'zod'

/** Which keys are derived from the media key; what is stored is encrypted under their names. */
export const MEDIA_TYPES = ['image', 'video', 'audio', 'document'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

/** Everything by which a file is found, decrypted and checked. It was all in the message, and nothing else is asked. */
export interface MediaRef {
  readonly type: MediaType
  /** Of WhatsApp's own store, from `/` on. */
  readonly directPath: string
  readonly mediaKey: Uint8Array
  /** SHA-256 of what is stored, with its MAC. */
  readonly encrypted: Uint8Array
  /** SHA-256 of the file. */
  readonly plain: Uint8Array
}

const MAX_PATH = 600
/** Segments without dots that lead upwards, and a query. Neither an authority (`//`), an escape of a dot or slash, nor a fragment. */
const PATH = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+(?:\?[A-Za-z0-9._~=&%+-]*)?$/

const isDirectPath = (path: string): boolean => path.length <= MAX_PATH && PATH.test(path)

const KEY_BYTES = 32

const key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')))

const refShape = z.tuple([z.literal(1), z.enum(MEDIA_TYPES), z.string().refine(isDirectPath), key, key, key])

/** As text, at most 1,000 characters. Undefined where a part is not of its form. */
export const formatMediaRef = ({
  type,
  directPath,
  mediaKey,
  encrypted,
  plain,
}: MediaRef): string | undefined => {
  if (!isDirectPath(directPath)) return undefined
  const keys = [mediaKey, encrypted, plain]
  if (keys.some((each) => each.length !== KEY_BYTES)) return undefined
  return JSON.stringify([1, type, directPath, ...keys.map((each) => Buffer.from(each).toString('base64url'))])
}

/** Undefined for what this version did not write. */
export const parseMediaRef = (text: string): MediaRef | undefined => {
  try {
    const [, type, directPath, mediaKey, encrypted, plain] = refShape.parse(JSON.parse(text))
    return { type, directPath, mediaKey, encrypted, plain }
  } catch {
    // Whoever asked for the file is told that there is none.
    return undefined
  }
}
