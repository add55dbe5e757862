import { z } from 'zod'
import { ABORTED, type Done, filePath, handTool, notDone, unlessAborted } from './hand-tool.ts'
import { decodePage, withoutCutLine } from './output-text.ts'

const PAGE_BYTES = 64 * 1024
/** No letter is longer, so each page has one at least. */
const LEAST_BYTES = 4

export const read = handTool({
  name: 'read',
  description: `Reads a text file, at most ${PAGE_BYTES} bytes at once, and says how large it is and where the next page begins.`,
  schema: z.strictObject({
    path: filePath,
    offset: z.int().min(0).optional().describe('bytes from the beginning'),
    limit: z.int().min(LEAST_BYTES).max(PAGE_BYTES).optional().describe('bytes'),
  }),
  prepare: ({ path, offset = 0, limit = PAGE_BYTES }) => ({
    act: async (client, signal) => {
      const answer = await unlessAborted(signal, client.read(path, offset, limit))
      if (answer.kind === 'aborted') return ABORTED
      return answer.kind === 'read' ? page(answer.bytes, offset, answer.size) : notDone(answer)
    },
  }),
})

const page = (bytes: Uint8Array, offset: number, size: number): Done => {
  const whole = decodePage(bytes, { offset, size })
  const done = { outcome: 'done', detail: `${bytes.length} of ${size} bytes`, isError: false } as const
  if (whole === undefined) return { ...done, text: `binary file, ${size} bytes` }
  const decoded = offset + whole.used < size ? withoutCutLine(whole) : whole
  const end = offset + decoded.used
  const notes = [
    bytes.length === 0 && offset > 0
      ? `there is nothing at ${offset}; the file has ${size} bytes`
      : undefined,
    end < size ? `bytes ${offset} to ${end} of ${size}; the next page begins at offset ${end}` : undefined,
    end >= size && offset > 0 && bytes.length > 0
      ? `bytes ${offset} to ${size}; the end of the file`
      : undefined,
    size === 0 ? 'the file is empty' : undefined,
    decoded.text.includes('\r\n') ? 'its lines end with CR LF' : undefined,
  ].filter((note) => note !== undefined)
  return { ...done, text: notes.length === 0 ? decoded.text : `${decoded.text}\n[${notes.join('; ')}]` }
}
