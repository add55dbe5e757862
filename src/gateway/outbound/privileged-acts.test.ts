import { describe, expect, test } from 'vitest'
import type { PrivilegedAct } from '../../shared/contracts/acts.ts'
import { createPrivilegedActs, type RecordedAct, type RefusedAct } from './privileged-acts.ts'

const act: PrivilegedAct = {
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
  length: 0,
  textSha256: '0'.repeat(64),
}

const create = (maxOpen = 10) => {
  const asked: number[] = []
  const outcomes: string[] = []
  let isLinked = true
  const acts = createPrivilegedActs({
    ask: (intentId) => isLinked && asked.push(intentId) > 0,
    outcome: (intentId, result, detail) => outcomes.push(`${intentId} ${result} ${detail}`),
    maxOpen,
  })
  const unlink = (): void => {
    isLinked = false
  }
  return { acts, asked, outcomes, unlink }
}

/** What a promise is when everything that can happen has happened. */
const now = async (promise: Promise<RecordedAct | RefusedAct>): Promise<'recorded' | 'refused' | 'waits'> => {
  const waits = new Promise<'waits'>((resolve) => void setImmediate(() => resolve('waits')))
  return Promise.race([promise.then((given) => given.kind), waits])
}

describe('an act that needs a record', () => {
  test('waits for its own answer, and for nothing else', async () => {
    const { acts, asked } = create()
    const [first, second] = [acts.ask(act), acts.ask(act)]
    expect(asked).toEqual([1, 2])
    acts.answered(2, 'recorded', '')
    acts.answered(7, 'recorded', '')
    expect([await now(first), await now(second)]).toEqual(['waits', 'recorded'])
    acts.answered(1, 'refused', '')
    acts.answered(1, 'recorded', '')
    expect(await now(first)).toBe('refused')
  })

  test('ends once, with the first word about it', async () => {
    const { acts, outcomes } = create()
    const asking = acts.ask(act)
    acts.answered(1, 'recorded', '')
    const recorded = await asking
    if (recorded.kind === 'recorded') {
      recorded.conclude('sent', 'm1')
      recorded.conclude('failed', 'no')
    }
    expect(outcomes).toEqual(['1 sent m1'])
  })

  test('is refused where the question can not be put', async () => {
    const { acts, unlink } = create()
    unlink()
    expect(await now(acts.ask(act))).toBe('refused')
  })

  test('is refused while too many wait, and may be asked for again when they do not', async () => {
    const { acts, asked } = create(2)
    const waiting = [acts.ask(act), acts.ask(act)]
    expect(await now(acts.ask(act))).toBe('refused')
    acts.answered(1, 'recorded', '')
    acts.answered(2, 'refused', '')
    await Promise.all(waiting)
    const third = acts.ask(act)
    acts.answered(3, 'recorded', '')
    expect(await now(third)).toBe('recorded')
    expect(asked).toEqual([1, 2, 3])
  })

  test('that waits at the close is refused; if it was recorded all the same, it ends as withheld', async () => {
    const { acts, asked, outcomes } = create()
    const early = acts.ask(act)
    acts.answered(1, 'recorded', '')
    const [second, third] = [acts.ask(act), acts.ask(act)]
    acts.close()
    expect([await now(second), await now(third)]).toEqual(['refused', 'refused'])
    expect(await now(acts.ask(act))).toBe('refused')
    acts.answered(2, 'recorded', '')
    acts.answered(2, 'recorded', '')
    acts.answered(3, 'refused', '')
    expect(outcomes).toEqual(['2 withheld given up before the record was confirmed'])
    // What was on record before may still end.
    const recorded = await early
    if (recorded.kind === 'recorded') recorded.conclude('sent', 'm1')
    expect(outcomes).toHaveLength(2)
    expect(asked).toEqual([1, 2, 3])
  })
})
