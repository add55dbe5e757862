import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from '@whiskeysockets/baileys'
import { childrenOf, node } from '../stanza.ts'
import type { Account } from '../wire.ts'
import type { RequestContext, RequestFamily } from './request.ts'

const KNOWN: ReadonlySet<string> = new Set(['devices', 'lid', 'contact'])

/** Questions about users: whether they exist, by which LID, with which devices. */
export const usync: RequestFamily = (iq, context) => {
  const query = getBinaryNodeChild(iq, 'usync')
  if (iq.attrs['type'] !== 'get' || query === undefined) return undefined
  const protocols = childrenOf(getBinaryNodeChild(query, 'query')).map(({ tag }) => tag)
  if (protocols.length === 0 || protocols.some((protocol) => !KNOWN.has(protocol))) return undefined
  const users = getBinaryNodeChildren(getBinaryNodeChild(query, 'list'), 'user')
  const found = users.map((user) => answerFor(user, protocols, context))
  return {
    kind: 'result',
    content: [
      node('usync', { sid: query.attrs['sid'] ?? '', mode: 'query', context: query.attrs['context'] ?? '' }, [
        node(
          'result',
          {},
          protocols.map((protocol) => node(protocol)),
        ),
        node('list', {}, found),
      ]),
    ],
  }
}

const answerFor = (user: BinaryNode, protocols: readonly string[], context: RequestContext): BinaryNode => {
  const jid = user.attrs['jid'] ?? jidOfNumber(user)
  const account = context.accountOf(jid)
  const answers = protocols.flatMap((protocol) => answerTo(protocol, jid, account, context))
  return node('user', { jid }, answers)
}

const jidOfNumber = (user: BinaryNode): string => {
  const content = getBinaryNodeChild(user, 'contact')?.content
  const number = typeof content === 'string' ? content : Buffer.from(bytes(content)).toString()
  return `${number.replace('+', '')}@s.whatsapp.net`
}

const bytes = (content: BinaryNode['content']): Uint8Array => {
  if (content instanceof Uint8Array) return content
  throw new Error('a question about a user without an address')
}

const answerTo = (
  protocol: string,
  jid: string,
  account: Account | undefined,
  { me, linked }: RequestContext,
): BinaryNode[] => {
  switch (protocol) {
    case 'devices': {
      const own = account?.jid === me.jid ? linked.map(({ id }) => id) : []
      const ids = [...(account?.devices ?? []), ...own]
      const list = ids.map((id) =>
        node('device', id === 0 ? { id: '0' } : { id: String(id), 'key-index': String(id) }),
      )
      return [node('devices', {}, [node('device-list', {}, list)])]
    }
    case 'lid':
      return account?.lidJid === undefined || jid.endsWith('@lid')
        ? []
        : [node('lid', { val: account.lidJid })]
    default:
      return [node('contact', { type: account === undefined ? 'out' : 'in' })]
  }
}
