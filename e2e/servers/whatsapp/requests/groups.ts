import { getBinaryNodeChild } from '@whiskeysockets/baileys'
import { node } from '../stanza.ts'
import type { RequestFamily } from './request.ts'

/** Questions about groups: one, or all that the account is in. */
export const groups: RequestFamily = (iq, context) => {
  if (iq.attrs['type'] !== 'get') return undefined
  const { to } = iq.attrs
  if (to === '@g.us' && getBinaryNodeChild(iq, 'participating') !== undefined) {
    const own = context.groups.filter(({ hasCompanion }) => hasCompanion)
    return {
      kind: 'result',
      content: [
        node(
          'groups',
          {},
          own.map((group) => group.metadataNode()),
        ),
      ],
    }
  }
  if (to === undefined || getBinaryNodeChild(iq, 'query')?.attrs['request'] !== 'interactive')
    return undefined
  const group = context.groupOf(to)
  if (group === undefined) return { kind: 'error', code: 404, text: 'item-not-found' }
  if (!group.hasCompanion) return { kind: 'error', code: 403, text: 'forbidden' }
  return { kind: 'result', content: [group.metadataNode()] }
}
