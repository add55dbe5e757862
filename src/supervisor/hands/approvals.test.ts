import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type HostCommand, hostCommandText, type ToolAct } from '../../shared/contracts/acts.ts'
import type { FromGateway } from '../../shared/contracts/gateway.ts'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { ApproveMode } from '../../shared/domain/hands.ts'
import { APPROVAL_TTL_MS, createApprovalDesk } from './approvals.ts'

type Ask = Extract<FromGateway, { type: 'approval-ask' }>

const hashOf = (command: HostCommand): string =>
  createHash('sha256').update(hostCommandText(command)).digest('hex')

const LIST: HostCommand = { command: 'ls -l', cwd: '', env: {} }

const ask = (askId: number, command: HostCommand = LIST, more: Partial<Ask> = {}): Ask => ({
  type: 'approval-ask',
  askId,
  provider: 'telegram',
  sender: '1',
  session: 'main',
  command,
  ...more,
})

const act = (approval: number | null, more: Partial<ToolAct> = {}): ToolAct => ({
  act: 'tool.run',
  tool: 'bash',
  place: 'host',
  provider: 'telegram',
  sender: '1',
  session: 'main',
  eventId: 'e',
  callId: 'c',
  length: 1,
  argsSha256: hashOf(LIST),
  approval,
  ...more,
})

const line = ({ act: name, actor, detail = {} }: AuditEntry): string =>
  `${name} ${actor} ${String(detail['answer'] ?? detail['why'])}`

