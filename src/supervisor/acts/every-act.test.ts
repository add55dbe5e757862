// What the audit holds after a day in the owner's life: a real supervisor, a real gateway process, the real chain.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { requestPairing } from '../../shared/state/pairing-store.ts'
import { recordsIn } from '../audit/testing/audit-files.ts'
import { verifyAudit } from '../audit/verify/verify-audit.ts'
import type { Supervisor } from '../supervisor.ts'
import {
  createTestHome,
  inPhase,
  order,
  SOON,
  startRunning,
  stateWhere,
  type TestHome,
} from '../testing/test-home.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const knock = async (id: string): Promise<string> => {
  const sender = parseSenderId('simulator', id)
  if (sender === undefined) throw new Error(`no id: ${id}`)
  const options = { answer: true, silent: false }
  const made = await requestPairing(home.paths, 'simulator', sender, {}, Date.now(), options)
  if (made.kind !== 'created') throw new Error(made.kind)
  return made.request.code
}

/** Host access, so that there is something to approve. */
const RULES = { agent: { elevated: { enabled: true } } }

const decided = (act: string): readonly string[] => [`intent ${act}`, `outcome ${act} done`]

/** Has the gateway ask for an act, and waits for the answer. */
const answered = async (supervisor: Supervisor, words: string): Promise<void> => {
  const before = supervisor.snapshot().state.simulator.length
  await order(supervisor, words)
  await stateWhere(supervisor, ({ simulator }) =>
    simulator.slice(before).some(({ id }) => id === 'intent-answer'),
  )
}

describe('the audit', () => {
  it('has every decision of the owner, every verdict, message, tool, launch, stop and resume, in their order', async () => {
    home.config(RULES)
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.approve('simulator', 'ann', await knock('ann'))
    await supervisor.revoke('simulator', 'ann')
    await knock('ben')
    await supervisor.deny('simulator', 'ben')
    const denied = supervisor.snapshot().state.decisions.find(({ sender }) => sender === 'ben')
    await supervisor.undo(denied?.id ?? '')
    await supervisor.block('simulator', 'ben')
    await supervisor.unblock('simulator', 'ben')
    await order(supervisor, 'ask eve Eve')
    await order(supervisor, 'intend 1')
    await stateWhere(supervisor, ({ simulator }) => simulator.some(({ id }) => id === 'intent-answer'))
    await order(supervisor, 'conclude 1 sent')
    await order(supervisor, 'host 1 ls')
    const { approvals } = await stateWhere(supervisor, (state) => state.approvals.length === 1)
    const { id = 0, sha256 = '' } = approvals[0] ?? {}
    await supervisor.answerApproval(id, sha256, 'once')
    await answered(supervisor, `tool 2 bash host ${sha256} 1`)
    await order(supervisor, 'conclude 2 timed_out')
    await order(supervisor, 'host 3 ls')
    const { approvals: more } = await stateWhere(supervisor, (state) => state.approvals.length === 1)
    await supervisor.answerApproval(more[0]?.id ?? 0, sha256, 'deny')
    await supervisor.setReadOnly(true)
    await answered(supervisor, `tool 4 write host ${sha256}`)
    await supervisor.setReadOnly(false)
    home.config({ ...RULES, telegram: { dmPolicy: 'allowlist' } })
    await expect
      .poll(async () => (await recordsIn(home.paths)).map(({ act }) => act), SOON)
      .toContain('config.changed')
    await supervisor.restart()
    await supervisor.stop()
    await supervisor.lockdown('app', 'a drill')
    await supervisor.resume('it was a drill')
    await inPhase(supervisor, 'stopped')
    await supervisor.close()

    const records = (await recordsIn(home.paths)).map(({ kind, act, result }) =>
      [kind, act, ...(result === undefined ? [] : [result])].join(' '),
    )
    expect(records).toEqual([
      'event audit.begin',
      'event gateway.start',
      'event gateway.launch',
      ...decided('pairing.approve'),
      ...decided('people.revoke'),
      ...decided('pairing.deny'),
      ...decided('decision.undo'),
      ...decided('people.block'),
      ...decided('people.unblock'),
      'event verdict.pair',
      'intent message.send',
      'outcome message.send sent',
      ...decided('host.approve'),
      'intent tool.run',
      'outcome tool.run timed_out',
      ...decided('host.deny'),
      ...decided('readonly.on'),
      'event tool.run',
      ...decided('readonly.off'),
      'event config.changed',
      'event gateway.start',
      'event gateway.launch',
      'event gateway.stop',
      'event lockdown.stop',
      ...decided('lockdown.resume'),
    ])
    expect(await verifyAudit(home.paths)).toMatchObject({ ok: true, records: records.length })
  })

  it('has of a tool and of an approval the hash of the text, and no text', async () => {
    home.config(RULES)
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, 'host 1 echo a-telling-word')
    const { approvals } = await stateWhere(supervisor, (state) => state.approvals.length === 1)
    const { id = 0, sha256 = '' } = approvals[0] ?? {}
    await supervisor.answerApproval(id, sha256, 'session')
    await answered(supervisor, `tool 2 bash host ${sha256} 1`)
    await supervisor.close()
    const records = await recordsIn(home.paths)
    expect(records).toContainEqual(
      expect.objectContaining({
        kind: 'intent',
        act: 'host.approve',
        sender: 'owner',
        detail: { sha256, answer: 'session' },
      }),
    )
    expect(records).toContainEqual(
      expect.objectContaining({
        kind: 'intent',
        act: 'tool.run',
        detail: {
          tool: 'bash',
          place: 'host',
          eventId: 'event',
          callId: 'call-2',
          length: 2,
          argsSha256: sha256,
          approval: 1,
        },
      }),
    )
    expect(JSON.stringify(records)).not.toContain('a-telling-word')
  })

  it('has who made a bundle, and the owner hears its hash', async () => {
    const supervisor = await home.supervisor()
    await supervisor.lockdown('app', 'a drill')
    await stateWhere(supervisor, ({ incident }) => incident !== null)
    const target = join(home.root, 'bundle.zip')
    expect(await supervisor.writeIncidentBundle(target, { transcripts: false })).toMatch(
      /^\d+ files are in .*bundle\.zip\. SHA-256 of it: [0-9a-f]{64}$/,
    )
    expect(await recordsIn(home.paths)).toContainEqual(
      expect.objectContaining({
        kind: 'intent',
        act: 'incident.bundle',
        detail: { target, transcripts: false },
      }),
    )
  })
})
