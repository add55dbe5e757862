import { readApproved } from '../../shared/state/allow-store.ts'
import { readBlocked } from '../../shared/state/block-store.ts'
import { type PeopleOptions, providerOf } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'

/** Whom the owner let in, or shut out, by id. The config's own lists are in the config. */
export const peopleList = async (
  context: CliContext,
  list: 'allow' | 'block',
  options: PeopleOptions,
): Promise<void> => {
  const provider = providerOf(options)
  const read = list === 'allow' ? readApproved : readBlocked
  const ids = await read(context.paths, provider)
  if (options.json === true) {
    context.print(toSafeJson({ provider, [list === 'allow' ? 'allowFrom' : 'blocked']: ids }))
    return
  }
  if (ids.length === 0)
    context.print(`Nobody is ${list === 'allow' ? 'approved' : 'blocked'} on ${provider}.`)
  for (const id of ids) context.print(id)
}
