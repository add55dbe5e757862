import { ClawdbotError } from '../../domain/error.ts'
import { readBounded, writeFileAtomic } from '../atomic-file.ts'

/** No store of this product comes near it; reading more than this would be reading an attack. */
const STORE_MAX_BYTES = 1024 * 1024

export type Json = Readonly<Record<string, unknown>>

/** One of the forms `{ "version": 1, "<list>": [ … ] }`. */
export interface StoreForm {
  readonly list: string
  /** The command that sets a corrupt file aside on the owner's word. */
  readonly repair: string
}

/** What a store file holds: the entries as they are, and top-level keys of somebody else, kept when it is written. */
export interface StoreContent {
  readonly entries: readonly unknown[]
  readonly rest: Json
}

const EMPTY: StoreContent = { entries: [], rest: {} }

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A file that says something other than it should. It is never read as empty and never overwritten, because the
 * next write would then lose everybody in it (the existing Clawdbot does, peers 1.2). `what` completes “the file …”.
 */
export const corrupt = (file: string, what: string, repair: string): ClawdbotError =>
  new ClawdbotError(
    'store_corrupt',
    `${file} ${what}. Nothing was changed, and nothing that depends on it is allowed until it is repaired.`,
    `Repair the file by hand, or start it afresh with: clawdbot ${repair} (the old file is kept under another name)`,
  )

/** Undefined only where there is no file. Errors: `store_corrupt`, `store_unreadable`. */
export const readJsonFile = async (file: string, repair: string): Promise<Json | undefined> => {
  const found = await readBounded(file, STORE_MAX_BYTES)
  if (found.kind === 'absent') return undefined
  if (found.kind === 'unfit') throw corrupt(file, found.why, repair)
  if (found.kind === 'failed') {
    throw new ClawdbotError(
      'store_unreadable',
      `${file} can not be read: ${found.why}.`,
      'Give this user the right to read it. Until then nothing that depends on it is allowed.',
      found.cause,
    )
  }
  const value = parseJson(found.text)
  if (value === undefined) throw corrupt(file, whyNotJson(found.text), repair)
  if (!isJson(value)) throw corrupt(file, 'is not a JSON object', repair)
  if (value['version'] !== 1) throw corrupt(file, 'is not of version 1', repair)
  return value
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Its message quotes the file, and with it codes and names, so `whyNotJson` words it anew.
    return undefined
  }
}

const whyNotJson = (text: string): string => {
  if (text.trim() === '') return 'is empty'
  const end = text.trimEnd().at(-1)
  return end === '}' || end === ']' ? 'is not valid JSON' : 'is not valid JSON (it seems cut off)'
}

/** Errors: `store_corrupt`, `store_unreadable`. No file reads as no entries. */
export const readStore = async (file: string, form: StoreForm): Promise<StoreContent> => {
  const value = await readJsonFile(file, form.repair)
  if (value === undefined) return EMPTY
  const { version: _, [form.list]: entries, ...rest } = value
  if (!Array.isArray(entries)) throw corrupt(file, `has no list "${form.list}"`, form.repair)
  return { entries, rest }
}

/** Errors: `disk_full`, `state_not_writable`; never writes what `readStore` would refuse as too large. */
export const writeStore = (file: string, form: StoreForm, content: StoreContent): Promise<void> =>
  writeJsonFile(file, { version: 1, [form.list]: content.entries, ...content.rest })

export const writeJsonFile = async (file: string, value: Json): Promise<void> => {
  const text = `${JSON.stringify(value, null, 2)}\n`
  if (Buffer.byteLength(text) > STORE_MAX_BYTES) {
    throw new ClawdbotError(
      'state_not_writable',
      `${file} would be larger than ${String(STORE_MAX_BYTES)} bytes.`,
      'Remove entries that are no longer needed.',
    )
  }
  await writeFileAtomic(file, text)
}
