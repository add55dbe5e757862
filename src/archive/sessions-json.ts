// `sessions.json`: session key to what is known of the session, as the gateway and the existing Clawdbot write it
// (peers 1.6). It only says what to call a transcript: where it does not read, transcripts have their ids for names.
import { basename, join } from 'node:path'
import JSON5 from 'json5'
import type { SessionRow } from '../shared/contracts/archive-sessions.ts'
import { PROVIDERS } from '../shared/domain/provider.ts'
import { type OpenFile, withFile } from './log/plain-file.ts'
import { isObject, type JsonObject, numberIn, stringIn } from './read/json.ts'

const MAX_BYTES = 64 * 1024 * 1024
/** JSON5 is read a hundred times slower than JSON. */
const MAX_JSON5 = 4 * 1024 * 1024
const MAX_TEXT = 300

/** What the list says of one session. */
export interface KnownSession {
  readonly key: string
  /** The subject of a group, a name, or the key. Remote text. */
  readonly title: string
  readonly provider: string
  readonly chat: SessionRow['chat']
  readonly model: string
  /** Milliseconds since the epoch; null where it says none. */
  readonly updatedAt: number | null
}

export interface SessionList {
  /** By the name of the transcript's file in this folder, without `.jsonl`. */
  readonly byFile: ReadonlyMap<string, KnownSession>
  /** A sentence where the list does not read; empty otherwise. */
  readonly problem: string
}

const NOTHING: SessionList = { byFile: new Map(), problem: '' }

/** The list of a folder. Never throws: a list that is not there or does not read is empty, and `problem` says why. */
export const readSessionList = async (folder: string): Promise<SessionList> => {
  const path = join(folder, 'sessions.json')
  const opened = withFile(path, textOf)
  if (opened.kind === 'gone') return NOTHING
  if (opened.kind === 'shut') return { ...NOTHING, problem: `${path} can not be read, or is no plain file.` }
  return opened.value === undefined
    ? { ...NOTHING, problem: `${path} is larger than ${String(MAX_BYTES)} bytes.` }
    : parseSessionList(opened.value, path)
}

/** It is replaced as a whole, so what is there at once is all of it. */
const textOf = ({ size, read }: OpenFile): string | undefined => {
  if (size > MAX_BYTES) return undefined
  const bytes = Buffer.alloc(size)
  return bytes.toString('utf8', 0, read(bytes, 0))
}

/** @param name names the list in `problem` */
export const parseSessionList = (text: string, name: string): SessionList => {
  const entries = parse(text)
  if (!isObject(entries)) return { ...NOTHING, problem: `${name} is not a list of sessions.` }
  const byFile = new Map<string, KnownSession>()
  for (const [key, entry] of Object.entries(entries)) {
    if (!isObject(entry)) continue
    const session = knownSession(key, entry)
    for (const file of filesOf(entry)) {
      const other = byFile.get(file)
      // Two keys for one file: the later one is the one in use.
      if (other === undefined || (other.updatedAt ?? 0) <= (session.updatedAt ?? 0)) byFile.set(file, session)
    }
  }
  return { byFile, problem: '' }
}

const parse = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    // The existing Clawdbot reads JSON5 here.
    return text.length > MAX_JSON5 ? undefined : parseJson5(text)
  }
}

const parseJson5 = (text: string): unknown => {
  try {
    const value: unknown = JSON5.parse(text)
    return value
  } catch {
    // Neither of the two: the caller says so.
    return undefined
  }
}

const EXTENSION = '.jsonl'

/** `sessionFile`, where it is one of this folder's, and what the id gives. A path is taken for its name only. */
const filesOf = (entry: JsonObject): readonly string[] => {
  const file = stringIn(entry, 'sessionFile').replaceAll('\\', '/')
  const named = file.endsWith(EXTENSION) ? basename(file, EXTENSION) : ''
  return [...new Set([named, stringIn(entry, 'sessionId')])].filter((name) => name !== '')
}

const knownSession = (key: string, entry: JsonObject): KnownSession => ({
  key: key.slice(0, MAX_TEXT),
  title: titleOf(key, entry).slice(0, MAX_TEXT),
  provider: providerOf(key, entry),
  chat: chatOf(key, entry),
  model: [stringIn(entry, 'modelProvider'), stringIn(entry, 'model')]
    .filter((part) => part !== '')
    .join('/')
    .slice(0, MAX_TEXT),
  updatedAt: numberIn(entry, 'updatedAt') ?? null,
})

const TITLES = ['label', 'subject', 'displayName', 'room'] as const

const titleOf = (key: string, entry: JsonObject): string => {
  const given = TITLES.map((field) => stringIn(entry, field)).find((text) => text.trim() !== '')
  const origin = isObject(entry['origin']) ? stringIn(entry['origin'], 'label') : ''
  return given ?? (origin.trim() === '' ? key : origin)
}

/** `agent:main:telegram:group:7` is the newer form of `telegram:group:7`. */
const partsOf = (key: string): readonly string[] => {
  const parts = key.split(':')
  return parts[0] === 'agent' ? parts.slice(2) : parts
}

const providerOf = (key: string, entry: JsonObject): string => {
  const first = partsOf(key)[0]
  const said = [
    stringIn(entry, 'surface'),
    stringIn(entry, 'channel'),
    first ?? '',
    stringIn(entry, 'lastChannel'),
  ]
  return said.find((name) => PROVIDERS.some((known) => known === name)) ?? ''
}

const GROUPS = new Set(['group', 'channel', 'room'])

const chatOf = (key: string, entry: JsonObject): SessionRow['chat'] => {
  const parts = partsOf(key)
  const type = stringIn(entry, 'chatType')
  if (parts.length === 1 && parts[0] === 'main') return 'main'
  if (GROUPS.has(type) || parts.some((part, index) => index < 2 && GROUPS.has(part))) return 'group'
  if (type === 'direct' || parts.some((part, index) => index < 2 && (part === 'dm' || part === 'direct')))
    return 'direct'
  return 'unknown'
}