/** A desk with an audit in memory, whose rules and faults the test sets. */
const createScene = () => {
  const audited: string[] = []
  const answers: string[] = []
  const counts: number[] = []
  const state = {
    locked: false,
    approve: 'always' as ApproveMode,
    refusal: undefined as string | undefined,
    /** What happens while an intent is written. */
    whileWriting: () => undefined as unknown,
  }
  const desk = createApprovalDesk({
    now: () => Date.now(),
    audit: {
      intend: async (entry) => {
        state.whileWriting()
        audited.push(line(entry))
        return { seq: audited.length }
      },
      conclude: (ref, result) => audited.push(`${String(ref.seq)} ${result}`),
      note: (entry) => audited.push(line(entry)),
      perform: async (entry, work) => {
        state.whileWriting()
        audited.push(line(entry))
        return work()
      },
    },
    isLocked: () => state.locked,
    approve: () => state.approve,
    refusal: () => state.refusal,
    claimedName: () => 'Me',
    answer: ({ askId, answer, why }) =>
      answers.push(`${String(askId)} ${answer}${why === '' ? '' : `: ${why}`}`),
    onChange: (waiting) => counts.push(waiting.length),
    onError: (error) => audited.push(String(error)),
  })
  return { desk, audited, answers, counts, state }
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  return error instanceof ClawdbotError ? error.code : 'no error'
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a command for the host', () => {
  it('waits with its exact text until the owner has spoken', () => {
    const { desk, answers } = createScene()
    const command = { command: 'echo \u202e "$X"', cwd: 'sub', env: { X: '1' } }
    desk.asked(ask(9, command))
    expect(answers).toEqual([])
    expect(desk.view()).toEqual([
      {
        id: 1,
        askedAt: 1_000_000,
        expiresAt: 1_000_000 + APPROVAL_TTL_MS,
        provider: 'telegram',
        sender: '1',
        claimedName: 'Me',
        session: 'main',
        ...command,
        sha256: hashOf(command),
      },
    ])
  })

  it('may run once when it is approved: the second use of the same word is refused', async () => {
    const { desk, answers, audited, counts } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'once')
    expect(answers).toEqual(['9 approved'])
    expect(counts).toEqual([1, 0])
    expect(desk.use(act(9))).toBe(true)
    expect(desk.use(act(9))).toBe(false)
    expect(audited).toEqual(['host.approve owner once'])
    desk.asked(ask(10))
    expect(desk.view()).toHaveLength(1)
  })

  it('does not run when it is denied', async () => {
    const { desk, answers, audited } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'deny')
    expect(answers).toEqual(['9 denied: the owner denied it'])
    expect(desk.use(act(9))).toBe(false)
    expect(audited).toEqual(['host.deny owner deny', '1 done'])
  })

  it('is denied where nobody answers within five minutes', () => {
    const { desk, answers, audited } = createScene()
    desk.asked(ask(9))
    vi.advanceTimersByTime(APPROVAL_TTL_MS - 1)
    expect(answers).toEqual([])
    vi.advanceTimersByTime(1)
    expect(answers).toEqual(['9 denied: the owner did not answer within five minutes'])
    expect(audited).toEqual(['host.deny supervisor the owner did not answer within five minutes'])
    expect(desk.view()).toEqual([])
  })

  it('may not run on a word that is five minutes old', async () => {
    const { desk } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'once')
    vi.advanceTimersByTime(APPROVAL_TTL_MS)
    expect(desk.use(act(9))).toBe(false)
  })

  it('of the same text in the same session is not asked about again after “for this session”', async () => {
    const { desk, answers, audited } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'session')
    desk.asked(ask(10))
    expect(answers).toEqual(['9 approved', '10 approved'])
    expect(audited).toEqual(['host.approve owner session', 'host.approve supervisor approved before'])
    expect(desk.use(act(10))).toBe(true)
    desk.asked(ask(11, { ...LIST, command: 'ls -la' }))
    desk.asked(ask(12, LIST, { session: 'telegram:dm:2', sender: '2' }))
    expect(answers).toHaveLength(2)
  })

  it('that was approved once is not asked about again with approve: "new", and is with "always"', async () => {
    const { desk, answers, state } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'once')
    desk.asked(ask(10))
    expect(answers).toEqual(['9 approved'])
    state.approve = 'new'
    desk.asked(ask(11))
    expect(answers).toEqual(['9 approved', '11 approved'])
    // A gateway that starts anew counts from 1 again; what was approved in this run holds.
    desk.gatewayGone('the gateway is gone')
    desk.asked(ask(1))
    expect(answers).toContain('1 approved')
  })

  it('is denied at once where twenty wait already', () => {
    const { desk, answers } = createScene()
    for (let askId = 1; askId <= 21; askId += 1) desk.asked(ask(askId))
    expect(answers).toEqual(['21 denied: 20 commands wait for the owner already'])
    expect(desk.view()).toHaveLength(20)
  })

  it('is denied at once where the rules give its session no shell of the host, or everything is stopped', () => {
    const { desk, answers, state } = createScene()
    state.refusal = 'host access is not given to this session'
    desk.asked(ask(1))
    state.refusal = undefined
    state.locked = true
    desk.asked(ask(2))
    expect(answers).toEqual([
      '1 denied: host access is not given to this session',
      '2 denied: everything is stopped',
    ])
  })

  it('that was taken back waits no longer, and can not be approved', async () => {
    const { desk, counts } = createScene()
    desk.asked(ask(9))
    desk.withdrawn({ type: 'approval-withdrawn', askId: 9 })
    expect(counts).toEqual([1, 0])
    expect(await codeOf(desk.answer(1, hashOf(LIST), 'once'))).toBe('approval_unknown')
  })

  it('that was approved and then taken back does not run', async () => {
    const { desk } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'once')
    desk.withdrawn({ type: 'approval-withdrawn', askId: 9 })
    expect(desk.use(act(9))).toBe(false)
  })

  it('under a number that waits already changes nothing of what is shown', async () => {
    const { desk, answers } = createScene()
    desk.asked(ask(9))
    desk.asked(ask(9, { ...LIST, command: 'rm -r .' }))
    expect(desk.view().map(({ command }) => command)).toEqual(['ls -l'])
    await desk.answer(1, hashOf(LIST), 'once')
    expect(answers).toEqual(['9 approved'])
    expect(desk.use(act(9, { argsSha256: hashOf({ ...LIST, command: 'rm -r .' }) }))).toBe(false)
  })
})

