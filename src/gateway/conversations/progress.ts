import { type FromGateway, MAX_PROGRESS } from '../../shared/contracts/gateway.ts'
import type { SessionKey } from '../../shared/domain/session.ts'
import type { StreamRedactor } from '../../shared/redact/redactor.ts'

type Told = Extract<FromGateway, { readonly type: 'progress' }>

export interface ProgressOptions {
  /** False: it was not taken, and is told again, as it is by then. */
  readonly tell: (progress: Told) => boolean
  /** For one step: what it lets through no later piece can turn into a part of a secret. */
  readonly streamRedactor: () => StreamRedactor
}

/** Tells whoever watches a session how its turn goes. Nothing is told, and nothing redacted, while nobody does. */
export interface Progress {
  /** From now on of this session, beginning with what has been said already; null: of none. */
  watch(session: string | null): void
  /** A turn begins, and the model is asked. In a session there is one at a time. */
  begin(session: SessionKey, eventId: string): TurnInProgress
  close(): void
}

export interface TurnInProgress {
  /** The model is asked once more: what it says from now on is a new step. */
  asks(): void
  /** A piece of its answer. */
  says(piece: string): void
  /** A tool runs. */
  runs(tool: string): void
  over(): void
}

/** At most ten a second. */
const EVERY_MS = 100

interface Turn {
  readonly event: string
  state: Told['state']
  tool: string
  /** Of the step under way: as it came, and as it may be told. */
  raw: string[]
  told: Redacted | undefined
}

export const createProgress = ({ tell, streamRedactor }: ProgressOptions): Progress => {
  const turns = new Map<string, Turn>()
  let watched: string | null = null
  let timer: NodeJS.Timeout | undefined
  let hasNews = false

  const report = (): void => {
    timer = undefined
    if (watched === null || !hasNews) return
    hasNews = !tell(progressOf(watched, turns.get(watched), streamRedactor))
    // Also after one that was told: what comes within the next moment waits for its end.
    timer = setTimeout(report, EVERY_MS).unref()
  }
  const news = (session: string): void => {
    if (session !== watched) return
    hasNews = true
    if (timer === undefined) report()
  }

  return {
    watch: (session) => {
      if (watched !== null && watched !== session) forgetText(turns.get(watched))
      watched = session
      if (session !== null) news(session)
    },
    begin: (session, event) => {
      const turn: Turn = { event, state: 'thinking', tool: '', raw: [], told: undefined }
      turns.set(session, turn)
      news(session)
      const change = (state: Told['state'], tool: string): void => {
        turn.state = state
        turn.tool = tool
        news(session)
      }
      return {
        asks: () => {
          turn.raw = []
          turn.told = undefined
          change('thinking', '')
        },
        says: (piece) => {
          turn.raw.push(piece)
          turn.told?.push(piece)
          change('answering', '')
        },
        runs: (tool) => {
          // A step that has come to its tools says no more.
          if (session === watched) toldOf(turn, streamRedactor).end()
          change('tool', tool)
        },
        over: () => {
          if (turns.get(session) === turn) turns.delete(session)
          news(session)
        },
      }
    },
    close: () => {
      clearTimeout(timer)
      watched = null
    },
  }
}

/** Who looks away and back again reads from the beginning of the step; meanwhile nothing is redacted. */
const forgetText = (turn: Turn | undefined): void => {
  if (turn !== undefined) turn.told = undefined
}

const progressOf = (session: string, turn: Turn | undefined, redactor: () => StreamRedactor): Told => {
  if (turn === undefined)
    return { type: 'progress', session, event: '', state: 'over', text: '', cut: 0, tool: '' }
  const { event, state, tool } = turn
  const told = toldOf(turn, redactor)
  if (state === 'tool') told.end()
  return { type: 'progress', session, event, state, ...told.tail(), tool }
}

const toldOf = (turn: Turn, redactor: () => StreamRedactor): Redacted => {
  turn.told ??= createRedacted(redactor(), turn.raw)
  return turn.told
}

/** The end of a text that grows, redacted piece by piece. */
interface Redacted {
  push(piece: string): void
  /** Nothing follows: what was held back for it comes too. */
  end(): void
  tail(): { readonly text: string; readonly cut: number }
}

const createRedacted = (redactor: StreamRedactor, pieces: readonly string[]): Redacted => {
  let text = ''
  let cut = 0
  let ended = false
  const add = (more: string): void => {
    text += more
    if (text.length <= MAX_PROGRESS) return
    // Not between the halves of one letter.
    const from = text.length - MAX_PROGRESS
    const start = isSecondHalf(text.charCodeAt(from)) ? from + 1 : from
    cut += start
    text = text.slice(start)
  }
  for (const piece of pieces) add(redactor.push(piece))
  return {
    push: (piece) => {
      if (!ended) add(redactor.push(piece))
    },
    end: () => {
      if (ended) return
      ended = true
      add(redactor.end())
    },
    tail: () => ({ text, cut }),
  }
}

const isSecondHalf = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
