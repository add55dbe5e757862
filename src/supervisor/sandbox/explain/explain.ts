// Where a command of a session would run, by the owner's files as they are on disk now, and the proof of it.

import { ClawdbotError, type ErrorView, toErrorView } from '../../../shared/domain/error.ts'
import { type Asker, type Rights, rightsOf } from '../../../shared/domain/hands.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { askerOf } from '../../hands/asker.ts'
import { providerOf } from '../../people/owner-side.ts'
import { boxSettings } from '../plan-box.ts'
import { type BoxProof, proveBox } from './prove-box.ts'
import { type ExplainOptions, readRules } from './read-rules.ts'
import { hasSandbox, rightsInWords } from './rights-in-words.ts'

export interface Explanation {
  readonly asker: Asker
  readonly rights: Rights
  /** Whole sentences for the owner. */
  readonly says: readonly string[]
  /** What Docker says of its sandbox. `none`: it has none, by the rules. `unproven`: Docker could not be asked. */
  readonly proof:
    | { readonly kind: 'none' }
    | { readonly kind: 'proven'; readonly boxes: readonly BoxProof[] }
    | { readonly kind: 'unproven'; readonly error: ErrorView }
}

/**
 * Nothing is started. Errors: `sender_invalid` where nobody can speak in such a session; why there is no valid config.
 */
export const explainSession = async (session: string, options: ExplainOptions): Promise<Explanation> => {
  const { owner, rules } = await readRules(options)
  const asker = askerOf(session, (provider) => providerOf(owner, provider))
  if (asker === undefined) throw nobody(session)
  const rights = rightsOf(asker, rules)
  const says = rightsInWords(asker, rules, rights, owner.config.sandbox.docker.network)
  if (!hasSandbox(rights)) return { asker, rights, says, proof: { kind: 'none' } }
  try {
    const wanted = { session: asker.session, trust: asker.trust, network: rights.network }
    const settings = boxSettings(owner.config, rules.readOnly)
    const boxes = await proveBox({ ...options, wanted, settings })
    return { asker, rights, says, proof: { kind: 'proven', boxes } }
  } catch (error) {
    return { asker, rights, says, proof: { kind: 'unproven', error: toErrorView(error) } }
  }
}

const nobody = (session: string): ClawdbotError =>
  new ClawdbotError(
    'sender_invalid',
    `Nobody who is let in speaks in a session “${visibleLine(session.slice(0, 100))}”.`,
    'Sessions are main, which is the owner’s own chat, and <provider>:dm:<id> of somebody who is let in.',
  )
