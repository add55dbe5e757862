import { visibleLine } from '../../shared/domain/visible-text.ts'
import { listRequests } from '../../shared/state/pairing-store.ts'
import { type PeopleOptions, providerOf } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'

/** Who waits to be let in, with the code of each. The forms are those of the existing Clawdbot (peers 1.5). */
export const pairingList = async (context: CliContext, options: PeopleOptions): Promise<void> => {
  const provider = providerOf(options)
  const waiting = await listRequests(context.paths, provider, context.now())
  const requests = waiting.map(({ id, code, createdAt, lastSeenAt, meta }) => ({
    id,
    code,
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    meta,
  }))
  if (options.json === true) {
    context.print(toSafeJson({ provider, requests }))
    return
  }
  if (requests.length === 0) context.print(`No pending ${provider} pairing requests.`)
  for (const { code, id, meta, createdAt } of requests) {
    context.print(visibleLine(`${code}  id=${id}  meta=${JSON.stringify(meta)}  ${createdAt}`))
  }
}
