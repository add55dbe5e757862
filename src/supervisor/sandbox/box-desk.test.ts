import { type Duplex, duplexPair, type Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { MAX_BOX_PIECE } from '../../shared/contracts/box-frames.ts'
import { createBoxPieces, encodeBoxPieces, encodeBoxPrefix } from '../../shared/contracts/box-pieces.ts'
import { toGateway } from '../../shared/contracts/gateway.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { Box } from './box.ts'
import { type BoxDesk, createBoxDesk } from './box-desk.ts'

const MIB = 1024 * 1024

interface StandInBox extends Box {
  /** The helper's end. */
  readonly inside: Duplex
  readonly killed: readonly string[]
}

const later = <T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } => {
  const settle: { with?: (value: T) => void } = {}
  const promise = new Promise<T>((resolve) => (settle.with = resolve))
  return { promise, resolve: (value) => settle.with?.(value) }
}

const standInBox = (key: string): StandInBox => {
  const [stream, inside] = duplexPair()
  const killed: string[] = []
  const { promise: ended, resolve: end } = later<string>()
  return {
    key,
    container: key,
    stream,
    inside,
    killed,
    ended,
    kill: (why) => {
      killed.push(why)
      stream.destroy()
      end(why)
    },
  }
}

let answers: unknown[]
let ends: string[]
let errors: unknown[]
let opened: StandInBox[]
let open: (session: string) => Promise<Box>
let gateway: Duplex
let desk: BoxDesk

const channel = (): Duplex => {
  const [supervisors, gateways] = duplexPair()
  gateway = gateways
  return supervisors
}

beforeEach(() => {
  answers = []
  ends = []
  errors = []
  opened = []
  open = async (session) => {
    const box = standInBox(session)
    opened.push(box)
    return box
  }
  desk = createBoxDesk({
    open: (session) => open(session),
    answer: (message) => answers.push(toGateway.parse(message)),
    endAll: (why) => {
      ends.push(why)
      for (const box of opened) box.kill(why)
    },
    onError: (error) => errors.push(error),
  })
  desk.attach(channel())
})

const ask = (askId: number, session = `session-${askId}`): void =>
  desk.asked({ type: 'box-ask', askId, session })

/** A box that the gateway was given under this number. */
const given = async (number: number): Promise<StandInBox> => {
  const before = opened.length
  ask(number)
  await expect.poll(() => answers).toContainEqual(readyWith(number))
  const box = opened[before]
  if (box === undefined) throw new Error('not opened')
  return box
}
const readyWith = (box: number): object =>
  expect.objectContaining({ type: 'box-answer', outcome: { kind: 'ready', box } })

/** Counts what comes to the gateway of each box; `end` where its stream ends. */
const counting = (): { readonly bytes: Map<number, number>; readonly ended: number[]; last: number[] } => {
  const seen = { bytes: new Map<number, number>(), ended: [] as number[], last: [] as number[] }
  const split = createBoxPieces()
  gateway.on('data', (bytes: Uint8Array) => {
    for (const piece of split(bytes)) {
      if (piece === 'broken') throw new Error('broken')
      if (piece.bytes.length === 0) seen.ended.push(piece.box)
      else if (seen.last.at(-1) !== piece.box) seen.last.push(piece.box)
      seen.bytes.set(piece.box, (seen.bytes.get(piece.box) ?? 0) + piece.bytes.length)
    }
  })
  return seen
}

const write = (box: number, bytes: Uint8Array): void => {
  for (const part of encodeBoxPieces(box, bytes)) gateway.write(part)
}

/** Writes as long as the box can take it; how much it was. */
const flood = (inside: Writable, most: number): { readonly written: () => number } => {
  const piece = new Uint8Array(16 * 1024)
  let written = 0
  const pour = (): void => {
    while (written < most && !inside.destroyed) {
      written += piece.length
      if (!inside.write(piece)) return
    }
  }
  inside.on('drain', pour)
  inside.on('error', () => undefined)
  pour()
  return { written: () => written }
}

