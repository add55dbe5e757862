import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../inbound/decide.ts'
import { attachmentsOf } from './attachments.ts'
import { normalise } from './normalise.ts'

const file = (more: object = {}): object => ({ file_id: 'BQAC-_1', file_unique_id: 'u', ...more })

const size = (ref: string, side: number) => file({ file_id: ref, width: side, height: side, file_size: side })

const update = (more: object): object => ({
  update_id: 5,
  message: {
    message_id: 7,
    date: 1_700_000_000,
    chat: { id: 42, type: 'private' },
    from: { id: 42, is_bot: false, first_name: 'Alice' },
    ...more,
  },
})
const verdictOn = (more: object): ReturnType<typeof decide> =>
  decide(
    { ...normalise(update(more), { botId: 999, waited: false }), duplicate: false, backlog: false },
    { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false },
    {
      owners: new Set(),
      configured: new Set(),
      approved: new Set(),
      blocked: new Set(),
      accounts: new Map(),
    },
  )

describe('what a message brings along', () => {
  test.each([
    [
      { document: file({ file_name: 'a.pdf', file_size: 5 }) },
      { fileName: 'a.pdf', size: 5, kind: 'document' },
    ],
    [{ document: file() }, { fileName: 'document', size: null, kind: 'document' }],
    [{ audio: file({ file_name: 'a.ogg' }) }, { fileName: 'a.ogg', size: null, kind: 'audio' }],
    [{ video: file() }, { fileName: 'video.mp4', size: null, kind: 'video' }],
    [{ voice: file() }, { fileName: 'voice.ogg', size: null, kind: 'voice' }],
    [{ video_note: file() }, { fileName: 'video-note.mp4', size: null, kind: 'video_note' }],
    [{ sticker: file() }, { fileName: 'sticker.webp', size: null, kind: 'sticker' }],
    [{ sticker: file({ is_animated: true }) }, { fileName: 'sticker.tgs', size: null, kind: 'sticker' }],
    [{ sticker: file({ is_video: true }) }, { fileName: 'sticker.webm', size: null, kind: 'sticker' }],
  ])('is told by its kind: %j', (message, attachment) => {
    expect(attachmentsOf({ text: 'x', ...message })).toEqual([{ ...attachment, ref: 'BQAC-_1' }])
  })

  test('is the largest of the sizes of a photo', () => {
    expect(attachmentsOf({ photo: [size('s', 90), size('l', 1280), size('m', 320)] })).toEqual([
      { fileName: 'photo.jpg', size: 1280, kind: 'photo', ref: 'l' },
    ])
  })

  test('is one moving picture, which stands there as a document as well', () => {
    const both = { animation: file({ file_name: 'a.gif' }), document: file({ file_name: 'a.gif' }) }
    expect(attachmentsOf(both).map(({ kind }) => kind)).toEqual(['animation'])
  })

  test.each([
    '../../.ssh/authorized_keys',
    'C:\\x\\authorized_keys',
    '\u202eauthorized_keys',
    '--authorized_keys',
  ])('has a bare name, whatever it was called: %j', (name) => {
    expect(attachmentsOf({ document: file({ file_name: name }) })[0]?.fileName).toBe('authorized_keys')
  })

  test.each([
    [{ document: {} }],
    [{ document: 'x' }],
    [{ document: file({ file_id: '../x' }) }],
    [{ document: file({ file_id: 'a b' }) }],
    [{ document: file({ file_id: 'x'.repeat(401) }) }],
    [{ photo: [] }],
    [{ photo: [{}] }],
    [{ photo: file({ width: 1, height: 1 }) }],
    [{ sticker: null }],
    [{ contact: file() }],
  ])('is nothing where it is not as the Bot API says: %j', (message) => {
    expect(attachmentsOf(message)).toEqual([])
  })

  test('is never more than ten, and nothing in it can break anything', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constant(file()),
      fc.constant([file({ width: 1, height: 1 })]),
    )
    const keys = ['document', 'photo', 'audio', 'video', 'voice', 'video_note', 'animation', 'sticker']
    const message = fc.dictionary(fc.constantFrom(...keys), anything)
    fc.assert(
      fc.property(message, (given) => {
        const found = attachmentsOf(given)
        expect(found.length).toBeLessThanOrEqual(10)
        for (const { ref } of found) expect(ref).toMatch(/^[A-Za-z0-9_-]+$/)
      }),
    )
  })
})

describe('a message of a file and no words', () => {
  test('is a message, and one of neither is none', () => {
    expect(verdictOn({ document: file() })).toMatchObject({ kind: 'accept' })
    expect(verdictOn({ document: {} })).toEqual({ kind: 'drop', reason: 'empty' })
  })

  test('is a note of Telegram’s own all the same where it is one', () => {
    expect(verdictOn({ new_chat_photo: [], document: file() })).toEqual({
      kind: 'drop',
      reason: 'not_a_message',
    })
  })
})
