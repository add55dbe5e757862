import { createHash } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import { syncFolder, writeFailure, writeFileAtomic } from '../../shared/state/atomic-file.ts'
import { makePrivateDir } from '../../shared/state/state-dir.ts'
import { within } from '../within.ts'
import {
  aboutText,
  type Collected,
  collectEvidence,
  type EvidenceOptions,
} from './evidence/collect-evidence.ts'
import { EVIDENCE, MANIFEST, type Manifest } from './evidence/evidence-form.ts'
import { incidentFolder, isIncidentName } from './incident-name.ts'
import { unknownIncident } from './unknown-incident.ts'

export type { Before, EvidenceOptions } from './evidence/collect-evidence.ts'

/** What a disk that hangs may cost. */
const WRITE_PATIENCE_MS = 5_000

export interface EvidenceKept {
  readonly folder: string
  /** Without the manifest. */
  readonly files: number
  /** Of the manifest's bytes: who knows it can prove the whole folder. */
  readonly manifestSha256: string
}

/**
 * Writes what is known of a stop into `incidents/<name>/`, the manifest with the hashes last. What can not be collected
 * or written becomes a note in about.json, and the rest is kept. No text of any message, and no secret, is in it.
 * @throws ClawdbotError `disk_full` or `state_not_writable` where there is no manifest in the end;
 * `incident_unknown` for what is not an incident's name.
 */
export const keepEvidence = async (options: EvidenceOptions): Promise<EvidenceKept> => {
  const { paths, incident } = options
  if (!isIncidentName(incident)) throw unknownIncident(paths, incident)
  const folder = incidentFolder(paths, incident)
  const collected = await collectEvidence(options)
  const written = await within(WRITE_PATIENCE_MS, writeAll(options, folder, collected))
  if (written.kind === 'done') return written.value
  throw new ClawdbotError(
    'state_not_writable',
    `${folder} was not written within ${String(WRITE_PATIENCE_MS)} ms.`,
    'The stop itself is done. Check the disk of the state directory.',
  )
}

const writeAll = async (
  options: EvidenceOptions,
  folder: string,
  { texts, notes }: Collected,
): Promise<EvidenceKept> => {
  await makeFolder(options, folder)
  const files: Manifest['files'] = []
  const failed: string[] = []
  const write = async (name: string, text: string): Promise<void> => {
    try {
      await writeFileAtomic(join(folder, name), text)
      files.push({ name, bytes: Buffer.byteLength(text), sha256: sha256(text) })
    } catch (error) {
      failed.push(`${name} could not be written: ${toErrorView(error).message}`)
    }
  }
  for (const [name, text] of texts) await write(name, text)
  await write(EVIDENCE.about, aboutText(options, [...notes, ...failed]))
  const manifest: Manifest = { version: 1, incident: options.incident, files }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await writeFileAtomic(join(folder, MANIFEST), text)
  return { folder, files: files.length, manifestSha256: sha256(text) }
}

/** The folder may be there, reserved by whoever chose the name; evidence may not. */
const makeFolder = async ({ paths }: EvidenceOptions, folder: string): Promise<void> => {
  await makePrivateDir(paths.incidents)
  try {
    await mkdir(folder, { mode: 0o700 })
    await syncFolder(paths.incidents)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw writeFailure(error, folder)
    if (!(await isPlainFolder(folder))) throw writeFailure(error, folder)
  }
  if (await exists(join(folder, MANIFEST))) {
    throw new ClawdbotError(
      'state_not_writable',
      `${folder} holds the evidence of another stop, which is not replaced.`,
      'Stop again: the new evidence gets a folder of its own.',
    )
  }
}

const isPlainFolder = async (path: string): Promise<boolean> => (await lstat(path)).isDirectory()

const exists = async (path: string): Promise<boolean> => {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw writeFailure(error, path)
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
