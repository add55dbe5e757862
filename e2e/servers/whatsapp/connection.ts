import {
  type BinaryNode,
  decodeBinaryNode,
  encodeBinaryNode,
  type KeyPair,
  NOISE_WA_HEADER,
  type proto,
} from '@whiskeysockets/baileys'
import { answerHello, type ClientHello, type Transport } from './noise.ts'
import type { WebSocketPeer } from './websocket.ts'

/** What the handshake has told about the client. */
export interface Hello {
  readonly noiseKey: Buffer
  readonly payload: proto.ClientPayload
}

/** What happens on a connection, in order; a stanza is handled before the next one is read. */
export interface ConnectionEvents {
  /** Whether what is sent now is swallowed, as by a network that is dead and nobody was told. */
  readonly isSilent: () => boolean
  /** `hello`: the client's first message is read; `server-hello`: it was answered. False if the connection ends here. */
  readonly onStep: (step: 'hello' | 'server-hello') => boolean
  readonly onOpen: (hello: Hello) => void
  readonly onStanza: (stanza: BinaryNode) => void
  /** The client does not speak the protocol; the connection is cut. */
  readonly onViolation: (what: string) => void
}

/** One WhatsApp connection: Noise, then binary stanzas. */
export interface Connection {
  send(stanza: BinaryNode): void
  /** Sends what is no stanza: sealed in a frame as one is, unsealed in a frame, in a WebSocket frame, or in none. */
  sendBytes(bytes: Uint8Array, how: 'sealed' | 'framed' | 'binary' | 'text' | 'raw'): void
  receive(bytes: Buffer): void
  /** Closes after everything that was sent. */
  end(): void
  /** Cuts the connection. What the client sent and was not read yet is lost. `after-sent`: nothing that was sent is. */
  cut(when?: 'at-once' | 'after-sent'): void
  readonly isOver: boolean
}

type Stage =
  | { readonly name: 'intro' }
  | { readonly name: 'hello' }
  | { readonly name: 'finish'; readonly hello: ClientHello }
  | { readonly name: 'open'; readonly transport: Transport }

export const createConnection = (
  socket: WebSocketPeer,
  keys: { readonly static: KeyPair; readonly chain: () => Uint8Array },
  events: ConnectionEvents,
): Connection => {
  let waiting: Buffer = Buffer.alloc(0)
  let stage: Stage = { name: 'intro' }
  let isOver = false
  let reading = Promise.resolve()

  const frame = (bytes: Uint8Array): void => {
    if (isOver) return
    const framed = Buffer.allocUnsafe(3 + bytes.length)
    framed.writeUIntBE(bytes.length, 0, 3)
    framed.set(bytes, 3)
    socket.sendBinary(framed)
  }
  const end = (): void => {
    isOver = true
    socket.close()
  }
  const cut = (when: 'at-once' | 'after-sent' = 'at-once'): void => {
    isOver = true
    socket.cut(when)
  }

  const takeFrame = async (bytes: Buffer): Promise<void> => {
    switch (stage.name) {
      case 'intro':
        return
      case 'hello': {
        if (!events.onStep('hello')) return
        const hello = answerHello(bytes, keys.static, keys.chain())
        stage = { name: 'finish', hello }
        frame(hello.reply)
        events.onStep('server-hello')
        return
      }
      case 'finish': {
        const { noiseKey, payload, transport } = stage.hello.finish(bytes)
        stage = { name: 'open', transport }
        return events.onOpen({ noiseKey, payload })
      }
      case 'open':
        return events.onStanza(await decodeBinaryNode(stage.transport.open(bytes)))
    }
  }

  /** `WA`, the protocol's version and the dictionary's; before it, maybe, where the client was routed to the last time. */
  const readIntro = (): boolean => {
    const size = introSize(waiting)
    if (size === undefined) return false
    const intro = waiting.subarray(size - NOISE_WA_HEADER.length, size)
    if (!intro.equals(NOISE_WA_HEADER)) throw new Error('a connection that does not begin with the header')
    waiting = waiting.subarray(size)
    stage = { name: 'hello' }
    return true
  }

  /** Undefined as long as it is not there, and when the connection is over. */
  const nextFrame = (): Buffer | undefined => {
    if (isOver || waiting.length < 3) return undefined
    const size = 3 + waiting.readUIntBE(0, 3)
    if (waiting.length < size) return undefined
    const bytes = waiting.subarray(3, size)
    waiting = waiting.subarray(size)
    return bytes
  }

  const read = async (): Promise<void> => {
    if (stage.name === 'intro' && !readIntro()) return
    for (let bytes = nextFrame(); bytes !== undefined; bytes = nextFrame()) await takeFrame(bytes)
  }

  const take = async (before: Promise<void>, bytes: Buffer): Promise<void> => {
    await before
    if (isOver) return
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
    try {
      await read()
    } catch (error) {
      events.onViolation(error instanceof Error ? error.message : String(error))
      cut()
    }
  }

  return {
    send: (stanza) => {
      if (stage.name === 'open' && !isOver && !events.isSilent())
        frame(stage.transport.seal(encodeBinaryNode(stanza)))
    },
    sendBytes: (bytes, how) => {
      if (stage.name !== 'open' || isOver) return
      switch (how) {
        case 'sealed':
          return frame(stage.transport.seal(bytes))
        case 'framed':
          return frame(bytes)
        case 'binary':
          return socket.sendBinary(bytes)
        case 'text':
          return socket.sendText(Buffer.from(bytes).toString())
        case 'raw':
          return socket.sendRaw(bytes)
      }
    },
    receive: (bytes) => {
      reading = take(reading, bytes)
    },
    end,
    cut,
    get isOver() {
      return isOver
    },
  }
}

/** How many bytes there are before the first frame; undefined as long as that can not be said. */
const introSize = (bytes: Buffer): number | undefined => {
  if (bytes.length < 4) return undefined
  if (bytes.toString('latin1', 0, 2) !== 'ED') return 4
  if (bytes.length < 7) return undefined
  const size = 7 + bytes.readUIntBE(4, 3) + 4
  return bytes.length < size ? undefined : size
}
