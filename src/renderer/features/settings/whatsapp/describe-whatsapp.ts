// How WhatsApp stands, in words, and what the owner can do about it now. Pure.
import type { GatewayView, ProviderView } from '../../../../shared/contracts/app-state.ts'
import type { ProviderStatus } from '../../../../shared/contracts/provider-status.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import { CLOSED, isSwitchedOff, type MessengerWords, switchedOff } from '../messenger-words.ts'

/**
 * What the owner may do about the login. `link` is to choose a number and show a code for it, `start-over` to remove whatever is
 * left of a login.
 */
export type LinkOffer = 'link' | 'cancel' | 'reconnect' | 'unlink' | 'start-over' | 'open-config'

export interface WhatsAppWords extends MessengerWords {
  readonly offers: readonly LinkOffer[]
}

/** The card's words. What WhatsApp last said counts only while the gateway runs. */
export const describeWhatsApp = (
  { state, detail, link }: Pick<ProviderView, 'state' | 'detail' | 'link'>,
  { phase }: Pick<GatewayView, 'phase'>,
  files: 'read' | 'unreadable' = 'read',
): WhatsAppWords => {
  if (isSwitchedOff({ state, detail }) && phase !== 'locked') {
    return { ...switchedOff('whatsapp'), offers: ['open-config'] }
  }
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
        title: 'Off: the gateway does not run',
        detail: '',
        ...(link?.use === 'unknown' ? NEVER_LINKED : LINKED_BEFORE),
      }
    case 'running':
    case 'unresponsive':
      if (files === 'unreadable' && state === 'connected') return { ...CLOSED, offers: ['unlink'] }
      return { detail, ...wordsOf(state, detail, link) }
    default:
      return assertNever(phase)
  }
}

const BUSY = { kind: 'busy', meaning: '', detail: '', offers: [] } as const

/** Nobody has said whose number it is, which is what linking begins with. */
const NEVER_LINKED = {
  meaning: 'No phone is linked, as far as is known. To show a code, the gateway is started.',
  offers: ['link'],
} as const

const LINKED_BEFORE = {
  meaning: 'What people write waits at WhatsApp. Whether the phone is still linked shows once it runs.',
  offers: [],
} as const

const wordsOf = (
  state: ProviderStatus['state'],
  detail: string,
  link: ProviderView['link'],
): Omit<WhatsAppWords, 'detail'> & Partial<Pick<WhatsAppWords, 'detail'>> => {
  switch (state) {
    case 'off':
      return { kind: 'off', title: 'Not started yet', meaning: '', offers: [] }
    case 'unlinked':
      return {
        kind: 'off',
        title: 'Not linked',
        meaning:
          detail === ''
            ? 'The agent joins a WhatsApp account as one of its linked devices, as WhatsApp Web does.'
            : '',
        offers: ['link'],
      }
    case 'linking':
      // What the phone has scanned can no longer be taken back here.
      return { ...linkingWords(link), meaning: '', offers: link?.self ? [] : ['cancel'] }
    case 'connecting':
      // Without an account nothing is known yet that could be unlinked.
      return { kind: 'busy', title: 'Connecting', meaning: '', offers: link?.self ? ['unlink'] : [] }
    case 'connected':
      return { kind: 'good', title: 'Connected', meaning: '', offers: ['unlink'] }
    case 'retrying':
      return {
        kind: 'warn',
        title: 'Retrying',
        meaning: 'What people write waits at WhatsApp until then.',
        offers: ['unlink'],
      }
    case 'conflict':
      return {
        kind: 'bad',
        title: 'In conflict: another program has taken this link’s place',
        // What it says itself comes to the same.
        detail: '',
        meaning:
          'Nothing is read or sent here until you reconnect, which takes the place back. If the other program is not yours, somebody has a copy of the login: unlink, and link again.',
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
      return { kind: 'bad', title: 'Refused: look at this first', ...untilLooked(link) }
    case 'failed':
      return { kind: 'bad', title: 'Failed', ...untilLooked(link) }
    default:
      return assertNever(state)
  }
}

/** Without an account there is nothing to reconnect; but a login that can not be read is there, and nothing is linked over it. */
const untilLooked = (link: ProviderView['link']): Pick<WhatsAppWords, 'meaning' | 'offers'> => ({
  meaning: '',
  offers: link?.self ? ['reconnect', 'unlink'] : ['start-over'],
})

const linkingWords = (link: ProviderView['link']): Pick<WhatsAppWords, 'kind' | 'title'> => {
  if (link?.code) return { kind: 'busy', title: 'Waiting for your phone' }
  return link?.self
    ? { kind: 'busy', title: 'Scanned: the phone links it now' }
    : { kind: 'busy', title: 'Asking WhatsApp for a code' }
}