describe('a box that the gateway asks for', () => {
  it('is given as a number, and its bytes travel under it, both ways', async () => {
    const box = await given(1)
    const seen = counting()
    box.inside.write('hello')
    await expect.poll(() => seen.bytes.get(1)).toBe(5)
    const told: string[] = []
    box.inside.on('data', (bytes: Buffer) => told.push(bytes.toString()))
    write(1, Buffer.from('run'))
    await expect.poll(() => told.join('')).toBe('run')
  })

  it('has the number that it has already where two sessions share it', async () => {
    const box = standInBox('shared')
    open = async () => box
    ask(1)
    ask(2)
    await expect.poll(() => answers).toHaveLength(2)
    expect(answers).toMatchObject([
      { askId: 1, outcome: { box: 1 } },
      { askId: 2, outcome: { box: 1 } },
    ])
  })

  it('is refused with the reason and what to do', async () => {
    open = async () => {
      throw new ClawdbotError('docker_unreachable', 'Docker is not there: tools are refused.', 'Start it.')
    }
    ask(4)
    await expect
      .poll(() => answers)
      .toEqual([
        {
          type: 'box-answer',
          askId: 4,
          outcome: { kind: 'refused', why: 'Docker is not there: tools are refused. Start it.' },
        },
      ])
    expect(errors).toEqual([])
  })

  it('is refused beyond so many asks at once (CWE-770)', async () => {
    open = () => new Promise(() => undefined)
    for (let askId = 1; askId <= 300; askId += 1) ask(askId)
    expect(answers).toHaveLength(44)
    expect(answers[0]).toMatchObject({ askId: 257, outcome: { kind: 'refused' } })
  })

  it('is refused to a gateway without a channel', () => {
    desk.gone()
    ask(1)
    expect(answers).toMatchObject([{ outcome: { kind: 'refused' } }])
    expect(opened).toEqual([])
  })

  it('is opened anew where the one at hand has closed its output', async () => {
    const box = await given(1)
    counting()
    open = async () => (box.killed.length === 0 ? box : standInBox('another'))
    box.inside.end()
    await expect.poll(() => box.stream.readableEnded).toBe(true)
    ask(2)
    await expect.poll(() => answers).toContainEqual(readyWith(2))
    expect(box.killed).toEqual(['its output ended'])
  })
})

describe('a box that ends', () => {
  it('is told of with the reason, and what is written to it afterwards is nothing', async () => {
    const box = await given(1)
    box.kill('it was idle')
    await expect.poll(() => answers).toContainEqual({ type: 'box-gone', box: 1, why: 'it was idle' })
    write(1, Buffer.from('late'))
    const other = await given(2)
    const told: string[] = []
    other.inside.on('data', (bytes: Buffer) => told.push(bytes.toString()))
    write(2, Buffer.from('run'))
    await expect.poll(() => told).toEqual(['run'])
    expect(errors).toEqual([])
  })

  it('has no number that was given before, in another gateway either', async () => {
    await given(1)
    desk.gone()
    desk.attach(channel())
    await given(2)
    expect(answers).not.toContainEqual(
      expect.objectContaining({ askId: 2, outcome: { kind: 'ready', box: 1 } }),
    )
  })

  it('says its last words before the end of its stream', async () => {
    const box = await given(1)
    box.inside.write(new Uint8Array(100_000))
    box.inside.end('bye')
    const seen = counting()
    await expect.poll(() => seen.ended).toEqual([1])
    expect(seen.bytes.get(1)).toBe(100_003)
  })

  it('is killed where the gateway says that it broke the contract, and no other one', async () => {
    const [one, two] = [await given(1), await given(2)]
    desk.violated({ type: 'box-violation', box: 1, why: 'it \u001b[2Jlied' })
    desk.violated({ type: 'box-violation', box: 77, why: 'nobody' })
    expect(one.killed).toEqual(['it ‹U+001B›[2Jlied'])
    expect(two.killed).toEqual([])
  })

  it('is killed where the gateway does not need it any more', async () => {
    const box = await given(1)
    gateway.write(encodeBoxPrefix(1, 0))
    await expect.poll(() => box.killed).toHaveLength(1)
  })
})

