import { type HelperRequest, helperRequest } from '../../shared/contracts/helper.ts'
import { encodeFrame } from '../../shared/contracts/helper-frames.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'

/** What is not in the contract is asked of nobody: the helper would take it for a broken gateway, and end. */
export const encodeRequest = (request: HelperRequest, body?: Uint8Array): Uint8Array => {
  const parsed = helperRequest.safeParse(request)
  if (!parsed.success)
    throw notAskable(`it is wrong at ${parsed.error.issues[0]?.path.join('.') ?? 'its kind'}`)
  try {
    return encodeFrame(parsed.data, body)
  } catch (error) {
    throw notAskable('it is too long', error)
  }
}

export const notAskable = (why: string, cause?: unknown): ClawdbotError =>
  new ClawdbotError(
    'sandbox_refused',
    `This can not be asked of the sandbox: ${why}.`,
    'Ask for less at once.',
    cause,
  )
