import type { LogFields } from '../../shared/log/fields.ts'
import { createLogger, type Logger } from '../../shared/log/logger.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { redactorOf } from './redactor-of.ts'

export interface SupervisorLog {
  /** Writes to where this config says from now on. Errors: `log_unsafe`. */
  readonly use: (logFile: string, config: Pick<Config, 'logging' | 'secrets'>) => void
  readonly info: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
  readonly close: () => void
}

/** The supervisor's part of the log. It is silent until there is a valid config that says where the log is. */
export const createSupervisorLog = (now: () => number): SupervisorLog => {
  let logger: Logger | undefined
  let using = ''
  const close = (): void => {
    logger?.close()
    logger = undefined
    using = ''
  }
  return {
    use(logFile, { logging, secrets }) {
      const wanted = JSON.stringify([logFile, logging.level, secrets])
      if (wanted === using) return
      close()
      logger = createLogger({
        file: logFile,
        level: logging.level,
        redact: redactorOf(secrets),
        source: 'supervisor',
        now,
      })
      using = wanted
    },
    info: (message, fields) => logger?.info(message, fields),
    warn: (message, fields) => logger?.warn(message, fields),
    error: (message, fields) => logger?.error(message, fields),
    close,
  }
}
