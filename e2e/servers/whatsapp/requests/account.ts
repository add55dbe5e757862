import { getBinaryNodeChild, getBinaryNodeChildren } from '@whiskeysockets/baileys'
import { childrenOf, node } from '../stanza.ts'
import type { RequestFamily } from './request.ts'

/** The device becomes active: until then the server holds back what is for it. */
export const passive: RequestFamily = (iq, context) => {
  if (iq.attrs['type'] !== 'set' || getBinaryNodeChild(iq, 'active') === undefined) return undefined
  return { kind: 'result', afterwards: () => context.activate() }
}

/** The sign of life that a client asks for. */
export const ping: RequestFamily = (iq) =>
  iq.attrs['type'] === 'get' && getBinaryNodeChild(iq, 'ping') !== undefined ? { kind: 'result' } : undefined

/** What the server has switched on for this client: nothing. */
export const props: RequestFamily = (iq) =>
  iq.attrs['type'] === 'get' && getBinaryNodeChild(iq, 'props') !== undefined
    ? { kind: 'result', content: [node('props', { hash: 'none', protocol: '1' }, [])] }
    : undefined

export const blocklist: RequestFamily = (iq) =>
  iq.attrs['type'] === 'get' ? { kind: 'result', content: [node('list', {}, [])] } : undefined

/** Privacy settings, and the tokens that a client gives to those it writes to. */
export const privacy: RequestFamily = (iq) => {
  if (iq.attrs['type'] === 'get' && getBinaryNodeChild(iq, 'privacy') !== undefined) {
    const category = node('category', { name: 'readreceipts', value: 'all' })
    return { kind: 'result', content: [node('privacy', {}, [category])] }
  }
  const tokens = getBinaryNodeChild(iq, 'tokens')
  if (iq.attrs['type'] !== 'set' || tokens === undefined) return undefined
  const isGood = getBinaryNodeChildren(tokens, 'token').every(
    ({ attrs }) => attrs['jid'] !== undefined && attrs['type'] === 'trusted_contact',
  )
  return isGood ? { kind: 'result', content: [node('tokens', {}, [])] } : undefined
}

/** Chats, settings and contacts that a phone shares with its devices: there are none. */
export const appState: RequestFamily = (iq) => {
  const sync = getBinaryNodeChild(iq, 'sync')
  if (iq.attrs['type'] !== 'set' || sync === undefined) return undefined
  const collections = getBinaryNodeChildren(sync, 'collection')
  if (collections.some((collection) => childrenOf(collection).length > 0)) return undefined
  const known = collections.map(({ attrs }) =>
    node('collection', { name: attrs['name'] ?? '', version: attrs['version'] ?? '0' }, []),
  )
  return { kind: 'result', content: [node('sync', {}, known)] }
}

/** The client has looked at what changed while it was away. */
export const dirty: RequestFamily = (iq) =>
  iq.attrs['type'] === 'set' && getBinaryNodeChild(iq, 'clean') !== undefined ? { kind: 'none' } : undefined

/** The client unlinks itself. */
export const multiDevice: RequestFamily = (iq, context) => {
  const remove = getBinaryNodeChild(iq, 'remove-companion-device')
  if (iq.attrs['type'] !== 'set' || remove === undefined) return undefined
  if (remove.attrs['jid'] !== context.device.jid) throw new Error('a device that unlinks another one')
  return { kind: 'result', afterwards: () => context.unlink() }
}
