import { randomUUID } from 'node:crypto'
import type { ToGateway } from '../shared/contracts/gateway.ts'
import type { StatePaths } from '../shared/state/state-dir.ts'
import type { Audit } from './audit/audit.ts'
import type { DecisionBook } from './decisions/decision-book.ts'
import { createDecisions, type Decisions } from './decisions/decisions.ts'
import { createPairingDesk, type PairingDesk } from './pairing/pairing-desk.ts'
import { type BindDesk, createBindDesk } from './people/bind-desk.ts'
import type { Notes } from './people/notes.ts'
import type { OwnerFiles } from './people/owner-files.ts'
import { lastResumedAt } from './stop/latch/latch.ts'
import type { StateFeed } from './view/state-feed.ts'

export interface PeopleDesksOptions {
  readonly paths: StatePaths
  readonly now: () => number
  readonly audit: Audit
  readonly feed: StateFeed
  readonly notes: Notes
  readonly book: DecisionBook
  readonly files: Pick<OwnerFiles, 'providerNow' | 'refresh' | 'settle'>
  readonly isLocked: () => boolean
  readonly send: (message: ToGateway) => boolean
  readonly onError: (error: unknown) => void
}

/** What the gateway may ask about people, and what the owner decides about them. */
export interface PeopleDesks {
  readonly desk: PairingDesk
  readonly bindings: BindDesk
  readonly decisions: Decisions
}

export const createPeopleDesks = (options: PeopleDesksOptions): PeopleDesks => {
  const { paths, feed, book, files, send } = options
  const { providerNow, settle } = files
  const changed = (): void => void files.refresh()
  const showDecisions = (): void => feed.update({ decisions: book.list().map(({ view }) => view) })
  showDecisions()
  return {
    desk: createPairingDesk({
      ...options,
      providerNow,
      changed,
      answer: (askId, outcome) => send({ type: 'pairing-answer', askId, outcome }),
    }),
    bindings: createBindDesk({ ...options, providerNow, changed }),
    decisions: createDecisions({
      ...options,
      newId: randomUUID,
      resumedAt: () => lastResumedAt(paths),
      providerNow,
      settle,
      onChange: showDecisions,
    }),
  }
}
