import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageAct, ToolAct } from '../../shared/contracts/acts.ts'
import { APPROVE_MODES, type HandsRules, rightsOf, SANDBOX_MODES, TOOLS } from '../../shared/domain/hands.ts'
import { askerNamed } from './asker.ts'
import { needsApproval, refusalOf } from './refusals.ts'
import { CLOSED_RULES } from './rules.ts'
import { id, only, RULES, telegram } from './testing/people.ts'

const tool = (more: Partial<ToolAct> = {}): ToolAct => ({
  act: 'tool.run',
  tool: 'bash',
  place: 'sandbox',
  provider: 'telegram',
  sender: '2',
  session: 'telegram:dm:2',
  eventId: 'e',
  callId: 'c',
  length: 1,
  argsSha256: 'a'.repeat(64),
  approval: null,
  ...more,
})

const message = (more: Partial<MessageAct> = {}): MessageAct => ({
  act: 'message.send',
  outboundId: 'o',
  provider: 'telegram',
  chatId: '2',
  recipient: more.chatId ?? '2',
  session: 'telegram:dm:2',
  purpose: 'answer',
  replyTo: 'e',
  part: 1,
  parts: 1,
  length: 1,
  textSha256: 'a'.repeat(64),
  ...more,
})

const owner = { sender: '1', session: 'main' } as const
const rules = (more: Partial<HandsRules> = {}): HandsRules => ({ ...RULES, ...more })
const refusal = (
  act: ToolAct | MessageAct,
  held: HandsRules = RULES,
  read = telegram(),
): string | undefined => refusalOf(act, { rules: held, providerNow: only(read) })

const send = (chatId: string, session = 'main'): MessageAct =>
  message({ purpose: 'message', chatId, session })

const open = telegram({ policy: { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false } })

describe('a tool', () => {
  it('may run in a friend’s sandbox, and for the owner on the host', () => {
    expect(refusal(tool())).toBeUndefined()
    expect(refusal(tool({ ...owner, place: 'host' }))).toBeUndefined()
  })

  it.each<[string, ToolAct, RegExp]>([
    ['of a friend on the host', tool({ place: 'host' }), /^host access is not given to this session$/],
    ['of a stranger', tool({ sender: '77', session: 'telegram:dm:77' }), /^nobody who is let in/],
    ['of somebody blocked', tool({ sender: '4', session: 'telegram:dm:4' }), /^nobody who is let in/],
    ['of a friend in main', tool({ session: 'main' }), /^nobody who is let in/],
    ['of a session that can not exist', tool({ session: 'telegram:group:1' }), /^nobody who is let in/],
    ['of main in a sandbox that it has not', tool(owner), /^this session has no sandbox$/],
    ['at a messenger', tool({ place: 'messenger' }), /does not act at a messenger/],
    ['send in a sandbox', tool({ tool: 'send' }), /acts at a messenger/],
  ])('is refused: %s', (_, act, why) => {
    expect(refusal(act)).toMatch(why)
  })

  it('is refused to guests', () => {
    const guest = { sender: '77', session: 'telegram:dm:77' }
    expect(refusal(tool(guest), RULES, open)).toBe('a guest has no tool bash')
    expect(refusal(tool({ ...guest, tool: 'send', place: 'messenger' }), RULES, open)).toMatch(/may not send/)
  })

  it('is refused on the host to everybody while host access is off', () => {
    const off = rules({ elevated: { ...RULES.elevated, enabled: false, allowFrom: { telegram: [id('2')] } } })
    expect(refusal(tool({ ...owner, place: 'host' }), off)).toMatch(/host access is not given/)
    expect(refusal(tool({ place: 'host' }), off)).toMatch(/host access is not given/)
  })

  it('may run on the host for a sender who is named, and for nobody else (openclaw #11022)', () => {
    const named = rules({ elevated: { ...RULES.elevated, allowFrom: { telegram: [id('2')] } } })
    expect(refusal(tool({ place: 'host' }), named)).toBeUndefined()
    expect(refusal(tool({ place: 'host', sender: '3', session: 'telegram:dm:3' }), named)).toMatch(
      /not given/,
    )
  })

  it('is refused on the host in read-only mode, but for reading; in the sandbox it goes on', () => {
    const readOnly = rules({ readOnly: true })
    for (const name of ['bash', 'write', 'edit'] as const) {
      expect(refusal(tool({ ...owner, place: 'host', tool: name }), readOnly)).toMatch(
        /^read-only mode is on/,
      )
    }
    expect(refusal(tool({ ...owner, place: 'host', tool: 'read' }), readOnly)).toBeUndefined()
    expect(refusal(tool(), readOnly)).toBeUndefined()
  })

  it('is refused where the config denies it', () => {
    const denied = rules({ sandbox: { mode: 'all', tools: { allow: [], deny: ['bash'] } } })
    expect(refusal(tool(), denied)).toBe('agent.sandbox.tools does not allow bash')
  })

  it('is refused to everybody, everywhere, while there is no valid config', () => {
    for (const place of ['sandbox', 'host', 'messenger'] as const) {
      for (const name of TOOLS) {
        expect(refusal(tool({ ...owner, place, tool: name }), CLOSED_RULES)).toEqual(expect.any(String))
      }
    }
  })

  it('needs the owner’s word exactly where it is a shell on the host and the config does not say never', () => {
    const never = rules({ elevated: { ...RULES.elevated, approve: 'never' } })
    expect(needsApproval(tool({ ...owner, place: 'host' }), RULES)).toBe(true)
    expect(needsApproval(tool({ ...owner, place: 'host' }), never)).toBe(false)
    expect(needsApproval(tool({ ...owner, place: 'host', tool: 'write' }), RULES)).toBe(false)
    expect(needsApproval(tool(), RULES)).toBe(false)
    expect(needsApproval(message(), RULES)).toBe(false)
  })
})

