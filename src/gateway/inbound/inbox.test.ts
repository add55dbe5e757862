import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { directSession } from '../../shared/domain/session.ts'
import type { AcceptedItem } from './accepted-item.ts'
import { createDedupe, type Dedupe } from './dedupe.ts'
import { type Inbox, openInbox } from './inbox.ts'

let folder = ''
let dedupe: Dedupe
const problems: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inbox-'))
  problems.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (compactAbove?: number): Inbox => {
  dedupe = createDedupe()
  return openInbox({
    folder,
    dedupe,
    onProblem: (message) => problems.push(message),
    ...(compactAbove === undefined ? {} : { compactAbove }),
  })
}

const sender = parseSenderId('telegram', '42')
if (sender === undefined) throw new Error('42 is no id')

const item = (n: number, text = `message ${n}`): AcceptedItem => ({
  eventId: `telegram:1:${n}`,
  provider: 'telegram',
  sender,
  session: directSession('telegram', sender),
  trust: 'friend',
  chatId: '42',
  text,
  forwarded: false,
  attachments: [],
  claims: { username: 'алиса "quoted"' },
  sentAt: 1000 * n,
  acceptedAt: 1000 * n + 1,
  epoch: 'first',
  entryId: n.toString(16).padStart(8, '0'),
})

const journal = (): string => readFileSync(join(folder, 'inbox.jsonl'), 'utf8')

describe('the inbox', () => {
  test('gives back, after a restart, what is not done, whole and in order', () => {
    const first = open()
    for (const n of [1, 2, 3]) first.accept(item(n), [`m${n}`])
    first.done('telegram:1:2')
    first.close()
    const second = open()
    expect(second.openItems()).toEqual([item(1), item(3)])
    expect(second.find('telegram:1:3')).toEqual(item(3))
    expect(second.find('telegram:1:2')).toBeUndefined()
    second.close()
  })

  test('knows, after a restart, what was seen, by each of its ids', () => {
    const first = open()
    first.accept(item(1), ['telegram:1:42:7'])
    first.done('telegram:1:1')
    first.close()
    open().close()
    expect(dedupe.seen('telegram', ['telegram:1:1'])).toBe(true)
    expect(dedupe.seen('telegram', ['telegram:1:42:7'])).toBe(true)
    expect(dedupe.seen('telegram', ['telegram:1:2'])).toBe(false)
  })

  test('keeps what a message brought along, and reads lines of before there was any', () => {
    const attachments = [{ fileName: 'a.pdf', size: null, kind: 'document', ref: 'BQAC' }] as const
    const first = open()
    first.accept({ ...item(1), attachments }, [])
    first.accept(item(2), [])
    first.close()
    const older = journal().replace(',"attachments":[]', '')
    expect(older).not.toBe(journal())
    writeFileSync(join(folder, 'inbox.jsonl'), older)
    const second = open()
    expect(second.openItems()).toEqual([{ ...item(1), attachments }, item(2)])
    second.close()
  })

  test('is the owner’s file alone', () => {
    open().close()
    expect(statSync(join(folder, 'inbox.jsonl')).mode & 0o777).toBe(0o600)
  })

  test('done is done once, and of what is not open nothing is said', () => {
    const inbox = open()
    inbox.accept(item(1), [])
    inbox.done('telegram:1:1')
    inbox.done('telegram:1:1')
    inbox.done('no such event')
    inbox.close()
    expect(journal().match(/"done"/g)).toHaveLength(1)
  })

  test('shrinks to the open messages and the ids of the others', () => {
    const first = open()
    for (let n = 1; n <= 1_200; n += 1) {
      first.accept(item(n, 'x'.repeat(500)), [`m${n}`])
      if (n !== 600) first.done(`telegram:1:${n}`)
    }
    first.close()
    const before = statSync(join(folder, 'inbox.jsonl')).size
    const second = open(1024)
    expect(statSync(join(folder, 'inbox.jsonl')).size).toBeLessThan(before / 10)
    expect(second.openItems()).toEqual([item(600, 'x'.repeat(500))])
    second.accept(item(1_201), [])
    second.close()
    const third = open()
    expect(third.openItems()).toHaveLength(2)
    for (const seen of ['telegram:1:1', 'm1', 'telegram:1:1200', 'm600', 'telegram:1:1201'])
      expect(dedupe.seen('telegram', [seen])).toBe(true)
    third.close()
    expect(readdirSync(folder)).toEqual(['inbox.jsonl'])
  })

  test('shrinks while it runs, too', () => {
    const inbox = open(20_000)
    for (let n = 1; n <= 500; n += 1) {
      inbox.accept(item(n, 'y'.repeat(1_000)), [])
      inbox.done(`telegram:1:${n}`)
    }
    expect(statSync(join(folder, 'inbox.jsonl')).size).toBeLessThan(100_000)
    inbox.close()
    expect(journal().includes('"eventId":"telegram:1:400"')).toBe(false)
  })
})

