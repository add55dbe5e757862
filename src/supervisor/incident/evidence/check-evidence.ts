import { createHash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../../../shared/domain/errno.ts'
import { ClawdbotError, type ErrorView, toErrorView } from '../../../shared/domain/error.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { parseObject } from '../files/json-lines.ts'
import { readWhole } from '../files/read-tail.ts'
import { incidentFolder, isIncidentName } from '../incident-name.ts'
import { unknownIncident } from '../unknown-incident.ts'
import { MANIFEST, MAX_EVIDENCE_BYTES, type Manifest, manifestForm } from './evidence-form.ts'

const MAX_MANIFEST_BYTES = 64 * 1024

interface EvidenceFile {
  readonly name: string
  readonly bytes: Buffer
  /** Are these the bytes that were kept at the stop? */
  readonly fits: boolean
}

export interface Evidence {
  /** Undefined where the folder has none that can be read. */
  readonly manifest: Manifest | undefined
  readonly manifestBytes: Buffer
  /** What is there of what the manifest names. Nothing else of the folder is evidence. */
  readonly files: readonly EvidenceFile[]
  /** The first thing that is wrong with it. */
  readonly error: ErrorView | null
}

/** Reads the evidence of a stop and compares each file with the manifest. Never throws. */
export const readEvidence = async (paths: StatePaths, incident: string): Promise<Evidence> => {
  if (!isIncidentName(incident)) return nothing(unknownIncident(paths, incident))
  const folder = incidentFolder(paths, incident)
  try {
    if (!(await lstat(folder)).isDirectory()) return nothing(changed(folder, 'it is not a folder'))
  } catch (error) {
    return nothing(isErrno(error, 'ENOENT') ? missing(folder) : changed(folder, toErrorView(error).message))
  }
  const found = await readWhole(join(folder, MANIFEST), MAX_MANIFEST_BYTES)
  if (found.kind === 'absent') return nothing(missing(folder))
  if (found.kind === 'unfit') return nothing(changed(folder, `its ${MANIFEST} ${found.why}`))
  const manifest = manifestForm.safeParse(parseObject(found.bytes.toString('utf8'))).data
  if (manifest === undefined || manifest.incident !== incident) {
    return nothing(changed(folder, `its ${MANIFEST} is not that of this incident`))
  }
  const files: EvidenceFile[] = []
  const wrong: string[] = []
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = await readWhole(join(folder, name), MAX_EVIDENCE_BYTES)
    if (file.kind !== 'read') {
      wrong.push(file.kind === 'absent' ? `${name} is gone` : `${name} ${file.why}`)
      continue
    }
    const fits = file.bytes.length === bytes && hashOf(file.bytes) === sha256
    if (!fits) wrong.push(`${name} is not as it was kept`)
    files.push({ name, bytes: file.bytes, fits })
  }
  const error = wrong.length === 0 ? null : toErrorView(changed(folder, wrong.join(', ')))
  return { manifest, manifestBytes: found.bytes, files, error }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Undefined where the evidence has no such file. */
export const fileOf = (evidence: Evidence, name: string): Buffer | undefined =>
  evidence.files.find((file) => file.name === name)?.bytes

const nothing = (error: ClawdbotError): Evidence => ({
  manifest: undefined,
  manifestBytes: Buffer.alloc(0),
  files: [],
  error: toErrorView(error),
})

const missing = (folder: string): ClawdbotError =>
  new ClawdbotError(
    'incident_unknown',
    `There is no evidence of this stop in ${folder}.`,
    'That says nothing about whether the stop worked. Look at the log and the sessions themselves.',
  )

const changed = (folder: string, what: string): ClawdbotError =>
  new ClawdbotError(
    'store_corrupt',
    `The evidence in ${folder} can not be trusted: ${what}.`,
    'Somebody or something changed it after the stop. Keep the folder as it is, and find out who could write there.',
  )
