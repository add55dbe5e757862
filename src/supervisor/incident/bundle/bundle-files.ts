import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../../../shared/domain/errno.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { type Evidence, fileOf } from '../evidence/check-evidence.ts'
import { CHECKLIST, EVIDENCE, sessionsForm } from '../evidence/evidence-form.ts'
import { isSessionId } from '../evidence/open-sessions.ts'
import { parseJson } from '../files/json-lines.ts'
import { incidentFolder } from '../incident-name.ts'
import { transcriptFile } from '../transcript-tail.ts'

/** A file of lines that goes into the bundle, if it is there. */
export interface BundleFile {
  /** Its name in the bundle. */
  readonly name: string
  readonly path: string
  readonly form: 'exact' | 'redacted'
}

/** The audit's files that may leave the machine. The signing key is none of them, under whatever name. */
const AUDIT_FILE = /^[a-z][a-z0-9-]{0,60}\.jsonl?$/i

export const publicKeyOf = (paths: StatePaths): string => join(paths.audit, 'public-key.pem')

/** A public key and nothing else: a file of that name may hold the other half by mistake. */
export const isPublicKey = (text: string): boolean =>
  /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]{1,2000}-----END PUBLIC KEY-----\n$/.test(text)

/** Newest first, because old ones are what is left out where there is too much. Errors: those of the disk. */
export const auditFilesFor = async (paths: StatePaths): Promise<readonly BundleFile[]> => {
  const names = (await namesIn(paths.audit)).filter((name) => AUDIT_FILE.test(name))
  return [
    ...names
      .toSorted((a, b) => order(a) - order(b) || b.localeCompare(a))
      .map((name): BundleFile => ({ name: `audit/${name}`, path: join(paths.audit, name), form: 'exact' })),
    { name: 'audit/audit-head.json', path: join(paths.root, 'audit-head.json'), form: 'exact' },
  ]
}

/** What is small and needed to check the rest comes before the log. */
const order = (name: string): number => (name.startsWith('log-') ? 1 : 0)

export const transcriptsFor = (paths: StatePaths, evidence: Evidence): readonly BundleFile[] =>
  sessionIds(evidence).map((id) => ({
    name: `transcripts/${id}.jsonl`,
    path: transcriptFile(paths, id),
    form: 'redacted',
  }))

/** A list that does not read is not as it was kept either, and the manifest says so. */
const sessionIds = (evidence: Evidence): readonly string[] => {
  const text = fileOf(evidence, EVIDENCE.sessions)?.toString('utf8') ?? ''
  const sessions = sessionsForm.safeParse(parseJson(text)).data ?? []
  return [...new Set(sessions.map(({ sessionId }) => sessionId).filter(isSessionId))]
}

/** What is JSON as a whole and not a line at a time. */
export const wholeFilesFor = (paths: StatePaths, incident: string): readonly Omit<BundleFile, 'form'>[] => [
  { name: CHECKLIST, path: join(incidentFolder(paths, incident), CHECKLIST) },
  { name: 'lockdown.json', path: paths.lockdown },
]

export const pastFileFor = (paths: StatePaths): BundleFile => ({
  name: 'lockdowns.jsonl',
  path: paths.lockdowns,
  form: 'redacted',
})

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}
