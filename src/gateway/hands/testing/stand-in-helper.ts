// Test support: the other end of a helper client, in memory. It says what a test has it say, whatever that is.
import { type HelperRequest, helperRequest } from '../../../shared/contracts/helper.ts'
import { createFrameReader, encodeFrame } from '../../../shared/contracts/helper-frames.ts'
import type { ByteListener, ByteStream } from '../byte-stream.ts'

export const HELLO = { kind: 'hello', id: 0, version: 1, workspace: '/workspace' } as const

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export interface Asked {
  readonly request: HelperRequest
  readonly body: Uint8Array
}

export class StandInHelper {
  /** All that it was asked, in order. */
  readonly asked: Asked[] = []
  condemned: string | undefined
  isClosed = false
  /** Called for each request. */
  answer: (asked: Asked) => void = () => undefined
  #listener: ByteListener | undefined
  readonly #frames = createFrameReader()

  readonly stream: ByteStream = {
    write: (bytes) => {
      for (const { header, body } of this.#frames(bytes)) {
        const asked = { request: helperRequest.parse(header), body }
        this.asked.push(asked)
        this.answer(asked)
      }
    },
    listen: (listener) => {
      this.#listener = listener
    },
    condemn: (why) => {
      this.condemned ??= why
      this.#listener = undefined
    },
    close: () => {
      this.isClosed = true
      this.#listener = undefined
    },
  }

  say(header: object, body?: Uint8Array): void {
    this.pour(encodeFrame(header, body))
  }

  pour(bytes: Uint8Array): void {
    this.#listener?.onBytes(bytes)
  }

  end(why: string): void {
    this.#listener?.onEnd(why)
    this.#listener = undefined
  }
}
