import { z } from 'zod'
import { plainText } from '../../../shared/domain/plain-text.ts'

/** What is shown of one line, in UTF-16 units. */
const MAX_SHOWN = 300

/** A line of Docker's progress. https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageBuild */
const dockerLine = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional() }).optional(),
  error: z.string().optional(),
  /** Where the answer is an error as a whole. */
  message: z.string().optional(),
})

export type Progress =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** It ends here, and this is Docker's reason. */
  | { readonly kind: 'failed'; readonly why: string }

/** Makes a program's output safe to look at: whole lines, no escape sequences, none too long, none empty. */
export const shownLines = (text: string): readonly string[] =>
  plainText(text)
    .split('\n')
    .map((line) => line.trim().slice(0, MAX_SHOWN))
    .filter((line) => line !== '')

/** One line of Docker's answer as a person reads it. How many bytes of a layer have come is left out. */
export const readProgress = (line: string): Progress => {
  const said = parse(line)
  if (said === undefined) return { kind: 'lines', lines: shownLines(line) }
  const failure = said.error ?? said.message
  if (failure !== undefined) return { kind: 'failed', why: shownLines(failure).join(' ') }
  if (said.progressDetail?.current !== undefined) return { kind: 'lines', lines: [] }
  const status =
    said.status === undefined ? '' : `${said.id === undefined ? '' : `${said.id}: `}${said.status}`
  return { kind: 'lines', lines: shownLines(said.stream ?? status) }
}

const parse = (line: string): z.infer<typeof dockerLine> | undefined => {
  try {
    return dockerLine.safeParse(JSON.parse(line)).data
  } catch {
    // Not JSON: it is shown as it is.
    return undefined
  }
}
