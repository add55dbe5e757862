import { beforeEach, describe, expect, it } from 'vitest'
import { fromGateway } from '../../shared/contracts/gateway.ts'
import type { Asker } from '../../shared/domain/hands.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { MAIN_SESSION } from '../../shared/domain/session.ts'
import { type Approvals, createApprovals } from './approvals.ts'

const owner = parseSenderId('simulator', 'owner')
if (owner === undefined) throw new Error('no sender')
const ASKER: Asker = { trust: 'owner', provider: 'simulator', sender: owner, session: MAIN_SESSION }
const COMMAND = { command: 'rm -r old', cwd: '', env: { LANG: 'C' } }
const NEVER = new AbortController().signal

let sent: unknown[]
let isHeard: boolean
let approvals: Approvals

beforeEach(() => {
  sent = []
  isHeard = true
  approvals = createApprovals({
    send: (message) => {
      if (isHeard) sent.push(fromGateway.parse(message))
      return isHeard
    },
    maxOpen: 3,
  })
})

describe('a command for the host', () => {
  it('is asked about exactly as it would run, and its approval has the number of the question', async () => {
    const answer = approvals.ask(ASKER, COMMAND, NEVER)
    expect(sent).toEqual([
      {
        type: 'approval-ask',
        askId: 1,
        provider: 'simulator',
        sender: 'owner',
        session: 'main',
        command: COMMAND,
      },
    ])
    approvals.answered({ type: 'approval-answer', askId: 1, answer: 'approved', why: '' })
    expect(await answer).toEqual({ kind: 'approved', id: 1 })
  })

  it('is denied with the reason', async () => {
    const answer = approvals.ask(ASKER, COMMAND, NEVER)
    approvals.answered({ type: 'approval-answer', askId: 1, answer: 'denied', why: 'the owner said no' })
    expect(await answer).toEqual({ kind: 'denied', why: 'the owner said no' })
  })

  it('is not approved by an answer to another one, nor by a second answer', async () => {
    const [one, two] = [approvals.ask(ASKER, COMMAND, NEVER), approvals.ask(ASKER, COMMAND, NEVER)]
    approvals.answered({ type: 'approval-answer', askId: 2, answer: 'denied', why: 'no' })
    approvals.answered({ type: 'approval-answer', askId: 2, answer: 'approved', why: '' })
    approvals.answered({ type: 'approval-answer', askId: 99, answer: 'approved', why: '' })
    expect(await two).toMatchObject({ kind: 'denied' })
    approvals.answered({ type: 'approval-answer', askId: 1, answer: 'approved', why: '' })
    expect(await one).toEqual({ kind: 'approved', id: 1 })
  })

  it('is taken back when it is aborted, and stays denied when the yes comes late', async () => {
    const controller = new AbortController()
    const answer = approvals.ask(ASKER, COMMAND, controller.signal)
    controller.abort()
    expect(sent.at(-1)).toEqual({ type: 'approval-withdrawn', askId: 1 })
    approvals.answered({ type: 'approval-answer', askId: 1, answer: 'approved', why: '' })
    expect(await answer).toMatchObject({ kind: 'denied' })
  })

  it('is not taken back after its answer', async () => {
    const controller = new AbortController()
    const answer = approvals.ask(ASKER, COMMAND, controller.signal)
    approvals.answered({ type: 'approval-answer', askId: 1, answer: 'approved', why: '' })
    controller.abort()
    expect(await answer).toMatchObject({ kind: 'approved' })
    expect(sent).toHaveLength(1)
  })

  it('is not asked about when it was aborted before', async () => {
    expect(await approvals.ask(ASKER, COMMAND, AbortSignal.abort())).toMatchObject({ kind: 'denied' })
    expect(sent).toEqual([])
  })

  it('is denied when the owner can not be asked', async () => {
    isHeard = false
    expect(await approvals.ask(ASKER, COMMAND, NEVER)).toMatchObject({ kind: 'denied' })
  })

  it('is denied beyond so many questions as an owner can answer', async () => {
    for (let at = 0; at < 3; at += 1) void approvals.ask(ASKER, COMMAND, NEVER)
    expect(await approvals.ask(ASKER, COMMAND, NEVER)).toMatchObject({ kind: 'denied' })
    expect(sent).toHaveLength(3)
  })

  it('is denied when the gateway is ending, also where it was asked about before', async () => {
    const answer = approvals.ask(ASKER, COMMAND, NEVER)
    approvals.close()
    expect(await answer).toMatchObject({ kind: 'denied' })
    expect(await approvals.ask(ASKER, COMMAND, NEVER)).toMatchObject({ kind: 'denied' })
  })
})
