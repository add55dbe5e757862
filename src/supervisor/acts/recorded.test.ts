import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { Audit } from '../audit/audit.ts'
import { recorded } from './recorded.ts'

const ENTRY: AuditEntry = { act: 'pairing.approve', actor: 'owner', provider: 'telegram', sender: '42' }
const failing = () => Promise.reject(new Error('no such request'))
const full = new ClawdbotError('audit_unwritable', 'the disk is full', 'Free some space.')

const createAudit = (writable: 'writable' | 'full') => {
  const lines: string[] = []
  const intend = async () => {
    if (writable === 'full') throw full
    lines.push('intent')
    return { seq: 1 }
  }
  const audit: Pick<Audit, 'perform' | 'intend' | 'conclude'> = {
    intend,
    conclude: (_ref, result) => lines.push(result),
    perform: async (_entry, work) => {
      await intend()
      const result = await work()
      lines.push('done')
      return result
    },
  }
  return { audit, lines }
}

describe('a decision of the owner', () => {
  it('that lets somebody in does not happen without its record', async () => {
    const { audit } = createAudit('full')
    const done: string[] = []
    const work = async () => done.push('approved')
    await expect(recorded(audit, 'grants', ENTRY, work, () => undefined)).rejects.toBe(full)
    expect(done).toEqual([])
  })

  it('that shuts somebody out happens all the same, and the missing record is told', async () => {
    const { audit } = createAudit('full')
    const done: string[] = []
    const told: unknown[] = []
    await recorded(
      audit,
      'restricts',
      ENTRY,
      async () => done.push('blocked'),
      (error) => told.push(error),
    )
    expect(done).toEqual(['blocked'])
    expect(told).toEqual([full])
  })

  it('that shuts somebody out waits for no disk that hangs; its record follows when that answers', async () => {
    const { audit, lines } = createAudit('writable')
    const answers: (() => void)[] = []
    const hanging = new Promise<void>((resolve) => void answers.push(resolve))
    const slow = { ...audit, intend: () => hanging.then(() => audit.intend(ENTRY)) }
    const told: unknown[] = []
    await recorded(
      slow,
      'restricts',
      ENTRY,
      async () => lines.push('act'),
      (error) => told.push(error),
    )
    expect(told).toMatchObject([{ code: 'audit_unwritable' }])
    answers.shift()?.()
    await expect.poll(() => lines).toEqual(['act', 'intent', 'done'])
  })

  it.each(['grants', 'restricts'] as const)(
    'is written before it happens, and its end after (%s)',
    async (effect) => {
      const { audit, lines } = createAudit('writable')
      await recorded(
        audit,
        effect,
        ENTRY,
        async () => lines.push('act'),
        () => undefined,
      )
      expect(lines).toEqual(['intent', 'act', 'done'])
    },
  )

  it('that fails says so in the audit and to the owner', async () => {
    const { audit, lines } = createAudit('writable')
    await expect(recorded(audit, 'restricts', ENTRY, failing, () => undefined)).rejects.toThrow(
      'no such request',
    )
    expect(lines).toEqual(['intent', 'failed'])
  })
})
