import { ClawdbotError } from '../../shared/domain/error.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { writeBundle } from '../../supervisor/incident/bundle/write-bundle.ts'
import { redactorOf } from '../../supervisor/logs/redactor-of.ts'
import type { CliContext } from '../context.ts'
import { inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'
import { whichIncident } from '../which-incident.ts'

export interface IncidentBundleOptions {
  readonly output?: string
  readonly incident?: string
  readonly transcripts?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** Puts all that is kept of an incident into one zip, redacted, with a manifest of hashes. */
export const incidentBundle = async (context: CliContext, options: IncidentBundleOptions): Promise<void> => {
  const { paths, now, print } = context
  const incident = await whichIncident(context, options.incident)
  const transcripts = options.transcripts === true
  const secrets = await secretsOf(context)
  // A bundle takes nothing away and lets nobody in: it is written where the audit is broken too, and that is told.
  const written = await inAudit(
    context,
    'restricts',
    { act: 'incident.bundle', detail: { incident, transcripts } },
    () =>
      writeBundle({
        paths,
        incident,
        target: options.output ?? `clawdbot-${incident}.zip`,
        transcripts,
        existing: options.force === true ? 'replace' : 'refuse',
        redact: redactorOf(secrets),
        now,
      }),
  )
  if (options.json === true) {
    print(toSafeJson({ incident, transcripts, ...written }))
    return
  }
  print(
    `Wrote ${written.file}: ${String(written.files)} files, ${transcripts ? 'with' : 'without'} transcripts.`,
  )
  print(`SHA-256 ${written.sha256}`)
}

/** Without a valid config nobody can say which values are secrets, and the bundle is made to be given away. */
const secretsOf = async ({ paths, env }: CliContext): Promise<readonly string[]> => {
  try {
    return (await loadConfig(paths, env)).secrets
  } catch (cause) {
    if (!(cause instanceof ClawdbotError)) throw cause
    throw new ClawdbotError(
      cause.code,
      `The secrets can not be taken out of a bundle while the config is not valid: ${cause.message}`,
      cause.hint,
      cause,
    )
  }
}
