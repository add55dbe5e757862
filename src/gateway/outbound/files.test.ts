import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PrivilegedAct } from '../../shared/contracts/acts.ts'
import type { Delivery, Provider } from '../providers/provider.ts'
import { telegramId } from '../testing/telegram-id.ts'
import { type Intent, type Ledger, openLedger } from './ledger.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createPrivilegedActs } from './privileged-acts.ts'
import type { RecipientRefusal } from './recipient.ts'
import type { SendRequest } from './send-request.ts'

const sha256 = (given: string | Uint8Array): string => createHash('sha256').update(given).digest('hex')
const bytes = Uint8Array.from({ length: 2_000 }, (_, index) => (index * 7) % 256)
const request: SendRequest = {
  session: 'telegram:dm:42',
  provider: 'telegram',
  chatId: '42',
  recipient: telegramId('42'),
  text: 'the secret caption',
  file: { name: 'report.pdf', bytes },
  replyTo: 'send:call_1',
  kind: 'message',
  askedBy: 'e1',
}

let folder = ''
let ids = 0
let did: string[] = []
let acts: PrivilegedAct[] = []
let outcomes: string[] = []
let unconfirmed: Intent[] = []
let delivery: Delivery = { kind: 'sent', messageId: 'm1' }
let refusal: RecipientRefusal | undefined
let isLocked = false
let answer: 'recorded' | 'refused' = 'recorded'
let atAct: () => void = () => undefined
let messenger: Provider
let ledger: Ledger
let outbox: Outbox

const begin = (): void => {
  ledger = openLedger({
    folder,
    now: () => 1_700_000_000_000,
    isOpen: () => false,
    onProblem: () => undefined,
  })
  const privileged = createPrivilegedActs({
    ask: (intentId, act) => {
      acts.push(act)
      did.push('asked')
      atAct()
      queueMicrotask(() => privileged.answered(intentId, answer, ''))
      return true
    },
    outcome: (intentId, result, detail) => outcomes.push(`${intentId} ${result} ${detail}`),
  })
  outbox = createOutbox({
    ledger,
    ask: privileged.ask,
    provider: () => messenger,
    isLocked: () => isLocked,
    refusal: () => refusal,
    onLocked: () => did.push('locked'),
    onUnconfirmed: (intent) => unconfirmed.push(intent),
    reached: () => undefined,
    now: () => 1_700_000_000_000,
    newId: () => `o${(ids += 1)}`,
  })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-files-'))
  ids = 0
  ;[did, acts, outcomes, unconfirmed] = [[], [], [], []]
  delivery = { kind: 'sent', messageId: 'm1' }
  refusal = undefined
  isLocked = false
  answer = 'recorded'
  atAct = () => undefined
  messenger = {
    id: 'telegram',
    maxTextLength: 4096,
    maxCaptionLength: 1024,
    start: () => undefined,
    stop: () => Promise.resolve(),
    send: () => Promise.reject(new Error('a file is no text')),
    sendFile: (chatId, file, caption, mayGo) => {
      did.push(`sent ${file.name} (${file.bytes.length}) to ${chatId}: ${caption}`)
      return Promise.resolve(mayGo() ? delivery : { kind: 'withdrawn' })
    },
  }
  begin()
})
afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true })
})

const journal = (): string => readFileSync(join(folder, 'outbox.jsonl'), 'utf8')

