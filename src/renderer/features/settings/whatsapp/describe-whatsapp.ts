// How WhatsApp stands, in words, and what the owner can do about it now. Pure.
import type { GatewayView, ProviderView } from '../../../../shared/contracts/app-state.ts'
import type { ProviderStatus } from '../../../../shared/contracts/provider-status.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import type { StatusKind } from '../../../ui/status-shape.tsx'

/** What the owner may do about the login. `link` is to choose a number and show a code for it. */
export type LinkOffer = 'link' | 'cancel' | 'reconnect' | 'unlink' | 'open-config'

export interface WhatsAppWords {
  readonly kind: StatusKind
  readonly title: string
  /** What that means; empty where the title says it all. */
  readonly meaning: string
  /** What was said of this state when it came; empty where nothing was, or it no longer counts. */
  readonly detail: string
  readonly offers: readonly LinkOffer[]
}

/** The card's words. What WhatsApp last said counts only while the gateway runs. */
export const describeWhatsApp = (
  { state, detail, link }: Pick<ProviderView, 'state' | 'detail' | 'link'>,
  { phase }: Pick<GatewayView, 'phase'>,
): WhatsAppWords => {
  // The config says so, whether or not a gateway runs.
  if (state === 'off' && detail === 'switched off in the config' && phase !== 'locked') return SWITCHED_OFF
  switch (phase) {
    case 'locked':
      return {
        kind: 'off',
        title: 'Everything is stopped',
        meaning: 'Resume first. Until then nothing is linked, and nobody is heard or answered.',
        detail: '',
        offers: [],
      }
    case 'starting':
      return { ...BUSY, title: 'The gateway is starting' }
    case 'stopping':
      return { ...BUSY, title: 'The gateway is stopping' }
    case 'stopped':
    case 'failed':
    case 'backing-off':
      return {
        kind: 'off',
        title: 'The gateway does not run',
        meaning:
          'Whether a phone is linked shows once it runs. If none is, link one here: that starts the gateway.',
        detail: '',
        offers: ['link'],
      }
    case 'running':
    case 'unresponsive':
      return { ...wordsOf(state, link), detail }
    default:
      return assertNever(phase)
  }
}

const BUSY = { kind: 'busy', meaning: '', detail: '', offers: [] } as const

const SWITCHED_OFF: WhatsAppWords = {
  kind: 'off',
  title: 'Switched off',
  meaning: 'whatsapp.enabled is false in clawdbot.json. Take it out and restart the gateway to use WhatsApp.',
  detail: '',
  offers: ['open-config'],
}

const wordsOf = (
  state: ProviderStatus['state'],
  link: ProviderView['link'],
): Omit<WhatsAppWords, 'detail'> => {
  switch (state) {
    case 'off':
      return { kind: 'off', title: 'Not started yet', meaning: '', offers: [] }
    case 'unlinked':
      return {
        kind: 'off',
        title: 'Not linked',
        meaning: 'The agent joins a WhatsApp account as one of its linked devices, as WhatsApp Web does.',
        offers: ['link'],
      }
    case 'linking':
      // What the phone has scanned can no longer be taken back here.
      return { ...linkingWords(link), meaning: '', offers: link?.self ? [] : ['cancel'] }
    case 'connecting':
      return { kind: 'busy', title: 'Connecting', meaning: '', offers: ['unlink'] }
    case 'connected':
      return { kind: 'good', title: 'Connected', meaning: '', offers: ['unlink'] }
    case 'retrying':
      return {
        kind: 'warn',
        title: 'Connection lost: trying again',
        meaning: 'What people write waits at WhatsApp until then.',
        offers: ['unlink'],
      }
    case 'conflict':
      return {
        kind: 'bad',
        title: 'Another device has taken this link’s place',
        meaning:
          'Nothing is read or sent here until you reconnect, which takes the place back. If the other device is not yours, unlink, look through Linked devices on the phone, and link again.',
        offers: ['reconnect', 'unlink'],
      }
    case 'logged_out':
      return link?.self
        ? {
            kind: 'bad',
            title: 'Logged out by WhatsApp',
            meaning: 'Nobody is heard. It is not tried again by itself.',
            offers: ['reconnect', 'unlink'],
          }
        : {
            kind: 'bad',
            title: 'Logged out on the phone',
            meaning: 'Nobody is heard, and the login was deleted here.',
            offers: ['link'],
          }
    case 'refused':
      return { kind: 'bad', title: 'Stopped: look at this first', ...untilLooked(link) }
    case 'failed':
      return { kind: 'bad', title: 'Something fails here', ...untilLooked(link) }
    default:
      return assertNever(state)
  }
}

/** Without an account there is nothing to reconnect; a login that can not be read is still there to be removed. */
const untilLooked = (link: ProviderView['link']): Pick<WhatsAppWords, 'meaning' | 'offers'> => ({
  meaning: '',
  offers: link?.self ? ['reconnect', 'unlink'] : ['link', 'unlink'],
})

const linkingWords = (link: ProviderView['link']): Pick<WhatsAppWords, 'kind' | 'title'> => {
  if (link?.code) return { kind: 'busy', title: 'Waiting for your phone' }
  return link?.self
    ? { kind: 'busy', title: 'Scanned: the phone links it now' }
    : { kind: 'busy', title: 'Asking WhatsApp for a code' }
}
