import type { SessionRow } from '../shared/contracts/archive-sessions.ts'
import { ClawdbotError } from '../shared/domain/error.ts'
import { visibleLine } from '../shared/domain/visible-text.ts'
import type { ArchiveClient } from '../supervisor/archive/archive-client.ts'

/** UTF-16 units of a name that is repeated, and of one that can be asked for. */
const MAX_NAME = 80
const MAX_ASKED = 1_000

/** The session of a key, an id, the beginning of an id, or a path without `.jsonl`. Errors: `session_unknown`. */
export const whichSession = async (
  archive: Pick<ArchiveClient, 'ask'>,
  name: string,
): Promise<SessionRow> => {
  const { row, candidates } =
    name === '' || name.length > MAX_ASKED
      ? { row: null, candidates: 0 }
      : await archive.ask('session', { name })
  if (row !== null) return row
  const shown = visibleLine(name.slice(0, MAX_NAME))
  if (candidates > 1) {
    throw new ClawdbotError(
      'session_unknown',
      `${String(candidates)} sessions begin with "${shown}".`,
      'Give more of the id, or the session key.',
    )
  }
  throw new ClawdbotError('session_unknown', `There is no session "${shown}".`, 'See: clawdbot sessions list')
}
