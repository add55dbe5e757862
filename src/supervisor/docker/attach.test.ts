import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Boxes, startBoxes } from '../../../e2e/support/docker.ts'
import { TEST_IMAGE } from '../../../scripts/docker/test-image.ts'
import { HOSTILE, respond, startHostileEngine } from '../testing/hostile-engine.ts'
import { type AttachAnswer, type Attached, attach } from './attach.ts'
import { createEngineClient } from './engine-client.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
})

const ID = 'ab'.repeat(32)
const never = new AbortController().signal

const attachTo = async (behave: (socket: Socket) => void, within = 5_000): Promise<AttachAnswer> => {
  const engine = await startHostileEngine(behave)
  cleanUp.push(engine.close)
  return attach({ DOCKER_HOST: engine.host }, { container: ID, within, signal: never })
}

const attachedOf = (answer: AttachAnswer): Attached => {
  if (answer.kind !== 'attached') throw new Error(JSON.stringify(answer))
  return answer.attached
}

/** A container whose first process is this shell script, started once it is attached to. */
const startShell = async (
  script: string,
): Promise<Attached & { readonly boxes: Boxes; readonly id: string }> => {
  const boxes = await startBoxes(0)
  cleanUp.push(boxes.remove)
  const engine = createEngineClient(boxes.env, { signal: never, holds: 'process' })
  const body = JSON.stringify({
    Image: TEST_IMAGE,
    Cmd: ['/bin/sh', '-c', script],
    Labels: { [boxes.label.split('=')[0] ?? '']: '1' },
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none' } },
  })
  const made = await engine.ask({ method: 'POST', path: '/containers/create', within: 60_000, body })
  const id = made.kind === 'answer' ? (/"Id":"([0-9a-f]+)"/.exec(made.body)?.[1] ?? '') : ''
  const answer = await attach(boxes.env, { container: id, within: 60_000, signal: never })
  await boxes.act(id, 'start')
  return { ...attachedOf(answer), boxes, id }
}

const SWITCH = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'

describe('attaching to a container', () => {
  it('carries its stdin and stdout, keeps the end of its stderr, and ends when it ends', async () => {
    const box = await startShell(
      'i=0; while [ $i -lt 3000 ]; do echo noise $i >&2; i=$((i+1)); done; cat; echo last >&2',
    )
    box.stream.end('hello\n')
    const said: Buffer[] = []
    for await (const chunk of box.stream) said.push(chunk)
    await box.closed
    expect(Buffer.concat(said).toString()).toBe('hello\n')
    expect(box.stderr()).toMatch(/noise 2999\nlast\n$/)
    expect(box.stderr().length).toBeLessThanOrEqual(4096)
  })

  it('holds an endless output back while nobody reads, and goes on when somebody does', async () => {
    const { stream, boxes, id } = await startShell('yes flood')
    await expect.poll(() => stream.readableLength > 0).toBe(true)
    // As much as its buffer takes, and no more however long it goes on.
    const before = stream.readableLength
    for (let look = 0; look < 20; look += 1) await boxes.inspect(id)
    expect(stream.readableLength).toBe(before)
    expect(before).toBeLessThan(1024 * 1024)
    let read = 0
    for await (const chunk of stream) {
      read += Buffer.from(chunk).length
      if (read > 16 * 1024 * 1024) break
    }
    expect(read).toBeGreaterThan(16 * 1024 * 1024)
  })

  it('says when a container that does not read has enough', async () => {
    const { stream } = await startShell('sleep 60')
    const megabyte = Buffer.alloc(1024 * 1024)
    let taken = 0
    while (stream.write(megabyte) && taken < 64) taken += 1
    expect(taken).toBeLessThan(64)
    expect(stream.writableNeedDrain).toBe(true)
  })

  it('closes when the container is killed, and throws at nobody', async () => {
    const { stream, closed, boxes, id } = await startShell('sleep 60')
    await boxes.act(id, 'kill?signal=SIGKILL')
    await closed
    stream.write('too late')
    expect(stream.destroyed).toBe(true)
  })

  it('says so where there is no such container, no engine, or something else', async () => {
    const refused = await attachTo((socket) =>
      respond(socket, '{"message":"No such container"}', '404 Not Found'),
    )
    expect(refused).toMatchObject({ kind: 'answer', status: 404 })
    const absent = await attach(
      { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      { container: ID, within: 5_000, signal: never },
    )
    expect(absent.kind).toBe('refused')
    const remote = await attach(
      { DOCKER_HOST: 'tcp://10.0.0.1:2375' },
      { container: ID, within: 5_000, signal: never },
    )
    expect(remote.kind).toBe('unsupported')
    expect((await attachTo(HOSTILE['answers with garbage'])).kind).toBe('unclear')
    expect((await attachTo(HOSTILE['cuts the connection'])).kind).toBe('unclear')
    expect((await attachTo(HOSTILE['answers without end'])).kind).toBe('unclear')
    expect((await attachTo(HOSTILE['sends headers without end'])).kind).toBe('unclear')
    expect(await attachTo(HOSTILE['never answers'], 50)).toEqual({
      kind: 'unclear',
      why: 'did not attach within 50 ms',
    })
  })

  it('is given up when it is not wanted any more', async () => {
    const engine = await startHostileEngine(() => undefined)
    cleanUp.push(engine.close)
    const giveUp = new AbortController()
    const answer = attach(
      { DOCKER_HOST: engine.host },
      { container: ID, within: 60_000, signal: giveUp.signal },
    )
    giveUp.abort()
    expect((await answer).kind).toBe('unclear')
  })

  it('ends a stream that is not what Docker sends, also where it begins with the answer', async () => {
    const { stream, closed } = attachedOf(
      await attachTo((socket) => void socket.write(`${SWITCH}this is no output`)),
    )
    await closed
    expect(stream.destroyed).toBe(true)
    expect(stream.read()).toBeNull()
  })

  it('reads what came before the connection was cut', async () => {
    const { stream } = attachedOf(
      await attachTo((socket) => socket.end(`${SWITCH}\x01\0\0\0\0\0\0\x05hello`)),
    )
    const [chunk] = await once(stream, 'data')
    expect(String(chunk)).toBe('hello')
  })
})
