import type { ExportSecrets } from '../../../shared/contracts/bridge.ts'
import type { ExportHead } from './export-head.ts'
import { type Redact, redactJsonLine } from './redact-json.ts'

/**
 * The file's own first line with the head in it, so that other programs still find the session's header where they look
 * for it; before a first line that is no header, a line of its own.
 */
export const jsonlHead = (head: ExportHead, first: string | undefined): readonly string[] => {
  const header = first === undefined ? undefined : headerOf(first)
  if (header !== undefined) return [JSON.stringify({ ...header, export: head })]
  const own = JSON.stringify({ type: 'custom', customType: 'clawdbot.export', data: head })
  return first === undefined ? [own] : [own, first]
}

const headerOf = (line: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    const isHeader =
      typeof value === 'object' && value !== null && 'type' in value && value.type === 'session'
    return isHeader ? value : undefined
  } catch {
    // Not JSON is no header.
    return undefined
  }
}

/** A line of the file as it goes out: what is no JSON becomes a JSON string, so that every line of the export is JSON. */
export const jsonlLine = (line: string, secrets: ExportSecrets, redact: Redact): string => {
  if (secrets === 'keep') return isJson(line) ? line : JSON.stringify({ unparsable: line })
  return redactJsonLine(line, redact) ?? JSON.stringify({ unparsable: redact(line) })
}

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    // The caller wraps it.
    return false
  }
}
