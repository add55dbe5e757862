import type { ArchiveStatus } from '../../shared/contracts/archive.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'
import { settled, withArchive } from '../with-archive.ts'

interface Json {
  readonly json?: boolean
}

/** Throws the index away and makes it anew from the files, which are never written. */
export const archiveRebuild = (context: CliContext, options: Json): Promise<ExitCode> =>
  withArchive(context, async ({ archive }) => {
    await archive.ask('rebuild', {})
    return tell(context, await settled(archive, context), options)
  })

/** Whether the index holds what is there, and how much that is. */
export const archiveStatus = (context: CliContext, options: Json): Promise<ExitCode> =>
  withArchive(context, async ({ status }) => tell(context, status, options))

const tell = ({ print, paths }: CliContext, status: ArchiveStatus, { json }: Json): ExitCode => {
  if (json === true) print(toSafeJson({ folder: paths.archive, ...status }))
  else for (const line of linesOf(status)) print(visibleLine(line))
  return status.phase === 'stuck' ? EXIT.refused : EXIT.ok
}

const counted = (count: number, one: string, more: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`

const linesOf = (status: ArchiveStatus): readonly string[] => {
  const { sessions, messages, logLines, brokenLines, indexedBytes, totalBytes, phase } = status
  return [
    phase === 'ready'
      ? `The index holds all ${counted(totalBytes, 'byte', 'bytes')} there are.`
      : `The index holds ${indexedBytes.toLocaleString('en')} of ${counted(totalBytes, 'byte', 'bytes')}.`,
    `${[
      counted(sessions, 'session', 'sessions'),
      counted(messages, 'message', 'messages'),
      counted(logLines, 'line', 'lines'),
    ].join(', ')} of the log.`,
    ...(brokenLines === 0
      ? []
      : [`${counted(brokenLines, 'line is', 'lines are')} broken; shown as they stand there.`]),
  ]
}
