import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ReachableSecret } from '../../shared/contracts/stop-views.ts'
import { isErrno } from '../../shared/domain/errno.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

const WHATSAPP: Omit<ReachableSecret, 'where'> = {
  name: 'WhatsApp link',
  reach: 'Read every message that comes to the linked number, and write to anybody as that number.',
  how: 'On the phone: Settings, Linked devices, choose Clawdbot, Log out. Then link again in the app.',
}

/** The logins that stand in the state directory: no line of the config, and worth as much as a token. */
export const linkedLogins = (paths: StatePaths): readonly ReachableSecret[] => {
  const file = join(paths.credentials, 'whatsapp', 'login.jsonl')
  return mayHold(file) ? [{ ...WHATSAPP, where: file }] : []
}

/** What can not be looked at may be there. */
const mayHold = (file: string): boolean => {
  try {
    return statSync(file).size > 0
  } catch (error) {
    return !isErrno(error, 'ENOENT')
  }
}