describe('a gateway that is gone', () => {
  it('takes all boxes with it', async () => {
    await given(1)
    desk.gone()
    desk.gone()
    expect(ends).toEqual(['the gateway is gone'])
    expect(opened[0]?.killed).toHaveLength(1)
  })

  it('is gone too when it closes its channel', async () => {
    await given(1)
    gateway.end()
    gateway.destroy()
    await expect.poll(() => ends).toEqual(['the gateway is gone'])
    ask(2)
    expect(answers.at(-1)).toMatchObject({ askId: 2, outcome: { kind: 'refused' } })
  })

  it('takes a box with it that was just being opened', async () => {
    const box = standInBox('late')
    const { promise, resolve: arrive } = later<Box>()
    open = () => promise
    ask(1)
    desk.gone()
    arrive(box)
    await expect.poll(() => box.killed).toHaveLength(1)
    expect(answers).toEqual([])
  })

  it('takes a box with it, too, that the next gateway could not have asked for', async () => {
    const box = standInBox('late')
    const { promise, resolve: arrive } = later<Box>()
    open = () => promise
    ask(1)
    desk.attach(channel())
    arrive(box)
    await expect.poll(() => box.killed).toHaveLength(1)
    expect(ends).toEqual(['another gateway was started'])
  })

  it.each([
    ['a piece that is too long', encodeBoxPrefix(1, MAX_BOX_PIECE + 1)],
    ['a box that it was not given', Buffer.concat([...encodeBoxPieces(2, Buffer.from('x'))])],
    ['box 0', Buffer.concat([...encodeBoxPieces(0, Buffer.from('x'))])],
  ])('has to be, after %s', async (_what, bytes) => {
    await given(1)
    gateway.write(bytes)
    await expect.poll(() => errors).toMatchObject([{ code: 'contract_violation' }])
    expect(ends).toEqual(['the gateway broke its contract'])
  })
})

describe('a flood out of one box', () => {
  it('does not keep another one from its turn', async () => {
    const [one, two] = [await given(1), await given(2)]
    const seen = counting()
    const { written } = flood(one.inside, 200 * MIB)
    await expect.poll(() => seen.bytes.get(1) ?? 0).toBeGreaterThan(MIB)
    const before = seen.bytes.get(1) ?? 0
    two.inside.write('x')
    while ((seen.bytes.get(2) ?? 0) === 0) await turn()
    expect((seen.bytes.get(1) ?? 0) - before).toBeLessThan(20 * MIB)
    expect(written()).toBeLessThan(200 * MIB)
    one.kill('enough')
  })

  it('gives ten that flood the same', async () => {
    const boxes: StandInBox[] = []
    for (let number = 1; number <= 10; number += 1) boxes.push(await given(number))
    const seen = counting()
    for (const { inside } of boxes) flood(inside, 50 * MIB)
    await expect.poll(() => seen.bytes.get(1) ?? 0, { timeout: 20_000 }).toBeGreaterThan(2 * MIB)
    const counts = [...seen.bytes.values()]
    expect(counts).toHaveLength(10)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(MIB)
    for (const box of boxes) box.kill('enough')
  })

  it('stays in the box while the gateway takes nothing (CWE-770)', async () => {
    const box = await given(1)
    const { written } = flood(box.inside, 1024 * MIB)
    let last = -1
    while (last !== written()) {
      last = written()
      for (let at = 0; at < 50; at += 1) await turn()
    }
    expect(written()).toBeLessThan(MIB)
    // And goes on when it does.
    const seen = counting()
    await expect.poll(() => seen.bytes.get(1) ?? 0).toBeGreaterThan(2 * MIB)
    box.kill('enough')
  })

  it('of a thousand gigabytes takes no memory', async () => {
    const box = await given(1)
    const seen = counting()
    const before = process.memoryUsage().arrayBuffers
    flood(box.inside, 1e12)
    let most = 0
    while ((seen.bytes.get(1) ?? 0) < 200 * MIB) {
      await turn()
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    expect(most).toBeLessThan(100 * MIB)
    box.kill('enough')
  })

  it('into a box that takes nothing ends that box, and no other one (CWE-770)', async () => {
    const [deaf, other] = [await given(1), await given(2)]
    const piece = Buffer.concat([...encodeBoxPieces(1, new Uint8Array(MAX_BOX_PIECE))])
    let written = 0
    while (deaf.killed.length === 0 && written < 100 * MIB) {
      gateway.write(piece)
      written += piece.length
      await turn()
    }
    expect(deaf.killed).toEqual(['it does not take what it is asked'])
    expect(written).toBeLessThan(40 * MIB)
    expect(other.killed).toEqual([])
  })
})