describe('a file', () => {
  test('leaves once it is in the ledger and in the audit, by its hash and its length', async () => {
    expect(await outbox.send(request)).toEqual({ kind: 'sent', messageIds: ['m1'] })
    expect(did).toEqual(['asked', 'sent report.pdf (2000) to 42: the secret caption'])
    expect(acts).toEqual([
      {
        act: 'message.send',
        outboundId: 'o1',
        provider: 'telegram',
        chatId: '42',
        recipient: '42',
        session: 'telegram:dm:42',
        purpose: 'message',
        replyTo: 'send:call_1',
        part: 1,
        parts: 1,
        length: 18,
        textSha256: sha256('the secret caption'),
        fileBytes: 2_000,
        fileSha256: sha256(bytes),
      },
    ])
    expect(outcomes).toEqual(['1 sent message m1'])
    expect(journal()).toContain(`{"name":"report.pdf","bytes":2000,"sha256":"${sha256(bytes)}"}`)
  })

  test('has a caption of letters, or none', async () => {
    await outbox.send({ ...request, text: ' a\u001b[2J\u202eb ' })
    await outbox.send({ ...request, text: '\u001b[2J', replyTo: 'send:call_2' })
    expect(did.filter((each) => each.startsWith('sent'))).toEqual([
      'sent report.pdf (2000) to 42: a‹U+202E›b',
      'sent report.pdf (2000) to 42: ',
    ])
  })

  test('with a caption that is too long stays here, and so does one for a messenger that takes none', async () => {
    expect(await outbox.send({ ...request, text: 'x'.repeat(1_025) })).toEqual({
      kind: 'failed',
      why: 'the text with a file may have 1024 characters at most',
    })
    const { sendFile: _, maxCaptionLength: __, ...without } = messenger
    messenger = without
    expect(await outbox.send(request)).toEqual({
      kind: 'failed',
      why: 'no files can be sent over telegram',
    })
    expect([did, journal()]).toEqual([[], ''])
  })

  test.each<[string, () => void, object]>([
    ['while everything is stopped', () => (isLocked = true), { kind: 'withheld', why: 'locked_down' }],
    [
      'to the wrong recipient',
      () => (refusal = 'not_the_recipient'),
      { kind: 'withheld', why: 'not_the_recipient' },
    ],
    ['in read-only mode', () => (refusal = 'read_only'), { kind: 'withheld', why: 'read_only' }],
    ['without a record', () => (answer = 'refused'), { kind: 'withheld', why: 'not_audited' }],
    ['once it was stopped meanwhile', () => (atAct = () => (isLocked = true)), { why: 'locked_down' }],
    [
      'once read-only mode came meanwhile',
      () => (atAct = () => (refusal = 'read_only')),
      { why: 'read_only' },
    ],
  ])('does not leave %s', async (_what, change, result) => {
    change()
    expect(await outbox.send(request)).toMatchObject(result)
    expect(did.filter((each) => each.startsWith('sent'))).toEqual([])
  })

  test('leaves once, whatever is sent under the same name again', async () => {
    await outbox.send(request)
    expect(await outbox.send(request)).toEqual({ kind: 'withheld', why: 'answered_before' })
    const other = { ...request, file: { name: 'report.pdf', bytes: bytes.subarray(1) } }
    expect(await outbox.send(other)).toEqual({ kind: 'withheld', why: 'answered_before' })
    ledger.close()
    begin()
    expect(await outbox.send(request)).toEqual({ kind: 'withheld', why: 'answered_before' })
    expect(did.filter((each) => each.startsWith('sent'))).toHaveLength(1)
  })

  test('of which nobody knows whether it arrived is shown by its name, and never sent again', async () => {
    delivery = { kind: 'unconfirmed', why: 'cut' }
    expect(await outbox.send(request)).toEqual({ kind: 'unconfirmed', why: 'cut' })
    expect(unconfirmed).toMatchObject([
      { text: 'the secret caption', file: { name: 'report.pdf', bytes: 2_000 } },
    ])
    ledger.close()
    begin()
    expect(ledger.unconfirmed()).toMatchObject([{ file: { name: 'report.pdf' } }])
    expect(await outbox.send(request)).toEqual({ kind: 'withheld', why: 'answered_before' })
  })

  test('that a crash cut is unconfirmed', () => {
    ledger.intend({
      id: 'o9',
      at: 1,
      session: 'main',
      provider: 'telegram',
      chatId: '7',
      replyTo: 'send:call_9',
      kind: 'message',
      part: 1,
      parts: 1,
      text: '',
      textHash: 'x',
      file: { name: 'a', bytes: 1, sha256: sha256('a') },
    })
    ledger.close()
    begin()
    expect(ledger.unconfirmed()).toMatchObject([{ id: 'o9', file: { name: 'a' } }])
  })
})
