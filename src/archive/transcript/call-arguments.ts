import { isObject, stringIn } from '../read/json.ts'
import type { CallPart } from '../read/message-facts.ts'
import { beginning } from './cutter.ts'

/** UTF-16 units of what a call is called by. */
const MAX_BRIEF = 300

/** The argument that says most, by tool, then by what arguments are usually called. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  bash: ['command'],
  exec: ['command'],
  read: ['path', 'file_path'],
  write: ['path', 'file_path'],
  edit: ['path', 'file_path'],
  send: ['to', 'text'],
}
const USUAL = ['command', 'path', 'file_path', 'url', 'query', 'pattern', 'action', 'to', 'name', 'text']

/** One line; empty where no argument says anything. */
export const briefOf = ({ tool, arguments: given }: CallPart): string => {
  if (!isObject(given)) return ''
  const telling = Object.hasOwn(TELLING, tool) ? (TELLING[tool] ?? USUAL) : USUAL
  const found = telling.map((key) => stringIn(given, key)).find((text) => text.trim() !== '') ?? ''
  return beginning(
    found
      .slice(0, 4 * MAX_BRIEF)
      .replace(/\s+/g, ' ')
      .trim(),
    MAX_BRIEF,
  )
}

export interface Change {
  readonly path: string
  readonly before: string
  readonly after: string
}

/** What an edit replaces by what: of our tool, of pi's, and as other models spell their arguments; null for no edit. */
export const changeOf = ({ tool, arguments: given }: CallPart): Change | null => {
  if (!isObject(given)) return null
  const path = stringIn(given, 'path') || stringIn(given, 'file_path')
  if (tool === 'write') {
    return typeof given['content'] === 'string' ? { path, before: '', after: given['content'] } : null
  }
  if (tool !== 'edit') return null
  const pieces = Array.isArray(given['edits']) ? given['edits'] : [given]
  const pairs = pieces.map(pairOf).filter((pair) => pair !== undefined)
  if (pairs.length === 0) return null
  return {
    path,
    before: pairs.map(([before]) => before).join('\n'),
    after: pairs.map(([, after]) => after).join('\n'),
  }
}

const pairOf = (piece: unknown): readonly [string, string] | undefined => {
  if (!isObject(piece)) return undefined
  const before = piece['oldText'] ?? piece['old_string']
  const after = piece['newText'] ?? piece['new_string']
  return typeof before === 'string' && typeof after === 'string' ? [before, after] : undefined
}
