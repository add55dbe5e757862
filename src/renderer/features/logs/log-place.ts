// Where in the log an address leads. Pure.
import type { InputOf } from '../../../shared/contracts/bridge.ts'

type Find = InputOf<'archive.logFind'>
export type LogPlace = Find extends infer F
  ? F extends { readonly view: number }
    ? Omit<F, 'view'>
    : never
  : never

/**
 * `17`, `clawdbot-2026-01-06.log:12` or `line:…`, a moment or `time:…`, `event:…`. Null: it leads nowhere in
 * particular.
 */
export const parseLogPlace = (text: string): LogPlace | null => {
  const number = wholeNumber(text)
  if (number !== null) return { by: 'number', number }
  const event = after(text, 'event:')
  if (event !== null) return event === '' || event.length > 300 ? null : { by: 'event', event }
  const moment = after(text, 'time:') ?? text
  const at = wholeNumber(moment) ?? (/^\d{4}-\d{2}-\d{2}T/.test(moment) ? Date.parse(moment) : Number.NaN)
  if (Number.isFinite(at)) return { by: 'time', at }
  const place = after(text, 'line:') ?? text
  const colon = place.lastIndexOf(':')
  const line = wholeNumber(place.slice(colon + 1))
  return colon > 0 && line !== null ? { by: 'line', file: place.slice(0, colon), line } : null
}

const after = (text: string, prefix: string): string | null =>
  text.startsWith(prefix) ? text.slice(prefix.length) : null

const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)
