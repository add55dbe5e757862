// What has to be remembered of the lines before to say where a line belongs. Indexing goes on from it after days and in
// another process, so it is plain JSON, and its size has an end whatever the file says.
import { z } from 'zod'

const MAX_RECENT = 32
const MAX_CALLS = 256
const MAX_ANSWERS = 16
/** UTF-16 units. What is longer is no id that any program gave. */
const MAX_ID = 300

const row = z.number().int().nonnegative()
const id = z.string().max(MAX_ID)

const readerState = z.object({
  nextRow: row,
  sawHeader: z.boolean(),
  lastId: id,
  /** Newest last. */
  recent: z.array(z.tuple([id, row])).max(MAX_RECENT),
  /** Calls that nothing has said yet what they came to. */
  calls: z.array(z.object({ id, row, tool: id })).max(MAX_CALLS),
  /** The event whose turn is under way. */
  event: id,
  /** The last answer to an event. */
  answers: z.array(z.tuple([id, row])).max(MAX_ANSWERS),
  /** Came in, and its user entry is awaited. */
  inbound: z.object({ entryId: id, event: id, provider: id, sender: id }).nullable(),
})

type Unfrozen = z.infer<typeof readerState>
export type ReaderState = Readonly<Unfrozen>

export const newReaderState = (): ReaderState => ({
  nextRow: 0,
  sawHeader: false,
  lastId: '',
  recent: [],
  calls: [],
  event: '',
  answers: [],
  inbound: null,
})

/** What was kept as JSON; undefined where it is none, and the file is to be read from its beginning. */
export const parseReaderState = (text: string): ReaderState | undefined => {
  try {
    return readerState.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON: the caller begins anew, which loses nothing.
    return undefined
  }
}

const isId = (text: string): boolean => text !== '' && text.length <= MAX_ID

export const rowOfEntry = ({ recent }: ReaderState, entryId: string): number | undefined =>
  recent.findLast(([known]) => known === entryId)?.[1]

export const rowOfAnswer = ({ answers }: ReaderState, event: string): number | undefined =>
  answers.findLast(([known]) => known === event)?.[1]

/** An entry was read; it is, or belongs to, `at`. */
export const withEntry = (state: ReaderState, entryId: string, at: number): ReaderState => {
  if (!isId(entryId)) return state
  const recent = state.recent.slice(1 - MAX_RECENT)
  recent.push([entryId, at])
  return { ...state, lastId: entryId, recent }
}

export const withCalls = (
  state: ReaderState,
  calls: readonly { readonly id: string; readonly tool: string }[],
  at: number,
): ReaderState => {
  const kept = calls
    .filter((call) => isId(call.id))
    .map((call) => ({ id: call.id, row: at, tool: call.tool.slice(0, MAX_ID) }))
  return kept.length === 0 ? state : { ...state, calls: [...state.calls, ...kept].slice(-MAX_CALLS) }
}

export const withoutCall = (state: ReaderState, callId: string): ReaderState => ({
  ...state,
  calls: state.calls.filter((call) => call.id !== callId),
})

export const withAnswer = (state: ReaderState, at: number): ReaderState =>
  state.event === ''
    ? state
    : {
        ...state,
        answers: [...state.answers.filter(([event]) => event !== state.event), [state.event, at] as const]
          .slice(-MAX_ANSWERS)
          .map(([event, where]) => [event, where]),
      }

export const withEvent = (state: ReaderState, event: string): ReaderState =>
  event.length <= MAX_ID ? { ...state, event } : state

export const withInbound = (state: ReaderState, inbound: NonNullable<ReaderState['inbound']>): ReaderState =>
  Object.values(inbound).every((text) => text.length <= MAX_ID) ? { ...state, inbound } : state
