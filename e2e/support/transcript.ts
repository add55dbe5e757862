import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const index = z.record(z.string(), z.looseObject({ sessionId: z.string() }))
const entry = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  customType: z.string().optional(),
  data: z.unknown().optional(),
  message: z
    .looseObject({ role: z.string(), content: z.union([z.string(), z.array(z.looseObject({}))]) })
    .optional(),
})

export interface Transcript {
  readonly header: z.infer<typeof entry>
  readonly entries: readonly z.infer<typeof entry>[]
  readonly messages: readonly { readonly role: string; readonly text: string }[]
}

const textOf = (content: string | readonly Readonly<Record<string, unknown>>[]): string =>
  typeof content === 'string'
    ? content
    : content.map((part) => (part['type'] === 'text' ? String(part['text']) : '')).join('')

/** The transcript of a session as it is on disk now, or undefined where there is none or no message in it. */
export const readTranscript = async (stateDir: string, session: string): Promise<Transcript | undefined> => {
  const sessions = await readFile(join(stateDir, 'sessions', 'sessions.json'), 'utf8').catch(() => undefined)
  const id = sessions === undefined ? undefined : index.parse(JSON.parse(sessions))[session]?.sessionId
  if (id === undefined) return undefined
  // The index names a session a moment before its file is there.
  const text = await readFile(join(stateDir, 'sessions', `${id}.jsonl`), 'utf8').catch(() => '')
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => entry.parse(JSON.parse(line)))
  const [header] = entries
  if (header === undefined) return undefined
  const messages = entries.flatMap(({ message }) =>
    message === undefined ? [] : [{ role: message.role, text: textOf(message.content) }],
  )
  return { header, entries, messages }
}