describe('a message', () => {
  it('that answers is not refused while read-only mode is off', () => {
    expect(refusal(message())).toBeUndefined()
    expect(refusal(message({ chatId: '77', purpose: 'pairing', session: 'telegram:dm:77' }))).toBeUndefined()
  })

  it.each(['answer', 'pairing', 'notice', 'message'])(
    '%s goes to nobody but the owner in read-only mode',
    (purpose) => {
      const readOnly = rules({ readOnly: true })
      for (const chatId of ['2', '3', '4', '77', '@alice', '']) {
        expect(refusal(message({ purpose, chatId }), readOnly)).toMatch(/^read-only mode is on: no message/)
      }
      // No code is ever for the owner.
      const toOwner = purpose === 'pairing' ? 'a code is for strangers only' : undefined
      expect(refusal(message({ purpose, chatId: '1', session: 'main' }), readOnly)).toBe(toOwner)
    },
  )

  it.each<[string, Partial<MessageAct>, RegExp]>([
    ['an answer to another person', { chatId: '3' }, /not the one whose session speaks/],
    ['an answer of main to a friend', { session: 'main' }, /not the one whose session speaks/],
    ['an answer of a friend’s session to the owner', { chatId: '1' }, /not the one whose session speaks/],
    ['an answer to a stranger', { chatId: '77', session: 'telegram:dm:77' }, /nobody who was let in/],
    ['a notice to a stranger', { chatId: '77', session: 'telegram:dm:77', purpose: 'notice' }, /let in/],
    ['an answer to a group', { chatId: '-100123', session: 'telegram:dm:2' }, /nobody who could be let in/],
    ['a code to a friend', { purpose: 'pairing' }, /for strangers only/],
    ['a code in another’s session', { purpose: 'pairing', chatId: '77' }, /for strangers only/],
    ['a purpose that nobody knows', { purpose: 'Message', chatId: '3' }, /nobody knows/],
  ])('does not leave, whatever the gateway takes it for: %s', (_, more, why) => {
    expect(refusal(message(more))).toMatch(why)
  })

  it('of the tool send goes to its own conversation', () => {
    expect(refusal(send('2', 'telegram:dm:2'))).toBeUndefined()
    expect(refusal(send('1'))).toBeUndefined()
  })

  it('of the tool send of a friend goes to nobody else, and of a guest to nobody', () => {
    expect(refusal(send('3', 'telegram:dm:2'))).toMatch(/its own conversation only/)
    expect(refusal(send('1', 'telegram:dm:2'))).toMatch(/its own conversation only/)
    expect(refusal(send('77', 'telegram:dm:77'), RULES, open)).toMatch(/may not send/)
  })

  it('of the owner goes to those who are let in, and to no stranger (openclaw #10157)', () => {
    expect(refusal(send('2'))).toBeUndefined()
    expect(refusal(send('3'))).toBeUndefined()
    for (const chatId of ['77', '4', '@alice', '+15550001111']) {
      expect(refusal(send(chatId))).toMatch(/nobody who was let in/)
    }
  })

  it('of the owner goes to no stranger either where everybody may write', () => {
    expect(refusal(send('77'), RULES, open)).toMatch(/nobody who was let in/)
  })

  it('of the owner goes to those only whom outbound.allowTo names, where it names anybody', () => {
    const narrowed = rules({ allowTo: { telegram: [id('2'), id('77')] } })
    expect(refusal(send('2'), narrowed)).toBeUndefined()
    expect(refusal(send('1'), narrowed)).toBeUndefined()
    expect(refusal(send('3'), narrowed)).toMatch(/outbound\.allowTo does not name/)
    expect(refusal(send('77'), narrowed)).toMatch(/nobody who was let in/)
    expect(refusal(send('2'), rules({ allowTo: {} }))).toMatch(/outbound\.allowTo does not name/)
  })

  it('of nobody goes nowhere', () => {
    expect(refusal(send('2', 'telegram:dm:4'))).toMatch(/^nobody who is let in/)
  })
})

