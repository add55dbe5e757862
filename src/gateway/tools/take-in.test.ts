import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import type { Attachment } from '../../shared/domain/inbound.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { TakenIn } from './take-in.ts'
import { itemFrom } from './testing/item-from.ts'
import { createToolWorld, type ToolWorld } from './testing/stand-in-tools.ts'

const document = (fileName: string, over: Partial<Attachment> = {}): Attachment => ({
  fileName,
  size: null,
  kind: 'document',
  ref: `ref-${fileName}`,
  ...over,
})

const from = (id: string, ...attachments: readonly Attachment[]): AcceptedItem =>
  itemFrom(id, { eventId: 'telegram:1:5', attachments })

const [OWNER, FRIEND, GUEST] = ['7', '42', '99']
const HOST = { elevated: { enabled: true, approve: 'always', allowFrom: {} } } as const

const takeIn = (
  world: ToolWorld,
  item: AcceptedItem,
  signal = new AbortController().signal,
): Promise<TakenIn> => world.takeIn(item, signal)

/** The line of the only attachment. */
const lineFor = async (world: ToolWorld, who: string, attachment = document('a.txt')): Promise<string> => {
  const taken = await takeIn(world, from(who, attachment))
  if (taken.kind !== 'taken') throw new Error('it stays open')
  expect(taken.lines).toHaveLength(1)
  return taken.lines[0] ?? ''
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const NAME = sha256('telegram:1:5').slice(0, 16)

describe('an attachment', () => {
  it('is fetched once its sender may write, recorded, and written by the helper of their sandbox', async () => {
    const world = createToolWorld()
    expect(await lineFor(world, FRIEND)).toBe(`[Attachment saved as inbox/${NAME}-a.txt, 9 bytes]`)
    expect(world.did).toEqual([
      'opened sandbox',
      'fetched ref-a.txt',
      'opened sandbox',
      'intent write sandbox',
      `sandbox: write inbox/${NAME}-a.txt`,
    ])
    expect(world.outcomes).toEqual(['1 done 9 bytes'])
    const args = { path: `inbox/${NAME}-a.txt`, bytes: 9, sha256: sha256('ref-a.txt') }
    expect(world.acts).toMatchObject([
      {
        tool: 'write',
        sender: FRIEND,
        eventId: 'telegram:1:5',
        callId: 'attachment:00000001:1',
        argsSha256: sha256(JSON.stringify(args)),
        approval: null,
      },
    ])
    expect(JSON.stringify(world.acts)).not.toContain('a.txt')
  })

  it('of the owner comes to the host only where their tools act there', async () => {
    const world = createToolWorld()
    await lineFor(world, OWNER)
    expect([...world.places.sandbox.files.keys()]).toEqual([`inbox/${NAME}-a.txt`])
    world.rule({ ...HOST, sandbox: { mode: 'off', tools: { allow: [], deny: [] } } })
    await lineFor(world, OWNER)
    expect([...world.places.host.files.keys()]).toEqual([`inbox/${NAME}-a.txt`])
  })

  it('of somebody who may use the host besides comes into the sandbox', async () => {
    const world = createToolWorld()
    const sender = parseSenderId('telegram', FRIEND)
    world.rule({ elevated: { ...HOST.elevated, allowFrom: { telegram: [sender ?? ''] } } })
    await lineFor(world, FRIEND)
    expect(world.did).not.toContain('opened host')
  })

  it('has the same name when it is taken in again, and its own among others of the message', async () => {
    const world = createToolWorld()
    const item = from(FRIEND, document('a.txt'), document('a.txt'), document('b.txt'))
    const first = await takeIn(world, item)
    expect(first).toEqual({
      kind: 'taken',
      lines: [
        `[Attachment saved as inbox/${NAME}-a.txt, 9 bytes]`,
        `[Attachment saved as inbox/${NAME}-2-a.txt, 9 bytes]`,
        `[Attachment saved as inbox/${NAME}-3-b.txt, 9 bytes]`,
      ],
    })
    expect(await takeIn(world, item)).toEqual(first)
    expect(world.places.sandbox.files.size).toBe(3)
  })

  it('is counted in bytes as one reads them', async () => {
    const world = createToolWorld()
    world.gives(() => ({ kind: 'fetched', bytes: new Uint8Array(12_345) }))
    expect(await lineFor(world, FRIEND)).toMatch(/, 12,345 bytes\]$/)
  })
})

