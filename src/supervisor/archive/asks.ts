import {
  type ArchiveCall,
  type ArchiveInput,
  type ArchiveOutput,
  archiveCalls,
} from '../../shared/contracts/archive.ts'
import { refusedBy, unavailable, violation } from './refusals.ts'

/** Asked and not answered. More than any screen asks at once. */
const MAX_OPEN = 2_000

/** Their answer waits for the files, not for the program: only its silence is a fault. */
const MAY_TAKE_LONG: ReadonlySet<ArchiveCall> = new Set(['settled', 'lines'])

/** What is about one process alone: another would not know the view, and a rebuild may have begun. */
const OF_ONE_PROCESS: ReadonlySet<ArchiveCall> = new Set(['rebuild', 'logPage', 'logSeek', 'logFind'])

interface Ask {
  readonly line: string
  readonly mayTakeLong: boolean
  since: number
  /** How many more processes it may be put to. */
  again: number
  /** Throws where the output is not that of the call. */
  readonly answer: (output: unknown) => void
  readonly fail: (error: Error) => void
}

/** The questions that are open. Each ends exactly once. */
export interface Asks {
  /** `say` gets the line at once; a line that can not be said now is in `unsaid` later. */
  readonly add: <K extends ArchiveCall>(
    call: K,
    input: ArchiveInput<K>,
    tick: number,
    say: (line: string) => void,
  ) => Promise<ArchiveOutput<K>>
  /** What the next process is to be asked. */
  readonly lines: (tick: number) => readonly string[]
  /** The process is gone, which may have been no fault of theirs: each is put to one more, where another can answer it. */
  readonly lost: (error: Error) => void
  /** Throws `contract_violation` for a question that nobody asked, and for an answer that does not fit it. */
  readonly answered: (id: number, output: unknown) => void
  readonly refused: (id: number, error: { code: string; message: string; hint: string }) => void
  readonly failAll: (error: Error) => void
  /** Of those that should have been answered by now. */
  readonly oldest: () => number | undefined
  readonly count: () => number
}

export const createAsks = (): Asks => {
  const open = new Map<number, Ask>()
  let lastId = 0

  const take = (id: number): Ask => {
    const ask = open.get(id)
    if (ask === undefined) throw violation('an answer to a question that nobody asked')
    open.delete(id)
    return ask
  }

  return {
    add: (call, input, tick, say) =>
      new Promise((resolve, reject) => {
        if (open.size >= MAX_OPEN) {
          reject(unavailable('too much is asked of it at once'))
          return
        }
        lastId += 1
        const line = JSON.stringify({ id: lastId, call, input })
        open.set(lastId, {
          line,
          since: tick,
          mayTakeLong: MAY_TAKE_LONG.has(call),
          again: OF_ONE_PROCESS.has(call) ? 0 : 1,
          answer: (output) => {
            const parsed = archiveCalls[call].output.safeParse(output)
            if (!parsed.success) {
              reject(unavailable('its answer was not in the form of the question'))
              throw violation(`an answer to ${call} that is not in its form`)
            }
            // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schema of this very call
            resolve(parsed.data as ArchiveOutput<typeof call>)
          },
          fail: reject,
        })
        say(line)
      }),
    lines(tick) {
      for (const ask of open.values()) ask.since = tick
      return Array.from(open.values(), ({ line }) => line)
    },
    lost(error) {
      for (const [id, ask] of open) {
        ask.again -= 1
        if (ask.again >= 0) continue
        open.delete(id)
        ask.fail(error)
      }
    },
    answered: (id, output) => take(id).answer(output),
    refused: (id, error) => take(id).fail(refusedBy(error)),
    failAll(error) {
      const all = [...open.values()]
      open.clear()
      for (const ask of all) ask.fail(error)
    },
    oldest: () => {
      for (const { since, mayTakeLong } of open.values()) if (!mayTakeLong) return since
      return undefined
    },
    count: () => open.size,
  }
}