describe('whatever is asked', () => {
  const anyRules: fc.Arbitrary<HandsRules> = fc.record({
    readOnly: fc.boolean(),
    sandbox: fc.record({
      mode: fc.constantFrom(...SANDBOX_MODES),
      tools: fc.record({
        allow: fc.subarray([...TOOLS]),
        deny: fc.subarray([...TOOLS]),
      }),
    }),
    elevated: fc.record({
      enabled: fc.boolean(),
      approve: fc.constantFrom(...APPROVE_MODES),
      allowFrom: fc.constantFrom({}, { telegram: [id('2')] }, { telegram: [id('3'), id('77')] }),
    }),
    allowTo: fc.constantFrom(undefined, {}, { telegram: [id('2')] }),
  })
  const anyAct = fc.record({
    tool: fc.constantFrom(...TOOLS),
    place: fc.constantFrom('sandbox' as const, 'host' as const, 'messenger' as const),
    sender: fc.constantFrom('1', '2', '3', '4', '77', 'x'),
    session: fc.constantFrom('main', 'telegram:dm:1', 'telegram:dm:2', 'telegram:dm:3', 'telegram:dm:77', ''),
  })

  it('no tool runs that the table of rights does not give to exactly that person there', () => {
    expect(fc.check(fc.property(anyRules, anyAct, isWithinRights), { numRuns: 5_000 })).toMatchObject({
      failed: false,
    })
  })

  it('nothing writes on the host in read-only mode, and nothing runs there while host access is off', () => {
    expect(fc.check(fc.property(anyRules, anyAct, isHostRespected), { numRuns: 5_000 })).toMatchObject({
      failed: false,
    })
  })
})

const isWithinRights = (held: HandsRules, asked: Partial<ToolAct>): boolean => {
  const act = tool(asked)
  if (refusal(act, held, open) !== undefined) return true
  const asker = askerNamed(act, only(open))
  if (asker === undefined) return false
  const rights = rightsOf(asker, held)
  if (act.tool === 'send') return act.place === 'messenger' && rights.send !== 'nobody'
  const { kind } = rights.hands[act.tool]
  return kind === act.place || (kind === 'either' && act.place !== 'messenger')
}

const isHostRespected = (held: HandsRules, asked: Partial<ToolAct>): boolean => {
  const act = tool({ ...asked, place: 'host' })
  const runs = refusal(act, held, open) === undefined
  return !runs || (held.elevated.enabled && !(held.readOnly && act.tool !== 'read'))
}

describe('a message over WhatsApp', () => {
  const NUMBER = id('+15550001111', 'whatsapp')
  const ACCOUNT = id('77712345@lid', 'whatsapp')
  const OWNER = id('+15550000001', 'whatsapp')
  const whatsapp = telegram({
    provider: 'whatsapp',
    people: {
      owners: new Set([OWNER]),
      configured: new Set(),
      approved: new Set([NUMBER]),
      blocked: new Set(),
      accounts: new Map([[NUMBER, ACCOUNT]]),
    },
  })
  const answer = (more: Partial<MessageAct>): string | undefined => {
    const session = `whatsapp:dm:${NUMBER}`
    return refusal(message({ provider: 'whatsapp', recipient: NUMBER, session, ...more }), RULES, whatsapp)
  }

  it('answers the person in whichever of their chats they wrote', () => {
    expect(answer({ chatId: '15550001111@s.whatsapp.net' })).toBeUndefined()
    expect(answer({ chatId: ACCOUNT })).toBeUndefined()
    expect(
      answer({ chatId: OWNER.slice(1).concat('@s.whatsapp.net'), recipient: OWNER, session: 'main' }),
    ).toBeUndefined()
  })

  it.each([
    ['another account', { chatId: '66612345@lid' }],
    ['a group', { chatId: '120363012345678901@g.us' }],
    ['a status', { chatId: 'status@broadcast' }],
    ['a number as it is listed, which is no chat', { chatId: NUMBER }],
    ['a chat whose person is not named', { chatId: ACCOUNT, recipient: '15550001111@s.whatsapp.net' }],
  ])('does not leave for %s', (_, more) => {
    expect(answer(more)).toMatch(/nobody who could be let in/)
  })

  it('does not leave for an account that has taken the number over', () => {
    expect(answer({ chatId: '15550001111@s.whatsapp.net', recipient: '66612345@lid' })).toMatch(
      /nobody who was let in/,
    )
  })
})