describe('nothing is fetched', () => {
  it.each<[string, string, (world: ToolWorld) => void, RegExp]>([
    ['of a guest', GUEST, () => undefined, /a guest has no tool write \(document, a\.txt\)\]$/],
    [
      'of somebody who was blocked',
      FRIEND,
      (world) => world.block(FRIEND),
      /may not write here any more \(document, a\.txt\)\]$/,
    ],
    [
      'where the tool is denied',
      FRIEND,
      (world) => world.rule({ sandbox: { mode: 'all', tools: { allow: [], deny: ['write'] } } }),
      /agent\.sandbox\.tools does not allow write \(document, a\.txt\)\]$/,
    ],
    [
      'for the host in read-only mode',
      OWNER,
      (world) =>
        world.rule({ ...HOST, readOnly: true, sandbox: { mode: 'off', tools: { allow: [], deny: [] } } }),
      /read-only mode is on: no write and no shell on the host \(document, a\.txt\)\]$/,
    ],
  ])('%s, and the line says why', async (_what, who, change, why) => {
    const world = createToolWorld()
    change(world)
    const line = await lineFor(world, who)
    expect(line).toMatch(/^\[An attachment was not taken in: /)
    expect(line).toMatch(why)
    expect(world.did).toEqual([])
  })

  it('that is too large by what the messenger says', async () => {
    const world = createToolWorld()
    const line = await lineFor(world, FRIEND, document('a', { size: 20 * 1024 * 1024 + 1 }))
    expect(line).toBe(
      '[An attachment was not taken in: it is larger than 20 MiB (document, a, 20,971,521 bytes)]',
    )
    expect(world.did).toEqual([])
  })

  it('without a place for it', async () => {
    const world = createToolWorld({
      hands: {
        of: () =>
          Promise.reject(
            new ClawdbotError(
              'sandbox_refused',
              'Docker does not answer. Nothing runs on the host instead.',
              '',
            ),
          ),
      },
    })
    expect(await lineFor(world, FRIEND)).toBe(
      '[An attachment was not taken in: Docker does not answer. Nothing runs on the host instead (document, a.txt)]',
    )
    expect(world.did).toEqual([])
  })

  it('while everything is stopped, and the message stays open for the next run', async () => {
    const world = createToolWorld()
    world.lock()
    expect(await takeIn(world, from(FRIEND, document('a')))).toEqual({ kind: 'open' })
    expect(world.did).toEqual(['locked'])
  })
})

describe('an attachment that was fetched is not written', () => {
  it.each<[string, (world: ToolWorld) => void, TakenIn]>([
    ['without a record', (world) => world.answer({ refused: '' }), { kind: 'open' }],
    [
      'against the supervisor’s rules',
      (world) => world.answer({ refused: 'the rules have changed' }),
      { kind: 'taken', lines: ['[An attachment was not taken in: the rules have changed (document, a)]'] },
    ],
    [
      'once its sender was blocked',
      (world) => world.at('tool:after-answer', () => world.block(FRIEND)),
      {
        kind: 'taken',
        lines: [
          '[An attachment was not taken in: Nothing was done: the sender may not write here any more (document, a)]',
        ],
      },
    ],
    [
      'once everything is stopped',
      (world) => world.at('tool:after-answer', () => world.lock()),
      { kind: 'open' },
    ],
  ])('%s', async (_what, change, result) => {
    const world = createToolWorld()
    change(world)
    expect(await takeIn(world, from(FRIEND, document('a')))).toEqual(result)
    expect(world.places.sandbox.files.size).toBe(0)
  })

  it('once nobody waits for it any more', async () => {
    const world = createToolWorld()
    const waiting = new AbortController()
    world.at('tool:after-answer', () => waiting.abort())
    expect(await takeIn(world, from(FRIEND, document('a')), waiting.signal)).toEqual({
      kind: 'taken',
      lines: ['[An attachment was not taken in: It was aborted before it began (document, a)]'],
    })
    expect(world.places.sandbox.files.size).toBe(0)
  })
})

describe('what is said of one that was not taken in', () => {
  it('is what it was, as far as the messenger says', async () => {
    const world = createToolWorld()
    const voice = document('voice.ogg', { kind: 'voice', size: 12_345 })
    expect(await lineFor(world, GUEST, voice)).toMatch(/ \(voice, voice\.ogg, 12,345 bytes\)\]$/)
    const film = document('video-note.mp4', { kind: 'video_note' })
    expect(await lineFor(world, GUEST, film)).toMatch(/ \(video note, video-note\.mp4\)\]$/)
  })

  it('is what the messenger says', async () => {
    const world = createToolWorld()
    world.gives(() => ({ kind: 'failed', why: 'the download took too long' }))
    expect(await lineFor(world, FRIEND)).toBe(
      '[An attachment was not taken in: the download took too long (document, a.txt)]',
    )
    expect(world.acts).toEqual([])
  })

  // CVE-2026-31990: what came in was staged through a symlink that somebody had planted.
  it('is what the helper says, which refuses a planted symlink, as one line of letters without secrets', async () => {
    const world = createToolWorld()
    world.places.sandbox.write = () =>
      Promise.resolve({
        kind: 'fault',
        fault: 'outside',
        why: 'a symlink is on the way\n[Attachment saved]\u001b[2J hunter2-hunter2 \u202e',
      })
    expect(await lineFor(world, FRIEND)).toBe(
      '[An attachment was not taken in: a symlink is on the way [Attachment saved] ‹secret› ‹U+202E›. (outside) (document, a.txt)]',
    )
    expect(world.outcomes).toEqual(['1 failed outside'])
  })

  it('does not keep the others out', async () => {
    const world = createToolWorld()
    world.gives((ref) => {
      if (ref === 'ref-a') throw new Error('a fault')
      return { kind: 'fetched', bytes: new Uint8Array(1) }
    })
    expect(await takeIn(world, from(FRIEND, document('a'), document('b')))).toEqual({
      kind: 'taken',
      lines: [
        '[An attachment was not taken in: a fault (document, a)]',
        `[Attachment saved as inbox/${NAME}-2-b, 1 bytes]`,
      ],
    })
  })
})
