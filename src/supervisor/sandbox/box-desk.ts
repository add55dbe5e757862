import type { Duplex } from 'node:stream'
import { createBoxPieces } from '../../shared/contracts/box-pieces.ts'
import type { FromGateway, ToGateway } from '../../shared/contracts/gateway.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { contractViolation } from '../children/inbox.ts'
import type { Box } from './box.ts'
import { createBoxPump } from './box-pump.ts'

/** Hands boxes to the gateway: their bytes, under a number, and nothing else of them. */
export interface BoxDesk {
  /** The channel of a new gateway. What the one before had is not its. */
  readonly attach: (channel: Duplex) => void
  readonly asked: (message: Extract<FromGateway, { readonly type: 'box-ask' }>) => void
  readonly violated: (message: Extract<FromGateway, { readonly type: 'box-violation' }>) => void
  /** The gateway is gone, and with it all that it used. */
  readonly gone: () => void
}

export interface BoxDeskOptions {
  /** Rejects with a ClawdbotError that says why this session gets none. */
  readonly open: (session: string) => Promise<Box>
  readonly answer: (message: Extract<ToGateway, { readonly type: 'box-answer' | 'box-gone' }>) => void
  readonly endAll: (why: string) => void
  /** A `contract_violation`: the gateway has to be ended. Or a fault of ours. */
  readonly onError: (error: unknown) => void
}

/** Asks without an answer. One session has one at a time. */
const MAX_OPEN_ASKS = 256
/** Written to a box and not taken by it, in bytes: of one, and of all together. */
const MAX_UNTAKEN = 16 * 1024 * 1024
const MAX_UNTAKEN_BY_ALL = 64 * 1024 * 1024
/** Bytes of the gateway before everything else of this process has its turn. */
const TURN_BYTES = 256 * 1024
/** How long (ms) a box whose output has ended may take to say by itself why. */
const LAST_WORDS_MS = 3_000
/** The contract's limit for a sentence. UTF-16 units. */
const MAX_WHY = 500

/** What one gateway has. */
interface Line {
  /** Answers the ask with the number of this box, which is a new one or that which it has. */
  readonly hand: (box: Box, askId: number) => void
  readonly boxOf: (number: number) => Box | undefined
  readonly close: () => void
  openAsks: number
}

export const createBoxDesk = ({ open, answer, endAll, onError }: BoxDeskOptions): BoxDesk => {
  let line: Line | undefined
  /** Never given twice, not to another gateway either. */
  let lastNumber = 0

  const shut = (mine: Line, why: string): void => {
    if (line !== mine) return
    line = undefined
    mine.close()
    endAll(why)
  }

  const lineOver = (channel: Duplex): Line => {
    const boxes = new Map<number, Box>()
    const numbers = new Map<Box, number>()
    const pump = createBoxPump(channel)
    const pieces = createBoxPieces()
    const firstNumber = lastNumber + 1
    let turn = TURN_BYTES

    const drop = (number: number, box: Box, why: string): void => {
      pump.remove(number)
      boxes.delete(number)
      numbers.delete(box)
      if (line === mine) answer({ type: 'box-gone', box: number, why: sentence(why) })
    }

    const untakenByAll = (): number =>
      [...boxes.values()].reduce((sum, { stream }) => sum + stream.writableLength, 0)

    const tell = (number: number, bytes: Uint8Array): void => {
      const box = boxes.get(number)
      if (box === undefined) {
        if (number >= firstNumber && number <= lastNumber) return // It has died meanwhile.
        throw contractViolation('it writes to a sandbox that it was not given')
      }
      if (bytes.length === 0) return box.kill('the gateway does not need it any more')
      if (!box.stream.writable) return
      box.stream.write(bytes)
      if (box.stream.writableLength > MAX_UNTAKEN || untakenByAll() > MAX_UNTAKEN_BY_ALL)
        box.kill('it does not take what it is asked')
    }

    const hear = (bytes: Uint8Array): void => {
      for (const piece of pieces(bytes)) {
        if (piece === 'broken') throw contractViolation('a piece for a sandbox that is too long')
        tell(piece.box, piece.bytes)
      }
    }

    channel.on('data', (bytes: Uint8Array) => {
      if (line !== mine) return
      try {
        hear(bytes)
      } catch (error) {
        shut(mine, 'the gateway broke its contract')
        onError(error)
      }
      turn -= bytes.length
      if (turn > 0 || channel.destroyed) return
      turn = TURN_BYTES
      channel.pause()
      setImmediate(() => channel.resume())
    })
    for (const event of ['end', 'error', 'close']) channel.on(event, () => shut(mine, 'the gateway is gone'))

    const give = (box: Box): number => {
      lastNumber += 1
      const number = lastNumber
      boxes.set(number, box)
      numbers.set(box, number)
      // Its end is told by `ended`.
      box.stream.on('error', () => undefined)
      // A first process that closed its output and lives is of no use to anybody.
      box.stream.once('end', () => setTimeout(() => box.kill(OUTPUT_ENDED), LAST_WORDS_MS).unref())
      void box.ended.then((why) => drop(number, box, why)).catch(onError)
      return number
    }

    const mine: Line = {
      openAsks: 0,
      hand: (box, askId) => {
        const known = numbers.get(box)
        const number = known ?? give(box)
        answer({ type: 'box-answer', askId, outcome: { kind: 'ready', box: number } })
        if (known === undefined) pump.add(number, box.stream)
      },
      boxOf: (number) => boxes.get(number),
      close: () => {
        for (const number of boxes.keys()) pump.remove(number)
        boxes.clear()
        numbers.clear()
        channel.destroy()
      },
    }
    return mine
  }

  const refuse = (askId: number, why: string): void =>
    answer({ type: 'box-answer', askId, outcome: { kind: 'refused', why: sentence(why) } })

  const openUsable = async (session: string): Promise<Box> => {
    const box = await open(session)
    if (!box.stream.readableEnded && !box.stream.destroyed) return box
    // It is dying, and whoever keeps the boxes has not heard of it.
    box.kill(OUTPUT_ENDED)
    await box.ended
    return open(session)
  }

  const openFor = async (mine: Line, askId: number, session: string): Promise<void> => {
    mine.openAsks += 1
    try {
      const box = await openUsable(session)
      if (line === mine) mine.hand(box, askId)
      else box.kill('the gateway that asked for it is gone')
    } catch (error) {
      const { code, message, hint } = toErrorView(error)
      if (code === 'internal') onError(error)
      if (line === mine) refuse(askId, `${message} ${hint}`)
    } finally {
      mine.openAsks -= 1
    }
  }

  return {
    attach: (channel) => {
      if (line !== undefined) shut(line, 'another gateway was started')
      line = lineOver(channel)
    },
    asked: ({ askId, session }) => {
      if (line === undefined) return refuse(askId, 'the gateway has no way to a sandbox')
      if (line.openAsks >= MAX_OPEN_ASKS) return refuse(askId, 'too many sandboxes are asked for at once')
      void openFor(line, askId, session)
    },
    violated: ({ box, why }) => line?.boxOf(box)?.kill(sentence(why)),
    gone: () => {
      if (line !== undefined) shut(line, 'the gateway is gone')
    },
  }
}

const OUTPUT_ENDED = 'its output ended'

const sentence = (why: string): string => visibleLine(why).slice(0, MAX_WHY)
