import { describe, expect, it } from 'vitest'
import { auditView } from '../../test/app-state.ts'
import { describeAudit } from './describe-audit.ts'

describe('the audit in words', () => {
  it('differs for each state, on the card and in the corner', () => {
    const views = [
      ...(['checking', 'whole', 'broken', 'closed'] as const).map((state) => auditView({ state })),
      auditView({ records: 0, head: '' }),
    ].map(describeAudit)
    expect(new Set(views.map(({ title }) => title)).size).toBe(views.length)
    expect(new Set(views.map(({ corner }) => corner)).size).toBe(views.length)
  })

  it('is good only while the chain was found whole', () => {
    expect(describeAudit(auditView()).kind).toBe('good')
    expect(describeAudit(auditView({ state: 'checking' })).kind).toBe('busy')
    expect(describeAudit(auditView({ state: 'broken' })).kind).toBe('bad')
    expect(describeAudit(auditView({ state: 'closed' })).kind).toBe('bad')
  })
})
