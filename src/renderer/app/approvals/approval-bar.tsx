import type { ReactNode } from 'react'
import { useApp } from '../../store/app-store.ts'
import { ApprovalCard } from './approval-card.tsx'

/** Commands that wait for the owner's word, below the header of every screen: the oldest first, one at a time. */
export const ApprovalBar = (): ReactNode => {
  const approvals = useApp(({ feed }) => feed.state?.approvals)
  const first = approvals?.[0]
  // The card stays the same element from one command to the next, so that the focus does not fall through
  // it onto a screen whose keys mean something else.
  return first === undefined ? null : <ApprovalCard approval={first} waiting={approvals?.length ?? 1} />
}