describe('the owner’s word', () => {
  it('is refused for a text other than the one that was shown, and for nothing that waits', async () => {
    const { desk } = createScene()
    desk.asked(ask(9))
    expect(await codeOf(desk.answer(1, hashOf({ ...LIST, cwd: '/' }), 'once'))).toBe('approval_unknown')
    expect(await codeOf(desk.answer(2, hashOf(LIST), 'once'))).toBe('approval_unknown')
    expect(desk.view()).toHaveLength(1)
  })

  it('counts once: a second answer is refused, whatever it says', async () => {
    const { desk, answers } = createScene()
    desk.asked(ask(9))
    const first = desk.answer(1, hashOf(LIST), 'once')
    expect(await codeOf(desk.answer(1, hashOf(LIST), 'deny'))).toBe('approval_unknown')
    await first
    expect(await codeOf(desk.answer(1, hashOf(LIST), 'session'))).toBe('approval_unknown')
    expect(answers).toEqual(['9 approved'])
  })

  it('lets nothing run that is not in the audit, and the command goes on waiting', async () => {
    const { desk, answers, state } = createScene()
    desk.asked(ask(9))
    state.whileWriting = () => {
      throw new ClawdbotError('audit_unwritable', 'the disk is full', 'Free some space.')
    }
    expect(await codeOf(desk.answer(1, hashOf(LIST), 'once'))).toBe('audit_unwritable')
    expect(answers).toEqual([])
    expect(desk.view()).toHaveLength(1)
    state.whileWriting = () => undefined
    await desk.answer(1, hashOf(LIST), 'once')
    expect(answers).toEqual(['9 approved'])
  })

  it('denies also where the audit can not be written', async () => {
    const { desk, answers, state } = createScene()
    desk.asked(ask(9))
    state.whileWriting = () => {
      throw new ClawdbotError('audit_unwritable', 'the disk is full', 'Free some space.')
    }
    await desk.answer(1, hashOf(LIST), 'deny')
    expect(answers).toEqual(['9 denied: the owner denied it'])
  })

  it.each<[string, (scene: ReturnType<typeof createScene>) => void]>([
    [
      'STOP',
      ({ desk, state }) => {
        state.locked = true
        desk.void('everything was stopped')
      },
    ],
    ['the gateway’s end', ({ desk }) => desk.gatewayGone('the gateway is gone')],
    ['a withdrawal', ({ desk }) => desk.withdrawn({ type: 'approval-withdrawn', askId: 9 })],
    ['the end of its time', () => void vi.advanceTimersByTime(APPROVAL_TTL_MS)],
    [
      'rules that take the host away',
      ({ desk, state }) => {
        state.refusal = 'no'
        desk.review()
      },
    ],
    [
      'rules that nobody told the desk of',
      ({ state }) => {
        state.refusal = 'no'
      },
    ],
  ])('comes to nothing where %s came while it was recorded', async (_, interrupt) => {
    const scene = createScene()
    scene.desk.asked(ask(9))
    scene.state.whileWriting = () => interrupt(scene)
    expect(await codeOf(scene.desk.answer(1, hashOf(LIST), 'session'))).toBe('approval_unknown')
    expect(scene.answers).not.toContain('9 approved')
    expect(scene.desk.use(act(9))).toBe(false)
    scene.state.locked = false
    scene.state.refusal = undefined
    scene.state.whileWriting = () => undefined
    scene.desk.asked(ask(10))
    expect(scene.desk.view()).toHaveLength(1)
  })
})

