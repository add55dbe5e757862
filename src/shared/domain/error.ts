/** Every way this product says no. The codes are listed in docs/configuration.md. */
export type ErrorCode =
  | 'config_invalid'
  | 'config_unreadable'
  | 'store_corrupt'
  | 'store_unreadable'
  | 'store_busy'
  | 'state_not_writable'
  | 'disk_full'
  | 'provider_unknown'
  | 'sender_invalid'
  | 'code_unknown'
  | 'request_unknown'
  | 'locked_down'
  | 'latch_unwritable'
  | 'audit_broken'
  | 'audit_unwritable'
  | 'docker_unreachable'
  | 'sandbox_refused'
  | 'sandbox_drift'
  | 'sandbox_image'
  | 'sandbox_unknown'
  | 'approval_unknown'
  | 'read_only'
  | 'link_impossible'
  | 'incident_unknown'
  | 'already_running'
  | 'gateway_not_running'
  | 'gateway_no_ack'
  | 'runtime_missing'
  | 'log_unsafe'
  | 'archive_unavailable'
  | 'archive_refused'
  | 'bad_pattern'
  | 'session_unknown'
  | 'model_failed'
  | 'send_failed'
  | 'contract_violation'
  | 'internal'

/** What is wrong (`message`), what to do next (`hint`), and what it was caused by. */
export class ClawdbotError extends Error {
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ClawdbotError'
    this.code = code
    this.hint = hint
  }
}

/** The same as plain data, for a boundary or a log. */
export interface ErrorView {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** Anything thrown, as the product's own error; what is not ours is `internal` and keeps its message. */
export const toErrorView = (error: unknown): ErrorView =>
  error instanceof ClawdbotError
    ? { code: error.code, message: error.message, hint: error.hint }
    : {
        code: 'internal',
        message: error instanceof Error ? error.message : String(error),
        hint: 'This is a fault in Clawdbot. The log has the details.',
      }
