import type { FileLine } from '../files/file-lines.ts'
import { isJson, parseObject } from '../files/json-lines.ts'

/** What happened to a file on its way into the bundle: told in the manifest. */
export interface LeftOut {
  lines: number
}

/**
 * Lines of the audit, byte for byte or not at all: taking a secret out of one would break the chain of its hashes. They
 * hold none by construction, so a line that the redactor would change is a finding by itself. What is not JSON is no
 * record, and a single line of a key in PEM form does not look like one.
 */
export const exactLines = (
  lines: AsyncIterable<FileLine>,
  redact: (text: string) => string,
  left: LeftOut,
): AsyncGenerator<Buffer> =>
  inBatches(lines, left, (line) => {
    const text = line.toString('utf8')
    return parseObject(text) !== undefined && redact(text) === text ? line : undefined
  })

/** Lines of JSON, redacted. What is not JSON is left out: nobody can say where a secret in it would begin. */
export const redactedLines = (
  lines: AsyncIterable<FileLine>,
  redact: (text: string) => string,
  left: LeftOut,
): AsyncGenerator<Buffer> =>
  inBatches(lines, left, (line) => {
    const text = line.toString('utf8').trim()
    if (text === '') return Buffer.alloc(0)
    if (parseObject(text) === undefined) return undefined
    const redacted = redact(text)
    return isJson(redacted) ? Buffer.from(`${redacted}\n`) : undefined
  })

const BATCH_BYTES = 64 * 1024

const inBatches = async function* (
  lines: AsyncIterable<FileLine>,
  left: LeftOut,
  turn: (line: Buffer) => Buffer | undefined,
): AsyncGenerator<Buffer> {
  let batch: Buffer[] = []
  let length = 0
  for await (const line of lines) {
    const turned = line.kind === 'line' ? turn(line.bytes) : undefined
    if (turned === undefined) {
      left.lines += 1
      continue
    }
    batch.push(turned)
    length += turned.length
    if (length < BATCH_BYTES) continue
    yield Buffer.concat(batch)
    batch = []
    length = 0
  }
  yield Buffer.concat(batch)
}
