import type { RulesTold } from '../../shared/contracts/gateway-told.ts'
import type { HandsRules } from '../../shared/domain/hands.ts'
import type { Config } from '../../shared/state/config/schema.ts'

/** The owner's rules for tools, from a valid config and the switch. */
export const rulesOf = ({ sandbox, elevated, allowTo }: Config, readOnly: boolean): HandsRules => ({
  readOnly,
  sandbox: { mode: sandbox.mode, tools: sandbox.tools },
  elevated,
  allowTo,
})

/** As the gateway hears them: plain data in a stable order. */
export const toldRules = ({ readOnly, sandbox, elevated, allowTo }: HandsRules): RulesTold => ({
  readOnly,
  sandbox: {
    mode: sandbox.mode,
    tools: { allow: [...sandbox.tools.allow], deny: [...sandbox.tools.deny] },
  },
  elevated: {
    enabled: elevated.enabled,
    approve: elevated.approve,
    allowFrom: idsTold(elevated.allowFrom),
  },
  ...(allowTo === undefined ? {} : { allowTo: idsTold(allowTo) }),
})

const idsTold = (ids: HandsRules['elevated']['allowFrom']): RulesTold['elevated']['allowFrom'] =>
  Object.fromEntries(Object.entries(ids).map(([provider, senders]) => [provider, [...senders].sort()]))

/** While there is no valid config: nothing is allowed that could be refused. */
export const CLOSED_RULES: HandsRules = {
  readOnly: true,
  sandbox: { mode: 'all', tools: { allow: [], deny: ['bash', 'read', 'write', 'edit', 'send'] } },
  elevated: { enabled: false, approve: 'always', allowFrom: {} },
  allowTo: {},
}

/** Whether any session could use the host by this config. Only then the gateway's process may start others. */
export const hasHostAccess = ({ sandbox, elevated }: Pick<Config, 'sandbox' | 'elevated'>): boolean =>
  elevated.enabled &&
  (sandbox.mode !== 'all' || Object.values(elevated.allowFrom).some((senders) => senders.length > 0))
