// What the owner's rules for tools are called: host access and read-only mode, in words. Pure.
import type { GatewayView } from '../../../shared/contracts/app-state.ts'
import type { HandsView } from '../../../shared/contracts/hands-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { ApproveMode } from '../../../shared/domain/hands.ts'

export interface HostAccess {
  readonly title: string
  /** What stands between a message and this machine. */
  readonly meaning: string
}

/** Host access as the owner has to know it; null while nothing reaches this machine, by process and by config. */
export const hostAccess = (
  { host, readOnly }: Pick<HandsView, 'host' | 'readOnly'>,
  { maySpawn }: Pick<GatewayView, 'maySpawn'>,
): HostAccess | null => {
  if (!maySpawn && !host.enabled) return null
  const meaning = `${APPROVALS[host.approve]} File tools stay inside ${host.workspace}.`
  if (maySpawn && !host.enabled) {
    return {
      title: 'Commands may run on this machine until the gateway has restarted',
      meaning:
        'The config no longer gives anybody host access, but the process that runs still has the right to start others.',
    }
  }
  if (readOnly.on) {
    return { title: 'Commands may run on this machine once read-only mode is off', meaning }
  }
  return maySpawn
    ? { title: 'Commands may run on this machine', meaning }
    : { title: 'Commands may run on this machine from the gateway’s next start', meaning }
}

const APPROVALS: Readonly<Record<ApproveMode, string>> = {
  always: 'Each command is shown to you before it runs.',
  new: 'A command whose text you have not approved before is shown to you before it runs.',
  never: 'No command is shown to you before it runs.',
}

export interface ReadOnlyWords {
  readonly meaning: string
  /** What is out of the ordinary about the switch; empty where nothing is. */
  readonly note: string
  /** `held`: something else keeps it on, which the note names. */
  readonly use: 'free' | 'held'
}

const READ_ONLY = 'No write outside a box, no shell on this machine, no message to anybody but you.'

/** The switch's line of text. `since` is when it was thrown, in words. */
export const describeReadOnly = ({ on, by }: HandsView['readOnly'], since: string): ReadOnlyWords => {
  if (!on) return { meaning: READ_ONLY, note: '', use: 'free' }
  switch (by) {
    case 'config':
      return {
        meaning: READ_ONLY,
        note: 'On by readOnlyMode in clawdbot.json, which this switch can not undo: change it there.',
        use: 'held',
      }
    case 'broken':
      return {
        meaning: READ_ONLY,
        note: 'The file of this switch, readonly.json, can not be read, so it counts as on.',
        use: 'free',
      }
    case 'switch':
    case null:
      return { meaning: since === '' ? READ_ONLY : `On since ${since}. ${READ_ONLY}`, note: '', use: 'free' }
    default:
      return assertNever(by)
  }
}
