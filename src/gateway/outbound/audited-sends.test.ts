import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Delivery, Provider } from '../providers/provider.ts'
import { telegramId } from '../testing/telegram-id.ts'
import { openLedger } from './ledger.ts'
import { createOutbox } from './outbox.ts'
import { createPrivilegedActs } from './privileged-acts.ts'

const recipient = telegramId('42')

/** What can happen around the door, in any order. Numbers choose among what is there. */
type Happening =
  | { readonly kind: 'send'; readonly parts: 1 | 2 }
  | { readonly kind: 'answer'; readonly which: number; readonly answer: 'recorded' | 'refused' }
  | { readonly kind: 'arrive'; readonly which: number; readonly delivery: Delivery | 'throws' }
  | { readonly kind: 'latch' | 'unlatch' | 'revoke' | 'allow' | 'close' }

const delivery: fc.Arbitrary<Delivery | 'throws'> = fc.constantFrom<(Delivery | 'throws')[]>(
  { kind: 'sent', messageId: 'm' },
  { kind: 'failed', why: 'refused' },
  { kind: 'unconfirmed', why: 'cut' },
  { kind: 'withdrawn' },
  'throws',
)
const which = fc.nat({ max: 5 })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send'), parts: fc.constantFrom(1, 2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer'),
      which,
      answer: fc.constantFrom('recorded', 'recorded', 'refused'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('arrive'), which, delivery }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('latch', 'unlatch', 'revoke', 'allow', 'unlatch', 'allow'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close') }) },
)

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** What stands for a text in the audit. */
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** One run of the world, and everything that was wrong in it. No two messages have the same text. */
const run = async (happenings: readonly Happening[], folder: string): Promise<readonly string[]> => {
  const wrong: string[] = []
  const hold = (condition: boolean, what: string): void => {
    if (!condition) wrong.push(what)
  }
  let [isLocked, isAllowed, sends, ids] = [false, true, 0, 0]
  /** Hashes of texts, to the ids of their acts. */
  const waiting = new Map<string, number>()
  const recorded = new Map<string, number>()
  const tried = new Set<string>()
  const outcomes = new Map<number, string[]>()
  const onTheWay: ((delivery: Delivery | 'throws') => void)[] = []

  const messenger: Provider = {
    id: 'telegram',
    maxTextLength: 6,
    start: () => undefined,
    stop: () => Promise.resolve(),
    send: async (_chatId, text, mayGo) => {
      hold(recorded.has(hash(text)), `${text} left without a record`)
      hold(!tried.has(hash(text)), `${text} left twice`)
      hold(!isLocked && isAllowed && mayGo(), `${text} left during a lockdown or without a right`)
      tried.add(hash(text))
      const became = await new Promise<Delivery | 'throws'>((resolve) => onTheWay.push(resolve))
      if (became === 'throws') throw new Error('thrown')
      return became
    },
  }
  const acts = createPrivilegedActs({
    ask: (intentId, act) => {
      if (act.act === 'message.send') waiting.set(act.textSha256, intentId)
      return true
    },
    outcome: (intentId, result) => {
      outcomes.set(intentId, [...(outcomes.get(intentId) ?? []), result])
    },
    maxOpen: 4,
  })
  const ledger = openLedger({ folder, now: () => 1, isOpen: () => true, onProblem: () => undefined })
  const outbox = createOutbox({
    ledger,
    ask: acts.ask,
    provider: () => messenger,
    isLocked: () => isLocked,
    refusal: () => (isAllowed ? undefined : 'not_the_recipient'),
    onLocked: () => undefined,
    onUnconfirmed: () => undefined,
    reached: () => undefined,
    now: () => 1,
    newId: () => `o${(ids += 1)}`,
  })

  const happen = (what: Happening): void => {
    switch (what.kind) {
      case 'send': {
        sends += 1
        const text =
          what.parts === 1 ? `s${sends}` : `${`a${sends}`.padEnd(6, 'x')} ${`b${sends}`.padEnd(6, 'x')}`
        const request = {
          session: 's',
          provider: 'telegram',
          chatId: '42',
          recipient,
          kind: 'answer',
        } as const
        void outbox.send({ ...request, text, replyTo: `e${sends}` })
        return
      }
      case 'answer': {
        const found = [...waiting][what.which % Math.max(1, waiting.size)]
        if (found === undefined) return
        const [textSha256, intentId] = found
        waiting.delete(textSha256)
        if (what.answer === 'recorded') recorded.set(textSha256, intentId)
        return acts.answered(intentId, what.answer, '')
      }
      case 'arrive':
        return onTheWay.splice(what.which % Math.max(1, onTheWay.length), 1)[0]?.(what.delivery)
      case 'latch':
      case 'unlatch':
        isLocked = what.kind === 'latch'
        return
      case 'revoke':
      case 'allow':
        isAllowed = what.kind === 'allow'
        return
      case 'close':
        return acts.close()
      default:
        return assertNever(what)
    }
  }

  for (const what of happenings) {
    happen(what)
    await settle()
  }
  // What is on the way comes to its end. What nobody answers stays where it is.
  for (const arrive of onTheWay.splice(0)) arrive({ kind: 'sent', messageId: 'm' })
  await settle()
  for (const [textSha256, intentId] of recorded) {
    const ends = outcomes.get(intentId) ?? []
    hold(ends.length === 1, `act ${intentId} is on record and has ${ends.length} ends`)
    hold(
      tried.has(textSha256) || ends[0] === 'withheld',
      `act ${intentId} did not happen and ended as ${ends[0]}`,
    )
  }
  const onRecord = new Set(recorded.values())
  for (const intentId of outcomes.keys())
    hold(onRecord.has(intentId), `act ${intentId} has an end and no record`)
  ledger.close()
  return wrong
}

describe('whatever the supervisor, the owner and the messenger do, and in whatever order', () => {
  test('only what is on record leaves, and what is on record ends exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
        const folder = mkdtempSync(join(tmpdir(), 'audited-'))
        try {
          expect(await run(happenings, folder)).toEqual([])
        } finally {
          rmSync(folder, { recursive: true })
        }
      }),
      { numRuns: 500 },
    )
  }, 60_000)
})
