import { MAX_BODY_BYTES } from '../../shared/contracts/helper.ts'
import { cleanFileName } from '../../shared/domain/file-name.ts'
import type { ToolCall } from '../agent/turn.ts'
import type { HelperClient } from '../hands/helper-client.ts'
import type { OutboundFile } from '../providers/provider.ts'
import type { Door, Passed, Refused } from './door.ts'
import { ABORTED, type Done, notDone, unlessAborted } from './hand-tool.ts'
import { type FileToSend, MAX_TRANSFER_BYTES, TOO_LARGE } from './transfer.ts'

type ReadToSend = { readonly kind: 'read'; readonly file: OutboundFile } | Passed | Refused

/**
 * Reads a file that is to be sent, as the tool `read` would: with its rights, on its record, by the helper, in whose own view
 * the path means what it means. The gateway itself opens no path that a model gave.
 */
export const readToSend = async (
  { path, wantsHost }: FileToSend,
  { id }: ToolCall,
  door: Pick<Door, 'act'>,
  signal: AbortSignal,
): Promise<ReadToSend> => {
  let bytes: Uint8Array | undefined
  const call = { id, name: 'read', arguments: { path } }
  const prepared = {
    act: async (client: HelperClient): Promise<Done> => {
      const whole = await readWhole(client, path, signal)
      if (whole instanceof Uint8Array) bytes = whole
      return whole instanceof Uint8Array ? done(whole) : { ...whole, text: `Not sent: ${whole.text}` }
    },
  }
  const came = await door.act({ name: 'read', call, wantsHost, prepared }, signal)
  return bytes === undefined || came.kind === 'refused'
    ? came
    : { kind: 'read', file: { name: cleanFileName(path, 'file'), bytes } }
}

const done = ({ length }: Uint8Array): Done => ({
  outcome: 'done',
  detail: `${length} bytes, to send them`,
  text: '',
  isError: false,
})

/** Page by page. A file that changes meanwhile is none that anybody has written. */
const readWhole = async (
  client: HelperClient,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array | Done> => {
  const pages: Uint8Array[] = []
  let length = 0
  let total: number | undefined
  for (;;) {
    const answer = await unlessAborted(signal, client.read(path, length, MAX_BODY_BYTES))
    if (answer.kind === 'aborted') return ABORTED
    if (answer.kind !== 'read') return notDone(answer)
    const { size } = answer
    total ??= size
    if (size !== total) return notSent('changed', 'the file changed while it was read.')
    if (size > MAX_TRANSFER_BYTES) return notSent('too_large', `${TOO_LARGE}.`)
    if (size === 0) return notSent('empty', 'the file is empty.')
    pages.push(answer.bytes)
    length += answer.bytes.length
    if (length === total) return Buffer.concat(pages, length)
    if (length > total || answer.bytes.length === 0)
      return notSent('changed', 'the file changed while it was read.')
  }
}

const notSent = (detail: string, text: string): Done => ({ outcome: 'failed', detail, text, isError: true })
