import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../../package.json' with { type: 'json' }
import { EXPORT_FORMATS, type ExportFormat } from '../../shared/contracts/bridge.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { type ExportedSession, exportSession } from '../../supervisor/archive/export/export-session.ts'
import { exportRedactor, PATTERNS_ONLY } from '../../supervisor/archive/export-desk.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'
import { inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'
import { whichSession } from '../which-session.ts'
import { type OpenArchive, withArchive } from '../with-archive.ts'

export interface SessionsExportOptions {
  readonly format?: string
  readonly out?: string
  readonly keepSecrets?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** One transcript as a file, or on standard output; redacted unless asked otherwise, and the file says which it is. */
export const sessionsExport = (
  context: CliContext,
  name: string,
  options: SessionsExportOptions,
): Promise<void> => {
  const format = formatOf(options)
  if (options.json === true && options.out === undefined) {
    throw new UsageError('--json without --out?', 'Standard output has the export itself: add --out <file>.')
  }
  return withArchive(context, async (open) => {
    const { out } = options
    const { ref } = await whichSession(open.archive, name)
    const secrets = options.keepSecrets === true ? 'keep' : 'redact'
    if (secrets === 'redact' && open.config === null) context.warn(`clawdbot: ${PATTERNS_ONLY}`)
    // It takes nothing away and lets nobody in: it is written where the audit is broken too, and that is told.
    const detail = { session: ref, format, secrets }
    await inAudit(context, 'restricts', { act: 'archive.export', detail }, async () => {
      const existing = options.force === true ? 'replace' : 'refuse'
      const write = (target: string): Promise<ExportedSession> =>
        exportSession({ ...partsOf(context, open), ref, format, secrets, target, existing })
      if (out === undefined) await throughFile(write)
      else tell(context, await write(out), options)
    })
  })
}

const partsOf = ({ paths, home, now }: CliContext, { archive, config }: OpenArchive) => ({
  archive,
  paths,
  redact: exportRedactor(config?.secrets ?? [], home),
  now,
  program: `Clawdbot ${manifest.version}`,
})

const tell = ({ print }: CliContext, done: ExportedSession, { json }: SessionsExportOptions): void => {
  if (json === true) print(toSafeJson(done))
  else print(visibleLine(`Wrote ${done.file}: ${String(done.turns)} turns, ${String(done.bytes)} bytes.`))
}

/** Standard output gets all of it or, where something fails, nothing. */
const throughFile = async (write: (target: string) => Promise<ExportedSession>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-export-'))
  try {
    const { file } = await write(join(folder, 'export'))
    for await (const piece of createReadStream(file)) {
      if (!process.stdout.write(piece)) await drained()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Also where nobody reads any more. */
const drained = (): Promise<void> =>
  new Promise((resolve) => {
    const { stdout } = process
    const go = (): void => {
      stdout.off('drain', go).off('close', go).off('error', go)
      resolve()
    }
    stdout.once('drain', go).once('close', go).once('error', go)
  })

const ENDINGS: Readonly<Record<string, ExportFormat>> = { md: 'markdown', html: 'html', jsonl: 'jsonl' }

/** As asked, else as the file's name ends, else Markdown. */
const formatOf = ({ format, out }: SessionsExportOptions): ExportFormat => {
  if (format === undefined) return ENDINGS[/\.([a-z]+)$/.exec(out ?? '')?.[1] ?? ''] ?? 'markdown'
  const known = EXPORT_FORMATS.find((each) => each === format)
  if (known !== undefined) return known
  throw new UsageError(
    `there is no format "${visibleLine(format.slice(0, 80))}"`,
    `There are: ${EXPORT_FORMATS.join(', ')}`,
  )
}
