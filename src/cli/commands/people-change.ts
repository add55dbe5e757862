import type { AuditAct } from '../../shared/domain/audit.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { addApproved, removeApproved } from '../../shared/state/allow-store.ts'
import { blockPerson, namesOfPerson, unblockPerson } from '../../shared/state/block-person.ts'
import { approveSender, denyRequest, listRequests } from '../../shared/state/pairing-store.ts'
import type { Effect } from '../../supervisor/acts/recorded.ts'
import { nobodyLetIn } from '../../supervisor/refusals.ts'
import { isLatched } from '../../supervisor/stop/latch/latch.ts'
import { type PeopleOptions, providerOf, senderOf } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'

type List = 'allow' | 'block'
type Change = 'add' | 'remove'

/** Puts one id on a list or takes it off; saying so again changes nothing and is no error. */
export const peopleChange = async (
  context: CliContext,
  list: List,
  change: Change,
  id: string,
  options: PeopleOptions,
): Promise<void> => {
  const provider = providerOf(options)
  const sender = senderOf(provider, id)
  const { act, effect, apply } = CHANGES[`${list} ${change}`]
  const changed = await inAudit(context, effect, { act, provider, sender }, () =>
    apply(context, provider, sender),
  )
  context.print(
    options.json === true
      ? toSafeJson({ provider, id: sender, changed })
      : `${sender} is ${changed ? 'now' : 'already'} ${OUTCOME[`${list} ${change}`]} on ${provider}.`,
  )
}

const OUTCOME: Readonly<Record<`${List} ${Change}`, string>> = {
  'allow add': 'approved',
  'allow remove': 'without approval',
  'block add': 'blocked',
  'block remove': 'not blocked',
}

type Apply = (context: CliContext, provider: ProviderId, sender: SenderId) => Promise<boolean>

const waitingCode: (...args: Parameters<Apply>) => Promise<string | undefined> = async (
  { paths, now },
  provider,
  sender,
) => (await listRequests(paths, provider, now())).find(({ id }) => id === sender)?.code

/** Who waits is approved like anybody who waits, so that no request of an approved person stays behind. */
const allowAdd: Apply = async (context, provider, sender) => {
  if (isLatched(context.paths)) throw nobodyLetIn()
  const code = await waitingCode(context, provider, sender)
  if (code === undefined) return addApproved(context.paths, provider, sender)
  await approveSender(context.paths, provider, sender, code, context.now())
  return true
}

/** The block first: it has to hold even where the pairing files are corrupt. */
const blockAdd: Apply = async (context, provider, sender) => {
  const names = await namesOfPerson(context.paths, provider, sender, context.now())
  const changed = await blockPerson(context.paths, provider, names)
  for (const name of names) {
    if ((await waitingCode(context, provider, name)) === undefined) continue
    await denyRequest(context.paths, provider, { sender: name }, context.now())
  }
  return changed
}

const CHANGES: Readonly<
  Record<`${List} ${Change}`, { readonly act: AuditAct; readonly effect: Effect; readonly apply: Apply }>
> = {
  'allow add': { act: 'people.allow', effect: 'grants', apply: allowAdd },
  'allow remove': {
    act: 'people.revoke',
    effect: 'restricts',
    apply: ({ paths }, provider, sender) => removeApproved(paths, provider, sender),
  },
  'block add': { act: 'people.block', effect: 'restricts', apply: blockAdd },
  'block remove': {
    act: 'people.unblock',
    effect: 'grants',
    apply: ({ paths }, provider, sender) => unblockPerson(paths, provider, sender),
  },
}
