import { type Repairable, repairStore } from '../../shared/state/repair.ts'
import { type PeopleOptions, providerOf } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'

/** On the owner's word: corrupt files go under another name, and what depends on them opens again, empty. */
export const repair = async (
  context: CliContext,
  what: Repairable,
  options: PeopleOptions,
): Promise<void> => {
  const provider = providerOf(options)
  const moved = await inAudit(context, 'grants', { act: 'store.repair', provider, detail: { what } }, () =>
    repairStore(context.paths, provider, what, context.now()),
  )
  if (options.json === true) {
    context.print(toSafeJson({ provider, setAside: moved }))
    return
  }
  if (moved.length === 0) context.print('Nothing to repair: the files are in order.')
  for (const { file, movedTo } of moved) context.print(`Set aside ${file} as ${movedTo}`)
  if (moved.length > 0)
    context.print('What was in it counts no longer. Look into it before you throw it away.')
}
