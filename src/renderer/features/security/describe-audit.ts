// What the state of the audit chain is called. Pure.
import type { AuditView } from '../../../shared/contracts/app-state.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { StatusKind } from '../../ui/status-shape.tsx'

export interface DescribedAudit {
  readonly kind: StatusKind
  readonly title: string
  /** What that means for the owner. */
  readonly meaning: string
  /** In the corner of the window, before the head's code if there is one. */
  readonly corner: string
}

export const describeAudit = ({ state, records }: AuditView): DescribedAudit => {
  switch (state) {
    case 'checking':
      return {
        kind: 'busy',
        title: 'The audit chain is being checked',
        meaning: 'Every record is compared with the hash of the one before it.',
        corner: 'audit checking',
      }
    case 'whole':
      return records === 0
        ? {
            kind: 'good',
            title: 'The audit is empty',
            meaning: 'Nothing that has to be recorded has happened yet.',
            corner: 'audit empty',
          }
        : {
            kind: 'good',
            title: 'The audit chain is whole',
            meaning: 'Each record fits the one before it, and no signed checkpoint is contradicted.',
            corner: 'audit head',
          }
    case 'broken':
      return {
        kind: 'bad',
        title: 'The audit chain is broken',
        meaning:
          'A record was changed, taken out or put in. What comes after it proves nothing, and nothing privileged happens until you have looked.',
        corner: 'audit broken',
      }
    case 'closed':
      return {
        kind: 'bad',
        title: 'The audit can not be written',
        meaning: 'No reply is sent and nobody is let in, because what is not on record does not happen.',
        corner: 'audit closed',
      }
    default:
      return assertNever(state)
  }
}
