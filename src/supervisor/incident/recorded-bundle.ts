import { recorded } from '../acts/recorded.ts'
import type { Audit } from '../audit/audit.ts'
import type { IncidentDesk } from './incident-desk.ts'

type WriteBundle = (target: string, what: { readonly transcripts: boolean }) => Promise<string>

/** Writes the bundle of the incident that is open, with a record of it, and says what was written. */
export const recordedBundle =
  (
    audit: Pick<Audit, 'perform' | 'intend' | 'conclude'>,
    { bundle }: Pick<IncidentDesk, 'bundle'>,
    onError: (error: unknown) => void,
  ): WriteBundle =>
  async (target, what) => {
    const { files, file, sha256 } = await recorded(
      audit,
      // It changes nothing, and is wanted most when the audit is broken.
      'restricts',
      { act: 'incident.bundle', actor: 'owner', detail: { target, transcripts: what.transcripts } },
      () => bundle(target, what),
      onError,
    )
    return `${files} files are in ${file}. SHA-256 of it: ${sha256}`
  }