describe('a journal that is damaged', () => {
  test('a torn last line was never confirmed to anybody and is dropped', () => {
    const first = open()
    first.accept(item(1), [])
    first.close()
    appendFileSync(join(folder, 'inbox.jsonl'), '{"t":"accepted","eventId":"telegram:1:2","otherIds":[')
    const second = open()
    expect(second.openItems()).toEqual([item(1)])
    second.accept(item(3), [])
    second.close()
    const third = open()
    expect(third.openItems()).toEqual([item(1), item(3)])
    third.close()
  })

  test.each([
    ['no JSON', 'garbage'],
    ['half a line in the middle', '{"t":"done","eve'],
    ['a line of another program', '{"t":"other"}'],
    ['an empty line', ''],
    ['an item without a session', JSON.stringify({ ...item(1), t: 'accepted', otherIds: [], session: 'x' })],
    [
      'an item of somebody who can not be',
      JSON.stringify({ ...item(1), t: 'accepted', otherIds: [], sender: '@a' }),
    ],
  ])('with %s stops the start, says where, and stays untouched, again and again', (_what, line) => {
    const good = JSON.stringify({ t: 'done', eventId: 'x' })
    const content = `${good}\n${line}\n${good}\n`
    writeFileSync(join(folder, 'inbox.jsonl'), content)
    for (let start = 0; start < 2; start += 1) {
      expect(() => open()).toThrow(ClawdbotError)
      expect(() => open()).toThrow(/line 2 can not be read/)
    }
    expect(journal()).toBe(content)
  })

  test('that is no text stops the start', () => {
    writeFileSync(join(folder, 'inbox.jsonl'), Buffer.from([0xff, 0xfe, 0x0a]))
    expect(() => open()).toThrow(/not UTF-8/)
  })
})

/** A process that accepts messages as fast as it can and says each on its output once `accept` has returned. */
const child = (before: string): string => `
  import { createDedupe } from '${import.meta.dirname}/dedupe.ts'
  import { openInbox } from '${import.meta.dirname}/inbox.ts'
  import { writeSync } from 'node:fs'
  const item = ${JSON.stringify({ ...item(1), text: 'z'.repeat(300) })}
  const inbox = openInbox({ folder: process.argv[1], dedupe: createDedupe(), onProblem: () => {} })
  for (let n = 1; n <= 100000; n += 1) { ${before}; inbox.accept({ ...item, eventId: 'e' + n }, []); writeSync(1, n + '\\n') }`

describe('a process that dies', () => {
  test('by kill -9 has on disk everything that it accepted', async () => {
    const dying = spawn(process.execPath, ['--input-type=module', '-e', child(''), folder])
    let said = ''
    dying.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.length > 500) dying.kill('SIGKILL')
    })
    await once(dying, 'close')
    const accepted = said.trimEnd().split('\n')
    const inbox = open()
    expect(inbox.openItems().length).toBeGreaterThanOrEqual(accepted.length)
    expect(inbox.openItems()[accepted.length - 1]?.eventId).toBe(`e${accepted.length}`)
    inbox.close()
  })

  test('on a full disk accepts nothing more and leaves no half line', () => {
    // A limit on the size of files: the kernel takes a part of the write and refuses the rest, as a full disk does.
    const script = child('').replace(
      /inbox\.accept\(.*?, \[\]\)/,
      (accept) =>
        `try { ${accept} } catch (error) { writeSync(1, error.code); inbox.done('e1'); process.exit(0) }`,
    )
    const said = execFileSync(
      'bash',
      ['-c', 'ulimit -f 8; exec "$0" --input-type=module -e "$1" "$2"', process.execPath, script, folder],
      { encoding: 'utf8' },
    )
    expect(said).toMatch(/E(?:FBIG|NOSPC)$/)
    const accepted = said.split('\n').length - 1
    const inbox = open()
    expect(accepted).toBeGreaterThan(5)
    // The done of the first one may have found room in what the failed write gave back.
    expect(inbox.openItems().length).toBeGreaterThanOrEqual(accepted - 1)
    expect(inbox.openItems().at(-1)?.eventId).toBe(`e${accepted}`)
    inbox.close()
  })
})
