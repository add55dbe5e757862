import type { BinaryNode } from '@whiskeysockets/baileys'
import { appState, blocklist, dirty, multiDevice, passive, ping, privacy, props } from './account.ts'
import { encrypt } from './encrypt.ts'
import { groups } from './groups.ts'
import type { Answer, RequestContext, RequestFamily } from './request.ts'
import { usync } from './usync.ts'

const FAMILIES: ReadonlyMap<string, RequestFamily> = new Map([
  ['encrypt', encrypt],
  ['usync', usync],
  ['w:g2', groups],
  ['passive', passive],
  ['w:p', ping],
  ['abt', props],
  ['blocklist', blocklist],
  ['privacy', privacy],
  ['w:sync:app:state', appState],
  ['urn:xmpp:whatsapp:dirty', dirty],
  ['md', multiDevice],
])

/** Undefined for a request that this server does not know: it answers with an error, and the test fails. */
export const answerRequest = (iq: BinaryNode, context: RequestContext): Answer | undefined =>
  FAMILIES.get(iq.attrs['xmlns'] ?? '')?.(iq, context)
