// Test support: a log that keeps what it hears.
import type { Logger } from '../../../../shared/log/logger.ts'

export const createHeardLog = (): { readonly log: Logger; readonly lines: readonly string[] } => {
  const lines: string[] = []
  const hear =
    (level: string) =>
    (message: string, fields?: unknown): void =>
      void lines.push(
        fields === undefined ? `${level}: ${message}` : `${level}: ${message} ${JSON.stringify(fields)}`,
      )
  const log: Logger = {
    child: () => log,
    trace: hear('trace'),
    debug: hear('debug'),
    info: hear('info'),
    warn: hear('warn'),
    error: hear('error'),
    fatal: hear('fatal'),
    close: () => undefined,
  }
  return { log, lines }
}
