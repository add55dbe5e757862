import { Agent } from 'node:https'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { isLoopbackHost } from '../../../shared/domain/loopback.ts'

/** WhatsApp, and nothing else: no option, no variable and no setting leads anywhere else. */
const WHATSAPP_URL = 'wss://web.whatsapp.com/ws/chat'

/** The servers of the tests, on this machine. */
export interface TestServers {
  readonly url: string
  /** The public key that its certificates hang from: 32 bytes in hex. */
  readonly rootKey: string
  readonly mediaUrl?: string | undefined
}

export interface Endpoint {
  readonly url: string
  /** Absent: WhatsApp's own. */
  readonly rootKey: Uint8Array | undefined
  readonly mediaUrl: string | undefined
  /** Absent on loopback, where there is no TLS. */
  readonly agent: Agent | undefined
}

/**
 * Where to connect to. With the Curve25519 chain of Baileys alone TLS would not matter; but until somebody has proven that the
 * root key that it knows is WhatsApp's, both have to hold.
 * @throws ClawdbotError `config_invalid` for servers of tests that are not on this machine, or have no key of their own.
 */
export const endpointOf = (test: TestServers | undefined): Endpoint => {
  if (test === undefined)
    return {
      url: WHATSAPP_URL,
      rootKey: undefined,
      mediaUrl: undefined,
      // Said in so many words, because NODE_TLS_REJECT_UNAUTHORIZED counts where nothing is said.
      agent: new Agent({ keepAlive: false, rejectUnauthorized: true, minVersion: 'TLSv1.2' }),
    }
  const { url, rootKey, mediaUrl } = test
  if (!isOnThisMachine(url, 'ws:') || (mediaUrl !== undefined && !isOnThisMachine(mediaUrl, 'http:')))
    throw notAllowed('Another address is for tests, and has to be ws://127.0.0.1:<port>.')
  if (!/^[0-9a-f]{64}$/i.test(rootKey))
    throw notAllowed('The test server needs a root key of 32 bytes in hex.')
  return { url, rootKey: new Uint8Array(Buffer.from(rootKey, 'hex')), mediaUrl, agent: undefined }
}

const isOnThisMachine = (address: string, protocol: string): boolean => {
  const url = URL.parse(address)
  return (
    url?.protocol === protocol && isLoopbackHost(url.hostname) && url.username === '' && url.password === ''
  )
}

const notAllowed = (hint: string): ClawdbotError =>
  new ClawdbotError('config_invalid', 'WhatsApp can only be reached at its own address.', hint)
