import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PrivilegedAct } from '../../shared/contracts/acts.ts'
import { directSession } from '../../shared/domain/session.ts'
import type { Step } from '../failpoint.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { Delivery, Provider } from '../providers/provider.ts'
import { telegramId } from '../testing/telegram-id.ts'
import { type Intent, type Ledger, openLedger } from './ledger.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createPrivilegedActs } from './privileged-acts.ts'
import { type SendRequest, staysOpen } from './send-request.ts'

const DAY = 24 * 60 * 60 * 1000

let folder = ''
let now = 1_700_000_000_000
let ids = 0
let locked = false
let allowed = true
let steps: Step[] = []
let sent: string[] = []
let signs: string[] = []
let open = new Set<string>()
let unconfirmed: Intent[] = []
let lockedSeen = 0
/** What the messenger makes of the next messages; then all is well. */
let deliveries: (Delivery | Error | Promise<Delivery>)[] = []
/** The messenger has refused the first try for speed, and waits. */
let beforeSecondTry: () => void = () => undefined
let atStep: (step: Step) => void = () => undefined
/** How the supervisor answers the next intents; then it records them. */
let answers: ('recorded' | 'refused')[] = []
/** Of a refusal that the rules made. */
let refusedBecause = ''
let asked: PrivilegedAct[] = []
let outcomes: string[] = []
let ledger: Ledger
let outbox: Outbox

const messenger: Provider = {
  id: 'telegram',
  maxTextLength: 20,
  start: () => undefined,
  stop: () => Promise.resolve(),
  send: async (_chatId, text, mayGo) => {
    beforeSecondTry()
    if (!mayGo()) return { kind: 'withdrawn' }
    sent.push(text)
    const delivery = (await deliveries.shift()) ?? { kind: 'sent', messageId: `m${sent.length}` }
    if (delivery instanceof Error) throw delivery
    return delivery
  },
  typing: (chatId, state) => signs.push(`${chatId} ${state}`),
}

const begin = (compactAbove?: number): void => {
  ledger = openLedger({
    folder,
    now: () => now,
    isOpen: (event) => open.has(event),
    onProblem: (message) => steps.push(`outbox:after-outcome`) && expect(message).toBe(''),
    ...(compactAbove === undefined ? {} : { compactAbove }),
  })
  const acts = createPrivilegedActs({
    ask: (intentId, act) => {
      asked.push(act)
      queueMicrotask(() => acts.answered(intentId, answers.shift() ?? 'recorded', refusedBecause))
      return true
    },
    outcome: (intentId, result, detail) => outcomes.push(`${intentId} ${result} ${detail}`.trim()),
  })
  outbox = createOutbox({
    ledger,
    ask: acts.ask,
    provider: (id) => (id === 'telegram' ? messenger : undefined),
    isLocked: () => locked,
    refusal: () => (allowed ? undefined : 'not_the_recipient'),
    onLocked: () => {
      lockedSeen += 1
    },
    onUnconfirmed: (intent) => unconfirmed.push(intent),
    reached: (step) => {
      steps.push(step)
      atStep(step)
    },
    now: () => now,
    newId: () => `o${(ids += 1)}`,
  })
}

const restart = (compactAbove?: number): void => {
  ledger.close()
  begin(compactAbove)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'))
  now = 1_700_000_000_000
  ids = 0
  locked = false
  allowed = true
  steps = []
  sent = []
  signs = []
  open = new Set(['e1'])
  unconfirmed = []
  lockedSeen = 0
  deliveries = []
  answers = []
  refusedBecause = ''
  asked = []
  outcomes = []
  atStep = () => undefined
  beforeSecondTry = () => undefined
  begin()
})
afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true })
})

const answer = (over: Partial<SendRequest> = {}): SendRequest => ({
  session: 'telegram:dm:42',
  provider: 'telegram',
  chatId: '42',
  recipient: telegramId('42'),
  text: 'the answer',
  replyTo: 'e1',
  kind: 'answer',
  ...over,
})

