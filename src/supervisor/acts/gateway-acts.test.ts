import { describe, expect, it } from 'vitest'
import type { FromGateway } from '../../shared/contracts/gateway.ts'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { createGatewayActs } from './gateway-acts.ts'

const intent = (intentId: number): Extract<FromGateway, { type: 'intent' }> => ({
  type: 'intent',
  intentId,
  intent: {
    act: 'message.send',
    outboundId: `out-${intentId}`,
    provider: 'telegram',
    chatId: '42',
    recipient: '42',
    session: 'telegram:dm:42',
    purpose: 'answer',
    replyTo: 'event-1',
    part: 1,
    parts: 1,
    length: 5,
    textSha256: 'a'.repeat(64),
  },
})

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** An audit whose writes end when the test says so. */
const createDesk = () => {
  /** What the rules say, and what is not approved. */
  let refusal: string | undefined
  let unapproved: string | undefined
  const lines: string[] = []
  const answers: string[] = []
  const unwritable: string[] = []
  const writes: { readonly done: () => void; readonly fail: (error: unknown) => void }[] = []
  let seq = 0
  let locked = false
  const acts = createGatewayActs({
    audit: {
      intend: (entry: AuditEntry) =>
        new Promise((done, fail) => {
          writes.push({
            done: () => {
              lines.push(`intent ${entry.act} ${entry.session ?? ''}`)
              seq += 1
              done({ seq })
            },
            fail,
          })
        }),
      conclude: (ref, result) => lines.push(`outcome ${ref.seq} ${result}`),
      note: (entry) => lines.push(`event ${entry.act}${refusedIn(entry)}`),
    },
    isLocked: () => locked,
    refusal: () => refusal,
    unapproved: () => unapproved,
    answer: (intentId, answer, why) => answers.push(`${intentId} ${answer}${why === '' ? '' : `: ${why}`}`),
    onUnwritable: (error) => unwritable.push(error.code),
  })
  return {
    acts,
    lines,
    answers,
    unwritable,
    lock: () => {
      locked = true
    },
    refuse: (why: string | undefined) => {
      refusal = why
    },
    withoutApproval: (why: string) => {
      unapproved = why
    },
    write: async () => {
      writes.shift()?.done()
      await settle()
    },
    failWrite: async () => {
      writes.shift()?.fail(new ClawdbotError('audit_unwritable', 'the disk is full', 'Free some space.'))
      await settle()
    },
  }
}

const refusedIn = ({ detail }: AuditEntry): string =>
  detail?.['refused'] === undefined ? '' : ` refused: ${detail['refused']}`

const toolIntent = (intentId: number): Extract<FromGateway, { type: 'intent' }> => ({
  type: 'intent',
  intentId,
  intent: {
    act: 'tool.run',
    tool: 'bash',
    place: 'host',
    provider: 'telegram',
    sender: '42',
    session: 'main',
    eventId: 'event-1',
    callId: 'call-1',
    length: 12,
    argsSha256: 'b'.repeat(64),
    approval: 7,
  },
})

describe('an act that the rules refuse', () => {
  it('is refused with the reason before anything is recorded as intended, and the refusal is in the audit', () => {
    const desk = createDesk()
    desk.refuse('read-only mode is on')
    desk.acts.asked(toolIntent(1))
    expect(desk.answers).toEqual(['1 refused: read-only mode is on'])
    expect(desk.lines).toEqual(['event tool.run refused: read-only mode is on'])
  })

  it('is refused where it lacks the owner’s approval', () => {
    const desk = createDesk()
    desk.withoutApproval('not approved')
    desk.acts.asked(toolIntent(1))
    expect(desk.answers).toEqual(['1 refused: not approved'])
  })

  it('is refused also where the rules changed while it was recorded', async () => {
    const desk = createDesk()
    desk.acts.asked(toolIntent(1))
    desk.refuse('read-only mode is on')
    await desk.write()
    expect(desk.answers).toEqual(['1 refused: read-only mode is on'])
    expect(desk.lines).toEqual(['intent tool.run main', 'outcome 1 withheld'])
  })

  it('leaves its number free', async () => {
    const desk = createDesk()
    desk.refuse('no')
    desk.acts.asked(toolIntent(1))
    desk.refuse(undefined)
    desk.acts.asked(toolIntent(1))
    await desk.write()
    expect(desk.answers).toEqual(['1 refused: no', '1 recorded'])
  })

  it('is told with no more words than the contract has room for', () => {
    const desk = createDesk()
    desk.refuse('x'.repeat(1_000))
    desk.acts.asked(toolIntent(1))
    expect(desk.answers[0]).toHaveLength('1 refused: '.length + 300)
  })
})

describe('an act of the gateway', () => {
  it('may happen only after its intent is on the disk, and its end follows', async () => {
    const desk = createDesk()
    desk.acts.asked(intent(1))
    expect(desk.answers).toEqual([])
    await desk.write()
    expect(desk.answers).toEqual(['1 recorded'])
    desk.acts.ended({ type: 'outcome', intentId: 1, result: 'sent', detail: '' })
    expect(desk.lines).toEqual(['intent message.send telegram:dm:42', 'outcome 1 sent'])
  })

  it('does not happen where the audit can not be written, and the gateway is to end', async () => {
    const desk = createDesk()
    desk.acts.asked(intent(1))
    await desk.failWrite()
    expect(desk.answers).toEqual(['1 refused'])
    expect(desk.unwritable).toEqual(['audit_unwritable'])
  })

  it('is refused during a lockdown, also one that came while it was written', async () => {
    const desk = createDesk()
    desk.acts.asked(intent(1))
    desk.lock()
    await desk.write()
    desk.acts.asked(intent(2))
    expect(desk.answers).toEqual(['1 refused', '2 refused'])
    expect(desk.lines).toEqual(['intent message.send telegram:dm:42', 'outcome 1 withheld'])
  })

  it('of a gateway that is gone is not answered to the next one, and its end is unknown', async () => {
    const desk = createDesk()
    desk.acts.asked(intent(1))
    await desk.write()
    desk.acts.asked(intent(2))
    desk.acts.gone()
    await desk.write()
    expect(desk.answers).toEqual(['1 recorded'])
    expect(desk.lines).toEqual([
      'intent message.send telegram:dm:42',
      'outcome 1 unknown',
      'intent message.send telegram:dm:42',
      'outcome 2 unknown',
    ])
  })

  it('of a gateway that is gone, failing late, takes nothing from the next one, which counts from 1 again', async () => {
    const desk = createDesk()
    desk.acts.asked(intent(1))
    desk.acts.gone()
    desk.acts.asked(intent(1))
    await desk.failWrite()
    desk.acts.asked(intent(1))
    await desk.write()
    expect(desk.answers).toEqual(['1 refused', '1 recorded'])
  })

  it('has one record for one id, and an end without a beginning is nothing', async () => {
    const desk = createDesk()
    desk.acts.ended({ type: 'outcome', intentId: 9, result: 'sent', detail: '' })
    desk.acts.asked(intent(1))
    desk.acts.asked(intent(1))
    await desk.write()
    expect(desk.answers).toEqual(['1 refused', '1 recorded'])
    expect(desk.lines).toEqual(['intent message.send telegram:dm:42'])
  })

  it('is refused where a thousand are open, so that a gateway that asks for ever fills no memory', async () => {
    const desk = createDesk()
    for (let id = 0; id < 1_001; id += 1) desk.acts.asked(intent(id))
    expect(desk.answers).toEqual(['1000 refused'])
  })
})