describe('approvals', () => {
  it('end with STOP and with the gateway: those that wait are denied, those that were given do not hold', async () => {
    const { desk, answers, state, audited } = createScene()
    desk.asked(ask(1))
    await desk.answer(1, hashOf(LIST), 'session')
    desk.asked(ask(2, { ...LIST, command: 'id' }))
    state.locked = true
    desk.void('everything was stopped')
    expect(answers).toEqual(['1 approved', '2 denied: everything was stopped'])
    expect(audited).toContain('host.deny supervisor everything was stopped')
    expect(desk.use(act(1))).toBe(false)
    state.locked = false
    state.approve = 'new'
    desk.asked(ask(3))
    expect(desk.view()).toHaveLength(1)
  })

  it('are looked at again when the rules change', async () => {
    const { desk, answers, state } = createScene()
    desk.asked(ask(1))
    await desk.answer(1, hashOf(LIST), 'once')
    desk.asked(ask(2))
    state.refusal = 'host access is not given to this session'
    desk.review()
    expect(answers).toEqual(['1 approved', '2 denied: host access is not given to this session'])
    state.refusal = undefined
    expect(desk.use(act(1))).toBe(false)
  })

  it.each([
    ['for this session', 'session', 'always'],
    ['once, with approve: "new"', 'once', 'new'],
  ] as const)(
    'that were given %s do not come back with the host to whom it was taken from',
    async (_, answer, approve) => {
      const { desk, state, answers } = createScene()
      state.approve = approve
      desk.asked(ask(1))
      await desk.answer(1, hashOf(LIST), answer)
      state.refusal = 'read-only mode is on'
      desk.review()
      state.refusal = undefined
      desk.review()
      desk.asked(ask(2))
      expect(answers).toEqual(['1 approved'])
      expect(desk.view()).toHaveLength(1)
    },
  )

  it.each<[string, Partial<ToolAct>]>([
    ['another session', { session: 'telegram:dm:2' }],
    ['another sender', { sender: '2' }],
    ['another messenger', { provider: 'simulator' }],
    ['another tool', { tool: 'write' }],
    ['another place', { place: 'sandbox' }],
    ['another text', { argsSha256: 'f'.repeat(64) }],
    ['no approval', { approval: null }],
    ['another approval', { approval: 10 }],
  ])('do not fit %s', async (_, other) => {
    const { desk } = createScene()
    desk.asked(ask(9))
    await desk.answer(1, hashOf(LIST), 'once')
    expect(desk.use(act(9, other))).toBe(false)
  })

  const anyCommand: fc.Arbitrary<HostCommand> = fc.record({
    command: fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    cwd: fc.string({ maxLength: 5 }),
    env: fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.string({ maxLength: 3 }), {
      maxKeys: 3,
    }),
  })

  it('bind exactly the text: an edited command never runs, and the same one at most once', async () => {
    const property = fc.asyncProperty(anyCommand, anyCommand, async (shown, run) => {
      const { desk } = createScene()
      desk.asked(ask(1, shown))
      const [waiting] = desk.view()
      await desk.answer(waiting?.id ?? 0, waiting?.sha256 ?? '', 'once')
      const same = JSON.stringify(sorted(shown)) === JSON.stringify(sorted(run))
      const used = desk.use(act(1, { argsSha256: hashOf(run) }))
      const again = desk.use(act(1, { argsSha256: hashOf(shown) }))
      return used === same && !again
    })
    expect(await fc.check(property, { numRuns: 300 })).toMatchObject({ failed: false })
  })

  it('are of no use twice, in whatever order acts, answers and stops come', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('ask' as const), askId: fc.nat(3) }),
        fc.record({ kind: fc.constantFrom('approve' as const, 'deny' as const), nth: fc.nat(3) }),
        fc.record({ kind: fc.constant('use' as const), askId: fc.nat(3) }),
        fc.record({ kind: fc.constant('withdraw' as const), askId: fc.nat(3) }),
        fc.record({ kind: fc.constant('void' as const) }),
      ),
      { maxLength: 30 },
    )
    const property = fc.asyncProperty(steps, async (taken) => {
      const { desk, answers } = createScene()
      /** By the answers that the gateway heard: approvals that it has not used. */
      let usable: string[] = []
      for (const step of taken) {
        const heard = answers.length
        if (step.kind === 'ask') desk.asked(ask(step.askId))
        else if (step.kind === 'withdraw') {
          desk.withdrawn({ type: 'approval-withdrawn', askId: step.askId })
          usable = usable.filter((askId) => askId !== String(step.askId))
        } else if (step.kind === 'void') {
          desk.gatewayGone('gone')
          usable = []
        } else if (step.kind === 'use') {
          const may = usable.includes(String(step.askId))
          usable = usable.filter((askId) => askId !== String(step.askId))
          if (desk.use(act(step.askId)) !== may) return false
        } else {
          const waiting = desk.view()[step.nth]
          const answer = step.kind === 'approve' ? 'once' : 'deny'
          if (waiting !== undefined) await desk.answer(waiting.id, waiting.sha256, answer)
        }
        const approved = answers.slice(heard).filter((said) => said.endsWith('approved'))
        usable.push(...approved.map((said) => said.split(' ')[0] ?? ''))
      }
      return true
    })
    expect(await fc.check(property, { numRuns: 300 })).toMatchObject({ failed: false })
  })
})

const sorted = ({ command, cwd, env }: HostCommand): unknown => [
  command,
  cwd,
  Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1)),
]