const lines = (): readonly { t: string; result?: string; why?: string }[] =>
  readFileSync(join(folder, 'outbox.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line): { t: string; result?: string; why?: string } => JSON.parse(line))

/** What kill -9 leaves: the file as it is at that moment. */
const dieAt = (step: Step): void => {
  atStep = (reached) => {
    if (reached === step) throw new Error('killed')
  }
}

describe('a message that leaves', () => {
  test('stands in the ledger before it is sent, and its end after', async () => {
    const atIntent: unknown[] = []
    atStep = (step) => {
      if (step === 'outbox:after-intent') atIntent.push(...lines(), sent.length)
    }
    expect(await outbox.send(answer())).toEqual({ kind: 'sent', messageIds: ['m1'] })
    expect(atIntent).toMatchObject([{ t: 'intent', text: 'the answer' }, 0])
    expect(lines()).toMatchObject([{ t: 'intent' }, { t: 'outcome', result: 'sent', messageId: 'm1' }])
    expect(steps).toEqual([
      'outbox:before-intent',
      'outbox:after-intent',
      'audit:before-ask',
      'audit:after-answer',
      'outbox:after-send',
      'outbox:after-outcome',
    ])
    expect(statSync(join(folder, 'outbox.jsonl')).mode & 0o777).toBe(0o600)
  })

  test('in several parts is one intent each', async () => {
    const text = 'first part of it and then a second part'
    expect(await outbox.send(answer({ text }))).toMatchObject({ kind: 'sent', messageIds: ['m1', 'm2'] })
    expect(sent).toEqual(['first part of it and', 'then a second part'])
    expect(lines()).toMatchObject([{ part: 1, parts: 2 }, {}, { part: 2, parts: 2 }, {}])
  })

  test('goes nowhere without a provider or without words', async () => {
    expect(await outbox.send(answer({ provider: 'slack' }))).toMatchObject({ kind: 'failed' })
    expect(await outbox.send(answer({ text: ' \n ' }))).toMatchObject({ kind: 'failed' })
    expect(sent).toEqual([])
  })
})

describe('what leaves', () => {
  test('is letters: nothing in it acts on a terminal, hides or reorders', async () => {
    await outbox.send(answer({ text: '\u001b]0;x\u0007a\u001b[31mb\u0000\r\n\u202ec' }))
    expect(sent).toEqual(['ab\n‹U+202E›c'])
  })

  test('is not what the supervisor refuses by the owner’s rules, and it says why', async () => {
    answers = ['refused']
    refusedBecause = 'read-only mode is on'
    const why = { kind: 'withheld', why: 'refused', said: 'read-only mode is on' } as const
    const result = await outbox.send(answer())
    expect(result).toEqual(why)
    expect([sent, staysOpen(result)]).toEqual([[], false])
    expect(lines()).toMatchObject([{ t: 'intent' }, { result: 'withheld', why: 'read-only mode is on' }])
  })

  test('of the tool send is one message for each name, beside the answer', async () => {
    const message = answer({ kind: 'message', replyTo: 'send:call_1', askedBy: 'e1', text: 'hi' })
    expect(await outbox.send(message)).toMatchObject({ kind: 'sent' })
    expect(await outbox.send(message)).toEqual({ kind: 'withheld', why: 'answered_before' })
    expect(outbox.outcomeFor('e1')).toBeUndefined()
    expect(await outbox.send(answer())).toMatchObject({ kind: 'sent' })
    expect(sent).toEqual(['hi', 'the answer'])
  })
})

describe('lockdown', () => {
  test('has the first word: nothing is written and nothing leaves', async () => {
    locked = true
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'locked_down' })
    expect([sent, lines(), lockedSeen]).toEqual([[], [], 1])
  })

  test('has the last word, too: it may have come while the intent was written', async () => {
    atStep = (step) => {
      if (step === 'outbox:after-intent') locked = true
    }
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'locked_down' })
    expect(sent).toEqual([])
    expect(lines()).toMatchObject([{ t: 'intent' }, { t: 'outcome', result: 'withheld' }])
    // Nothing has left, so after the owner's resume the question may be answered.
    expect(outbox.outcomeFor('e1')).toBeUndefined()
    locked = false
    atStep = () => undefined
    restart()
    expect(outbox.outcomeFor('e1')).toBeUndefined()
    expect(await outbox.send(answer())).toMatchObject({ kind: 'sent' })
  })

  test('between two parts stops the second', async () => {
    atStep = (step) => {
      if (step === 'outbox:after-outcome') locked = true
    }
    const result = await outbox.send(answer({ text: 'first part of it and then a second part' }))
    expect(result).toEqual({ kind: 'withheld', why: 'locked_down' })
    expect(sent).toHaveLength(1)
  })
})

