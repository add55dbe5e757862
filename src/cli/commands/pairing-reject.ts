import { denyRequest } from '../../shared/state/pairing-store.ts'
import { type PeopleOptions, providerOf } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { holderOf, inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'

/** Turns a request away; the sender is not queued again for a day, and is told nothing. */
export const pairingReject = async (
  context: CliContext,
  code: string,
  options: PeopleOptions,
): Promise<void> => {
  const provider = providerOf(options)
  const { request } = await inAudit(
    context,
    'restricts',
    { act: 'pairing.deny', provider, ...(await holderOf(context, provider, code)) },
    () => denyRequest(context.paths, provider, { code }, context.now()),
  )
  context.print(
    options.json === true
      ? toSafeJson({ provider, rejected: request.id })
      : `Rejected ${provider} sender ${request.id}. They are not queued again for 24 hours.`,
  )
}
