// What the audit holds after a day in the owner's life: a real supervisor, a real gateway process, the real chain.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { requestPairing } from '../../shared/state/pairing-store.ts'
import { recordsIn } from '../audit/testing/audit-files.ts'
import { verifyAudit } from '../audit/verify/verify-audit.ts'
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

const decided = (act: string): readonly string[] => [`intent ${act}`, `outcome ${act} done`]

describe('the audit', () => {
  it('has every decision of the owner, every verdict, message, launch, stop and resume, in their order', async () => {
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
    home.config({ telegram: { dmPolicy: 'allowlist' } })
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
      'event config.changed',
      'event gateway.start',
      'event gateway.launch',
      'event gateway.stop',
      'event lockdown.stop',
      ...decided('lockdown.resume'),
    ])
    expect(await verifyAudit(home.paths)).toMatchObject({ ok: true, records: records.length })
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