describe('the audit', () => {
  test('has a message before it leaves, without its words, and hears how it ended', async () => {
    let sentAtAsk = -1
    atStep = (step) => {
      if (step === 'audit:before-ask') sentAtAsk = sent.length
    }
    await outbox.send(answer({ text: 'a secret' }))
    expect(sentAtAsk).toBe(0)
    expect(asked).toEqual([
      {
        act: 'message.send',
        outboundId: 'o1',
        provider: 'telegram',
        chatId: '42',
        recipient: '42',
        session: 'telegram:dm:42',
        purpose: 'answer',
        replyTo: 'e1',
        part: 1,
        parts: 1,
        length: 8,
        textSha256: createHash('sha256').update('a secret').digest('hex'),
      },
    ])
    expect(outcomes).toEqual(['1 sent message m1'])
  })

  test('that does not take a message keeps it from leaving, and the question stays to be answered', async () => {
    answers = ['refused']
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'not_audited' })
    expect([sent, outcomes, lockedSeen]).toEqual([[], [], 0])
    expect(lines()).toMatchObject([
      { t: 'intent' },
      { t: 'outcome', result: 'withheld', why: 'not in the audit' },
    ])
    restart()
    expect(ledger.unconfirmed()).toEqual([])
    expect(outbox.outcomeFor('e1')).toBeUndefined()
    expect(await outbox.send(answer())).toMatchObject({ kind: 'sent' })
  })

  test('that takes only the first part of a text: the rest goes out later, and nothing twice', async () => {
    const text = 'first part of it and then a second part'
    answers = ['recorded', 'refused']
    expect(await outbox.send(answer({ text }))).toEqual({ kind: 'withheld', why: 'not_audited' })
    restart()
    expect(await outbox.send(answer({ text }))).toMatchObject({ kind: 'sent', messageIds: ['m1', 'm2'] })
    expect(sent).toEqual(['first part of it and', 'then a second part'])
  })

  test.each([
    ['latched', 'locked_down', 'locked down'],
    ['revoked', 'not_the_recipient', 'no longer the recipient'],
  ] as const)('may take a while: what was %s meanwhile does not leave', async (what, why, told) => {
    atStep = (step) => {
      if (step !== 'audit:before-ask') return
      locked = what === 'latched'
      allowed = what !== 'revoked'
    }
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why })
    expect([sent, outcomes]).toEqual([[], [`1 withheld ${told}`]])
    expect(lines().at(-1)).toMatchObject({ result: 'withheld', why: told })
  })

  test.each([
    ['that failed', { kind: 'failed', why: 'blocked' } as const, '1 failed blocked'],
    ['that nobody knows about', { kind: 'unconfirmed', why: 'cut' } as const, '1 unconfirmed cut'],
    ['at which the messenger threw', new Error('socket hang up'), '1 unconfirmed socket hang up'],
    ['that the messenger did not try', { kind: 'withdrawn' } as const, '1 withheld no longer the recipient'],
  ])('hears the end of a message %s, once', async (_what, delivery, outcome) => {
    deliveries = [delivery]
    await outbox.send(answer())
    expect(outcomes).toEqual([outcome])
  })

  test.each(['audit:after-answer', 'outbox:after-send', 'outbox:after-outcome'] as const)(
    'hears exactly one end also of a message at which we broke (%s)',
    async (step) => {
      dieAt(step)
      await expect(outbox.send(answer())).rejects.toThrow('killed')
      expect(outcomes).toHaveLength(1)
    },
  )
})

describe('the recipient', () => {
  test('who may not receive it gets nothing, and nothing is written', async () => {
    allowed = false
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'not_the_recipient' })
    expect([sent, lines()]).toEqual([[], []])
  })

  test('is not tried again once the right to it has ended', async () => {
    beforeSecondTry = () => {
      allowed = false
    }
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'not_the_recipient' })
    expect(sent).toEqual([])
    expect(lines().map(({ t, result }) => result ?? t)).toEqual(['intent', 'withheld'])
  })

  test('is not tried again once the latch is there, and stays to be sent', async () => {
    beforeSecondTry = () => {
      locked = true
    }
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'locked_down' })
    expect(lockedSeen).toBe(1)
    beforeSecondTry = () => undefined
    locked = false
    expect(await outbox.send(answer())).toMatchObject({ kind: 'sent' })
  })

  test('who loses the right between two parts gets no second one', async () => {
    atStep = (step) => {
      if (step === 'outbox:after-outcome') allowed = false
    }
    const result = await outbox.send(answer({ text: 'first part of it and then a second part' }))
    expect(result).toEqual({ kind: 'withheld', why: 'not_the_recipient' })
    expect(sent).toHaveLength(1)
  })
})

