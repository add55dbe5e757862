import type { UploadedFile } from './types.ts'

interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly body: Buffer
}

const LINE = '\r\n'

/**
 * The fields of a `multipart/form-data` body, with `attach://<name>` replaced by the file of that name. Undefined for what
 * is not exactly that: a part without a name, a file that nothing names, a name without a file, no file at all.
 */
export const parseMultipart = (
  body: Buffer,
  contentType: string,
): Readonly<Record<string, unknown>> | undefined => {
  const boundary = /;\s*boundary=([^\s;"]{1,200})$/.exec(contentType)?.[1]
  const parts = boundary === undefined ? undefined : partsOf(body, `--${boundary}`)
  if (parts === undefined) return undefined
  const files = new Map<string, UploadedFile>()
  for (const { name, fileName, body: bytes } of parts)
    if (fileName !== undefined) files.set(name, { fileName, bytes })
  const named = new Set<string>()
  const fields: Record<string, unknown> = {}
  for (const { name, fileName, body: bytes } of parts) {
    if (fileName !== undefined) continue
    const text = bytes.toString('utf8')
    const attached = /^attach:\/\/(.+)$/.exec(text)?.[1]
    if (attached !== undefined) named.add(attached)
    const value = attached === undefined ? text : files.get(attached)
    if (value === undefined || name in fields) return undefined
    fields[name] = value
  }
  return files.size > 0 && [...files.keys()].every((name) => named.has(name)) ? fields : undefined
}

const partsOf = (body: Buffer, delimiter: string): readonly Part[] | undefined => {
  const parts: Part[] = []
  if (body.indexOf(delimiter) !== 0) return undefined
  let at = delimiter.length
  for (;;) {
    const after = body.subarray(at, at + 2).toString('latin1')
    if (after === '--') return parts
    const headEnd = body.indexOf(`${LINE}${LINE}`, at)
    const end = body.indexOf(`${LINE}${delimiter}`, headEnd)
    if (after !== LINE || headEnd < 0 || end < 0) return undefined
    const part = partOf(body.subarray(at + 2, headEnd).toString('utf8'), body.subarray(headEnd + 4, end))
    if (part === undefined) return undefined
    parts.push(part)
    at = end + LINE.length + delimiter.length
  }
}

/** As Telegram does it, a name without quotes ends at a semicolon. */
const partOf = (head: string, body: Buffer): Part | undefined => {
  const disposition = /^content-disposition: ?form-data; ?(.+)$/im.exec(head)?.[1] ?? ''
  const name = /(?:^|; ?)name="([^"]+)"/.exec(disposition)?.[1]
  const quoted = /; ?filename="([^"]*)"/.exec(disposition)?.[1]
  const fileName = quoted ?? /; ?filename=([^;"]+)/.exec(disposition)?.[1]
  return name === undefined ? undefined : { name, fileName: fileName?.trimEnd(), body }
}
