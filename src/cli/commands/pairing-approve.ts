import { queueNotify } from '../../shared/state/notify-store.ts'
import { approveByCode } from '../../shared/state/pairing-store.ts'
import { nobodyLetIn } from '../../supervisor/refusals.ts'
import { isLatched } from '../../supervisor/stop/latch/latch.ts'
import { type PeopleOptions, providerOf } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { holderOf, inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'

export interface ApproveOptions extends PeopleOptions {
  readonly notify?: boolean
}

/** Lets in whoever holds the code, and has them told so if asked to. */
export const pairingApprove = async (
  context: CliContext,
  code: string,
  options: ApproveOptions,
): Promise<void> => {
  const provider = providerOf(options)
  if (isLatched(context.paths)) throw nobodyLetIn()
  const { request } = await inAudit(
    context,
    'grants',
    { act: 'pairing.approve', provider, ...(await holderOf(context, provider, code)) },
    () => {
      // The record took a moment, in which the owner may have pressed STOP.
      if (isLatched(context.paths)) throw nobodyLetIn()
      return approveByCode(context.paths, provider, code, context.now())
    },
  )
  // Approved is approved: a failure to leave word is an error of its own, and comes after the result.
  const unnotified =
    options.notify === true
      ? await queueNotify(context.paths, provider, request.id).then(
          () => undefined,
          (error: unknown) => ({ error }),
        )
      : undefined
  const notify = options.notify === true && unnotified === undefined
  context.print(
    options.json === true
      ? toSafeJson({ provider, approved: request.id, notify })
      : `Approved ${provider} sender ${request.id}.${notify ? ' They are told when the gateway runs.' : ''}`,
  )
  if (unnotified) throw unnotified.error
}