describe('a message that may or may not have arrived', () => {
  test.each([
    ['the provider says so', { kind: 'unconfirmed', why: 'cut' } as const],
    ['the provider throws', new Error('socket hang up')],
  ])('is shown to the owner and not sent again: %s', async (_what, delivery) => {
    deliveries = [delivery]
    expect(await outbox.send(answer())).toMatchObject({ kind: 'unconfirmed' })
    expect(unconfirmed).toMatchObject([{ chatId: '42', text: 'the answer' }])
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'answered_before' })
    restart()
    expect(outbox.outcomeFor('e1')).toBe('unconfirmed')
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'answered_before' })
    expect(sent).toHaveLength(1)
    expect(ledger.unconfirmed()).toMatchObject([{ text: 'the answer' }])
  })

  test('ends a long text: the rest is not sent', async () => {
    deliveries = [{ kind: 'unconfirmed', why: 'cut' }]
    const result = await outbox.send(answer({ text: 'first part of it and then a second part' }))
    expect(result).toEqual({ kind: 'unconfirmed', why: 'cut (part 1 of 2; the rest was not sent)' })
    expect(sent).toHaveLength(1)
  })
})

describe('a message that has certainly not arrived', () => {
  test('is said to have failed, and is not tried again by itself', async () => {
    deliveries = [{ kind: 'failed', why: 'blocked by the user' }]
    expect(await outbox.send(answer())).toEqual({ kind: 'failed', why: 'blocked by the user' })
    expect(outbox.outcomeFor('e1')).toBe('failed')
    expect(unconfirmed).toEqual([])
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'answered_before' })
  })
})

describe('one reply to one event', () => {
  test('while the first is on its way, a second is refused', async () => {
    let arrive: ((delivery: Delivery) => void) | undefined
    deliveries = [new Promise((resolve) => (arrive = resolve))]
    const first = outbox.send(answer())
    expect(await outbox.send(answer({ text: 'another' }))).toEqual({
      kind: 'withheld',
      why: 'answered_before',
    })
    arrive?.({ kind: 'sent', messageId: 'm1' })
    expect(await first).toMatchObject({ kind: 'sent' })
    await outbox.idle()
    expect(sent).toHaveLength(1)
  })

  test('also with another text and after a restart', async () => {
    await outbox.send(answer())
    restart()
    expect(outbox.outcomeFor('e1')).toBe('sent')
    expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'answered_before' })
    expect(await outbox.send(answer({ text: 'another' }))).toEqual({
      kind: 'withheld',
      why: 'answered_before',
    })
    expect(sent).toHaveLength(1)
  })

  test('a notice to the same event is something else', async () => {
    await outbox.send(answer())
    expect(await outbox.send(answer({ kind: 'notice' }))).toMatchObject({ kind: 'sent' })
  })
})

