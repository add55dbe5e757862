import { type Duplex, duplexPair } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { MAX_BOX_PIECE } from '../../shared/contracts/box-frames.ts'
import { createBoxPieces, encodeBoxPieces, encodeBoxPrefix } from '../../shared/contracts/box-pieces.ts'
import type { ClawdbotError } from '../../shared/domain/error.ts'
import { type BoxChannel, createBoxChannel } from './box-channel.ts'
import type { ByteStream } from './byte-stream.ts'
import { bytesOf, textOf } from './testing/stand-in-helper.ts'

let supervisor: Duplex
let channel: BoxChannel
let broken: ClawdbotError[]
let violations: string[]

beforeEach(() => {
  const [here, there] = duplexPair()
  supervisor = there
  broken = []
  violations = []
  channel = createBoxChannel({ channel: here, onBroken: (error) => broken.push(error) })
})

const streamOf = (box: number): ByteStream => channel.stream(box, (why) => violations.push(`${box}: ${why}`))

/** What comes of a stream from now on. */
const heardOf = (stream: ByteStream): { text: string; ended: string[] } => {
  const heard = { text: '', ended: [] as string[] }
  stream.listen({
    onBytes: (bytes) => (heard.text += textOf(bytes)),
    onEnd: (why) => heard.ended.push(why),
  })
  return heard
}

const tell = (box: number, text: string): void => {
  for (const part of encodeBoxPieces(box, bytesOf(text))) supervisor.write(part)
}
const tellEnd = (box: number): void => void supervisor.write(encodeBoxPrefix(box, 0))

describe('the one channel of all sandboxes', () => {
  it('gives each its own bytes, and no other one’s', async () => {
    const [one, two] = [heardOf(streamOf(1)), heardOf(streamOf(2))]
    tell(1, 'a')
    tell(2, 'b')
    tell(1, 'c')
    await expect.poll(() => [one.text, two.text]).toEqual(['ac', 'b'])
  })

  it('keeps what a sandbox says before its number is known here', async () => {
    tell(1, 'hel')
    tell(1, 'lo')
    tellEnd(1)
    tell(2, '!')
    const two = heardOf(streamOf(2))
    await expect.poll(() => two.text).toBe('!')
    expect(heardOf(streamOf(1))).toEqual({ text: 'hello', ended: ['its output ended'] })
  })

  it('keeps little of one whose number never comes (CWE-770)', async () => {
    tell(1, 'x'.repeat(MAX_BOX_PIECE + 1))
    tell(2, '!')
    const two = heardOf(streamOf(2))
    await expect.poll(() => two.text).toBe('!')
    expect(heardOf(streamOf(1)).ended).toEqual(['it said too much before it was asked'])
  })

  it('ends a stream once, and hears nothing of it after that', async () => {
    const one = heardOf(streamOf(1))
    tell(1, 'a')
    tellEnd(1)
    tell(1, 'b')
    tellEnd(1)
    const two = heardOf(streamOf(2))
    tell(2, '!')
    await expect.poll(() => two.text).toBe('!')
    channel.gone(1, 'it is dead')
    expect(one).toEqual({ text: 'a', ended: ['its output ended'] })
  })

  it('ends one of which the supervisor says that it is dead', () => {
    const one = heardOf(streamOf(1))
    channel.gone(1, 'it used up its memory')
    channel.gone(1, 'again')
    expect(one.ended).toEqual(['it used up its memory'])
  })

  it('tells of a condemned one, and hears nothing of it any more', async () => {
    const stream = streamOf(1)
    const one = heardOf(stream)
    stream.condemn('it lied')
    stream.condemn('it lied again')
    tell(1, 'a')
    const two = heardOf(streamOf(2))
    tell(2, '!')
    await expect.poll(() => two.text).toBe('!')
    expect(one).toEqual({ text: '', ended: [] })
    expect(violations).toEqual(['1: it lied'])
  })

  it('writes in pieces that are not too long, and in order', async () => {
    const parts: string[] = []
    const split = createBoxPieces()
    supervisor.on('data', (bytes: Uint8Array) => {
      for (const part of split(bytes))
        parts.push(part === 'broken' ? part : `${part.box}${textOf(part.bytes)}`)
    })
    streamOf(7).write(bytesOf('x'.repeat(MAX_BOX_PIECE * 2)))
    const eight = streamOf(8)
    eight.write(bytesOf('y'))
    eight.close()
    eight.write(bytesOf('z'))
    await expect.poll(() => parts.at(-1)).toBe('8')
    expect(parts.filter((part) => part.startsWith('8'))).toEqual(['8y', '8'])
    expect(
      parts
        .filter((part) => part.startsWith('7'))
        .join('')
        .replaceAll('7', ''),
    ).toHaveLength(MAX_BOX_PIECE * 2)
  })

  it('gives up one that is told more than the supervisor takes (CWE-770)', () => {
    const stream = streamOf(1)
    const one = heardOf(stream)
    const mebibyte = new Uint8Array(1024 * 1024)
    let written = 0
    while (one.ended.length === 0 && written < 1000) {
      stream.write(mebibyte)
      written += 1
    }
    expect(written).toBeLessThan(70)
    expect(violations).toEqual(['1: it takes nothing more'])
  })

  it('is closed by a piece that is too long, and all its streams with it', async () => {
    const one = heardOf(streamOf(1))
    supervisor.write(encodeBoxPrefix(1, MAX_BOX_PIECE + 1))
    await expect.poll(() => one.ended).toEqual(['the way to it is broken'])
    expect(broken).toMatchObject([{ code: 'contract_violation' }])
  })

  it('ends all its streams when the supervisor is gone', async () => {
    const one = heardOf(streamOf(1))
    supervisor.destroy()
    await expect.poll(() => one.ended).toEqual(['the supervisor is gone'])
    expect(heardOf(streamOf(2)).ended).toEqual(['the supervisor is gone'])
  })

  it('lets everything else have its turn while one sandbox floods', async () => {
    const seen = { now: 0, turns: [0] }
    streamOf(1).listen({ onBytes: (bytes) => (seen.now += bytes.length), onEnd: () => undefined })
    const piece = Buffer.concat([...encodeBoxPieces(1, new Uint8Array(MAX_BOX_PIECE))])
    const pieces = 200
    for (let at = 0; at < pieces; at += 1) supervisor.write(piece)
    while (seen.now < pieces * MAX_BOX_PIECE) {
      await new Promise((next) => setImmediate(next))
      seen.turns.push(seen.now)
    }
    // In no turn of the loop much more than what one may take.
    const steps = seen.turns.map((at, index) => at - (seen.turns[index - 1] ?? 0))
    expect(Math.max(...steps)).toBeLessThan(1024 * 1024)
  })
})
