import { useState } from 'react'
import type { SessionRow } from '../../../shared/contracts/archive-sessions.ts'
import { askArchive } from '../../ask-archive.ts'
import { rowOf } from './session-pages.ts'
import { useSessions } from './session-store.ts'
import { useArchiveGrowth } from './use-archive-growth.ts'

/** What the archive knows of one session, kept true as it grows; null: nothing. For a component that shows one alone. */
export const useSessionRow = (ref: string): SessionRow | null => {
  const listed = useSessions(({ list }) => rowOf(list, ref))
  const [asked, setAsked] = useState<SessionRow | null>(null)
  const ask = async (): Promise<void> => {
    const answer = await askArchive('archive.session', { name: ref })
    if (answer.ok) setAsked(answer.value.row)
  }
  useArchiveGrowth(() => void ask())
  return listed ?? (asked?.ref === ref ? asked : null)
}