describe('kill -9', () => {
  test('before the intent: nothing is known, and the answer goes out once after the restart', async () => {
    dieAt('outbox:before-intent')
    await expect(outbox.send(answer())).rejects.toThrow('killed')
    atStep = () => undefined
    restart()
    expect(outbox.outcomeFor('e1')).toBeUndefined()
    expect(await outbox.send(answer())).toMatchObject({ kind: 'sent' })
    expect(sent).toHaveLength(1)
  })

  test.each(['outbox:after-intent', 'audit:before-ask', 'audit:after-answer', 'outbox:after-send'] as const)(
    '%s: unconfirmed from the next start on, reported, and never sent again',
    async (step) => {
      dieAt(step)
      await expect(outbox.send(answer())).rejects.toThrow('killed')
      atStep = () => undefined
      const before = sent.length
      restart()
      expect(ledger.unconfirmed()).toMatchObject([
        { text: 'the answer', chatId: '42', session: 'telegram:dm:42' },
      ])
      expect(lines().at(-1)).toMatchObject({ t: 'outcome', result: 'unconfirmed' })
      expect(outbox.outcomeFor('e1')).toBe('unconfirmed')
      expect(await outbox.send(answer())).toEqual({ kind: 'withheld', why: 'answered_before' })
      expect(sent).toHaveLength(before)
    },
  )

  test('outbox:after-outcome: it is known to have arrived', async () => {
    dieAt('outbox:after-outcome')
    await expect(outbox.send(answer())).rejects.toThrow('killed')
    restart()
    expect(outbox.outcomeFor('e1')).toBe('sent')
    expect(ledger.unconfirmed()).toEqual([])
  })

  test('between two parts: the same text goes on with the second, and the first is not sent twice', async () => {
    const text = 'first part of it and then a second part'
    dieAt('outbox:after-outcome')
    await expect(outbox.send(answer({ text }))).rejects.toThrow('killed')
    atStep = () => undefined
    restart()
    expect(outbox.outcomeFor('e1')).toBeUndefined()
    expect(await outbox.send(answer({ text }))).toMatchObject({ kind: 'sent', messageIds: ['m1', 'm2'] })
    expect(sent).toEqual(['first part of it and', 'then a second part'])
    expect(outbox.outcomeFor('e1')).toBe('sent')
  })

  test('between two parts: another text is not mixed with the first part', async () => {
    dieAt('outbox:after-outcome')
    await expect(outbox.send(answer({ text: 'first part of it and then a second part' }))).rejects.toThrow(
      'killed',
    )
    atStep = () => undefined
    restart()
    const other = answer({ text: 'a wholly new text, and that is the second part of it' })
    expect(await outbox.send(other)).toEqual({ kind: 'withheld', why: 'answered_before' })
    expect(sent).toHaveLength(1)
  })

  test('in the middle of writing the outcome: unconfirmed', async () => {
    await outbox.send(answer())
    const path = join(folder, 'outbox.jsonl')
    const [intent = '', outcome = ''] = readFileSync(path, 'utf8').split('\n')
    rmSync(path)
    appendFileSync(path, `${intent}\n${outcome.slice(0, 20)}`)
    restart()
    expect(outbox.outcomeFor('e1')).toBe('unconfirmed')
  })
})

describe('the sign that somebody writes', () => {
  const item: AcceptedItem = {
    eventId: 'e1',
    provider: 'telegram',
    sender: telegramId('42'),
    session: directSession('telegram', telegramId('42')),
    trust: 'friend',
    chatId: '42',
    text: 'hello',
    attachments: [],
    forwarded: false,
    claims: {},
    sentAt: 1,
    acceptedAt: 2,
    epoch: 'first',
    entryId: '00000001',
  }

  test('is shown in the conversation that asked, and taken back', () => {
    outbox.typing(item, 'on')
    outbox.typing(item, 'off')
    expect(signs).toEqual(['42 on', '42 off'])
  })

  test('is not shown where the answer might not go now, nor after a STOP, and is taken back all the same', () => {
    allowed = false
    outbox.typing(item, 'on')
    allowed = true
    locked = true
    outbox.typing(item, 'on')
    expect(signs).toEqual([])
    allowed = false
    outbox.typing(item, 'off')
    expect(signs).toEqual(['42 off'])
  })
})

describe('the ledger', () => {
  test('with a line that can not be read stops the start and stays as it is', async () => {
    await outbox.send(answer())
    appendFileSync(join(folder, 'outbox.jsonl'), 'garbage\n')
    expect(() => begin()).toThrow(/line 3 can not be read/)
    expect(readFileSync(join(folder, 'outbox.jsonl'), 'utf8')).toContain('garbage')
  })

  test('shrinks: keeps what is unconfirmed for seven days, what is open, and the last minute', async () => {
    open = new Set(['open'])
    deliveries = [{ kind: 'unconfirmed', why: 'cut' }]
    await outbox.send(answer({ replyTo: 'old unconfirmed', text: 'lost long ago' }))
    now += 8 * DAY
    deliveries = [{ kind: 'unconfirmed', why: 'cut' }]
    await outbox.send(answer({ replyTo: 'unconfirmed', text: 'lost lately' }))
    await outbox.send(answer({ replyTo: 'open', text: 'to an open event' }))
    for (let n = 0; n < 50; n += 1) await outbox.send(answer({ replyTo: `closed ${n}`, text: 'long done' }))
    now += DAY
    await outbox.send(answer({ replyTo: 'recent', text: 'just now' }))
    restart(100)
    expect(lines().filter(({ t }) => t === 'intent')).toMatchObject([
      { replyTo: 'unconfirmed', text: 'lost lately' },
      { replyTo: 'open', text: '' },
      { replyTo: 'recent', text: '' },
    ])
    expect(outbox.outcomeFor('open')).toBe('sent')
    expect(outbox.outcomeFor('closed 7')).toBeUndefined()
    expect(ledger.unconfirmed()).toMatchObject([{ replyTo: 'unconfirmed' }])
  })
})
