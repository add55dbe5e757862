import type { AuditActor } from '../../shared/domain/audit.ts'
import { PROVIDER_LABEL, type ProviderId } from '../../shared/domain/provider.ts'
import { readNumberUse, removeNumberUse, writeNumberUse } from '../../shared/state/number-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { recorded } from '../acts/recorded.ts'
import type { OwnNumberUse } from '../api.ts'
import type { Audit } from '../audit/audit.ts'
import { isOfAnother } from './link-view.ts'

export interface NumberDeskOptions {
  readonly paths: StatePaths
  readonly audit: Pick<Audit, 'perform' | 'intend' | 'conclude' | 'note'>
  /** Resolves when the gateway acts on what is on disk, or is dead. */
  readonly settle: () => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Whose number is linked: the owner's word, and to which number it belongs. */
export interface NumberDesk {
  /** Of a number that is linked. Errors: those of a write, and `audit_unwritable` for `separate`. */
  readonly say: (
    provider: ProviderId,
    use: OwnNumberUse,
    number: string | null,
    by: AuditActor,
  ) => Promise<void>
  /** This number turned out to be linked: what was said when linking began is said of it, and of no other. */
  readonly linked: (provider: ProviderId, number: string) => Promise<void>
}

export const createNumberDesk = (options: NumberDeskOptions): NumberDesk => {
  const { paths, audit, settle, onError } = options
  return {
    async say(provider, use, number, by) {
      const entry = { act: 'messenger.number-use', actor: by, provider, detail: { use, number } } as const
      // A number that is the agent's alone lets people in; one that is the owner's shuts everybody else out.
      await recorded(
        audit,
        use === 'separate' ? 'grants' : 'restricts',
        entry,
        () => writeNumberUse(paths, provider, { use, number }),
        onError,
      )
      await settle()
    },
    async linked(provider, number) {
      const told = await readNumberUse(paths, provider)
      if (told === undefined || told.number === number) return
      if (isOfAnother(told, number)) {
        await removeNumberUse(paths, provider)
        onError(new Error(`${PROVIDER_LABEL[provider]} is linked to another number than the owner spoke of`))
      } else {
        await writeNumberUse(paths, provider, { use: told.use, number })
        audit.note({
          act: 'messenger.link',
          actor: 'gateway',
          provider,
          sender: number,
          detail: { linked: true },
        })
      }
      await settle()
    },
  }
}
