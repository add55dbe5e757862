// What the audit is told. How it is kept is the supervisor's business.
import type { ProviderId } from './provider.ts'

/** Everything that is ever recorded, by name. */
export type AuditAct =
  | 'pairing.approve'
  | 'pairing.deny'
  | 'decision.undo'
  | 'people.block'
  | 'people.unblock'
  | 'people.revoke'
  | 'people.allow'
  | 'people.bind'
  | 'messenger.link'
  | 'messenger.unlink'
  | 'messenger.number-use'
  | 'gateway.start'
  | 'gateway.stop'
  | 'gateway.launch'
  | 'config.changed'
  | 'store.repair'
  | 'lockdown.stop'
  | 'lockdown.resume'
  | 'incident.bundle'
  | 'archive.export'
  | 'message.send'
  | 'tool.run'
  | 'host.approve'
  | 'host.deny'
  | 'readonly.on'
  | 'readonly.off'
  | 'sandbox.start'
  | 'sandbox.end'
  | 'sandbox.kill'
  | 'sandbox.build'
  | 'verdict.accept'
  | 'verdict.pair'
  | 'verdict.drop'
  | 'audit.begin'
  | 'audit.repair'
  | 'audit.lost'

/** Who did it: `owner` in the app, `cli`, `gateway`, `supervisor`, or `chat` (a trusted sender's /stop). */
export type AuditActor = 'owner' | 'cli' | 'gateway' | 'supervisor' | 'chat'

export interface AuditEntry {
  readonly act: AuditAct
  readonly actor: AuditActor
  readonly provider?: ProviderId
  readonly sender?: string
  readonly session?: string
  /** Facts about it, never the text of a message and never a secret. Bounded by the writer. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>
}

/** The first eight digits of a hash as a person compares them: `7F2A·91C0`. */
export const shortCode = (hash: string): string => {
  const digits = hash.slice(0, 8).toUpperCase()
  return digits === '' ? '' : `${digits.slice(0, 4)}·${digits.slice(4)}`
}
