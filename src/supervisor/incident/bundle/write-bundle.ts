import { lstat } from 'node:fs/promises'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { type Evidence, readEvidence } from '../evidence/check-evidence.ts'
import { MANIFEST } from '../evidence/evidence-form.ts'
import { openLines } from '../files/file-lines.ts'
import { isJson } from '../files/json-lines.ts'
import { readWhole } from '../files/read-tail.ts'
import { incidentFolder, isIncidentName } from '../incident-name.ts'
import { unknownIncident } from '../unknown-incident.ts'
import {
  auditFilesFor,
  type BundleFile,
  isPublicKey,
  pastFileFor,
  publicKeyOf,
  transcriptsFor,
  wholeFilesFor,
} from './bundle-files.ts'
import { exactLines, type LeftOut, redactedLines } from './bundle-pieces.ts'
import { type Existing, openTarget } from './bundle-target.ts'
import { readmeOf } from './readme.ts'
import { createZipWriter, type ZipEntry, type ZipWriter } from './zip-writer.ts'

/** Bytes of one file, and of all of a kind. What is more is left out, and the manifest says so. */
const MAX_FILE_BYTES = 64 * 1024 * 1024
const MAX_AUDIT_BYTES = 256 * 1024 * 1024
const MAX_TRANSCRIPT_BYTES = 256 * 1024 * 1024
const MAX_WHOLE_BYTES = 1024 * 1024

export interface BundleOptions {
  readonly paths: StatePaths
  readonly incident: string
  readonly target: string
  /** With what was said in the sessions concerned? */
  readonly transcripts: boolean
  readonly existing: Existing
  readonly redact: (text: string) => string
  readonly now: () => number
}

export interface BundleWritten {
  /** The whole path. */
  readonly file: string
  /** In the zip. */
  readonly files: number
  /** Of the zip. */
  readonly sha256: string
}

/**
 * Writes all that is kept of an incident into one zip, 0600, redacted, with a manifest of hashes: evidence, audit,
 * checklist, lockdowns, and the transcripts if asked. It appears under its name only when it is whole.
 * @throws ClawdbotError `incident_unknown`; `state_not_writable` for a place where a bundle must not go, see openTarget;
 * `disk_full`.
 */
export const writeBundle = async (options: BundleOptions): Promise<BundleWritten> => {
  const { paths, incident, existing, now } = options
  if (!isIncidentName(incident) || !(await isFolder(incidentFolder(paths, incident)))) {
    throw unknownIncident(paths, incident)
  }
  const evidence = await readEvidence(paths, incident)
  const target = await openTarget(options.target, paths, existing)
  try {
    const zip = createZipWriter(target, now())
    const files = await addAll(options, evidence, zip)
    const sha256 = await zip.end()
    await target.finish()
    return { file: target.path, files, sha256 }
  } catch (error) {
    await target.abandon()
    throw error
  }
}

interface ManifestEntry extends ZipEntry {
  /** What is to know about it; empty where it is as it was. */
  readonly note: string
}

/** Everything in its order, the manifest last. Returns how many files there are. */
const addAll = async (options: BundleOptions, evidence: Evidence, zip: ZipWriter): Promise<number> => {
  const { paths, incident, transcripts, redact, now } = options
  const entries: ManifestEntry[] = []
  const notes: string[] = evidence.error === null ? [] : [redact(evidence.error.message)]
  const add = async (name: string, bytes: Uint8Array, note = ''): Promise<void> => {
    entries.push({ ...(await zip.add(name, [bytes])), note })
  }
  await add('README.txt', Buffer.from(readmeOf(incident, now(), transcripts ? 'with' : 'without')))
  for (const { name, bytes, fits } of evidence.files) {
    const { kept, note } = redactedWhole(bytes, redact)
    await add(
      `evidence/${name}`,
      kept,
      fits ? note : `not as it was kept at the stop${note === '' ? '' : `; ${note}`}`,
    )
  }
  if (evidence.manifest !== undefined) await add(`evidence/${MANIFEST}`, evidence.manifestBytes)
  for (const { name, path } of wholeFilesFor(paths, incident)) {
    const found = await readWhole(path, MAX_WHOLE_BYTES)
    if (found.kind === 'unfit') notes.push(`${name} is left out: it ${found.why}.`)
    if (found.kind !== 'read') continue
    const { kept, note } = redactedWhole(found.bytes, redact)
    await add(name, kept, note)
  }
  const addLines = async (files: readonly BundleFile[], maxBytes: number): Promise<void> => {
    const added = await addLineFiles(files, maxBytes, redact, zip)
    entries.push(...added.entries)
    notes.push(...added.notes)
  }
  await addLines([pastFileFor(paths)], MAX_FILE_BYTES)
  await addLines(await auditFilesFor(paths), MAX_AUDIT_BYTES)
  const key = await readWhole(publicKeyOf(paths), MAX_WHOLE_BYTES)
  if (key.kind === 'read' && isPublicKey(key.bytes.toString('latin1'))) {
    await add('audit/public-key.pem', key.bytes)
  } else notes.push('The key that checks the signatures of the audit is not in this bundle: there is none.')
  if (transcripts) await addLines(transcriptsFor(paths, evidence), MAX_TRANSCRIPT_BYTES)
  const madeAt = new Date(now()).toISOString()
  const manifest = {
    version: 1,
    kind: 'clawdbot-incident-bundle',
    incident,
    madeAt,
    transcripts,
    files: entries,
    notes,
  }
  await zip.add(MANIFEST, [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)])
  return entries.length + 1
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await lstat(path)).isDirectory()
  } catch {
    // Not there, or nothing of it can be read: the caller says which folder.
    return false
  }
}

const addLineFiles = async (
  files: readonly BundleFile[],
  maxBytes: number,
  redact: (text: string) => string,
  zip: ZipWriter,
): Promise<{ readonly entries: readonly ManifestEntry[]; readonly notes: readonly string[] }> => {
  const entries: ManifestEntry[] = []
  const notes: string[] = []
  let room = maxBytes
  for (const { name, path, form } of files) {
    const found = await openLines(path, Math.min(MAX_FILE_BYTES, room))
    if (found.kind === 'unfit') notes.push(`${name} is left out: it ${found.why}.`)
    if (found.kind !== 'open') continue
    room -= found.bytes
    const left: LeftOut = { lines: 0 }
    const pieces = (form === 'exact' ? exactLines : redactedLines)(found.lines, redact, left)
    const entry = await zip.add(name, pieces)
    const why = form === 'exact' ? 'not JSON, or like a secret' : 'not JSON, or too long'
    entries.push({
      ...entry,
      note: left.lines === 0 ? '' : `${String(left.lines)} lines are left out: ${why}`,
    })
  }
  return { entries, notes }
}

/** Evidence is redacted when it is kept; a secret that was set since then is taken out now. */
const redactedWhole = (
  bytes: Buffer,
  redact: (text: string) => string,
): { readonly kept: Buffer; readonly note: string } => {
  const text = bytes.toString('utf8')
  const redacted = redact(text)
  if (redacted === text && Buffer.from(text).equals(bytes)) return { kept: bytes, note: '' }
  if (isJson(text) && !isJson(redacted)) {
    return { kept: Buffer.alloc(0), note: 'left out: a secret could not be told from the JSON around it' }
  }
  return { kept: Buffer.from(redacted), note: 'redacted again' }
}
