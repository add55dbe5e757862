import type { ProviderStatus } from '../../../shared/contracts/provider-status.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { LinkState } from './link-state.ts'

/** What the owner is told. */
export const statusOf = (state: LinkState): Pick<ProviderStatus, 'state' | 'detail'> => {
  if ('untaken' in state && state.untaken !== '')
    return {
      state: 'failed',
      detail: `A message could not be taken in and stays at WhatsApp: ${state.untaken}`,
    }
  switch (state.at) {
    case 'unlinked':
      return { state: 'unlinked', detail: state.why }
    case 'linking':
      return { state: 'linking', detail: '' }
    case 'connecting':
      return state.why === ''
        ? { state: 'connecting', detail: '' }
        : { state: 'retrying', detail: `No connection to WhatsApp: ${state.why}. It is tried again.` }
    case 'connected':
      return { state: 'connected', detail: '' }
    case 'waiting':
      return {
        state: state.for === 'a code' ? 'linking' : 'retrying',
        detail: `No connection to WhatsApp: ${state.why}. It is tried again.`,
      }
    case 'logging out':
      return { state: 'connecting', detail: 'Logging out at WhatsApp.' }
    case 'stopped':
      return { state: state.as, detail: state.why }
    case 'off':
      return { state: 'off', detail: '' }
    default:
      return assertNever(state)
  }
}

/** Why nothing can be sent, and no connection is on its way; undefined where one is there or will be. */
export const silence = (state: LinkState): string | undefined => {
  switch (state.at) {
    case 'connecting':
    case 'connected':
      return undefined
    case 'waiting':
      return state.for === 'a code' ? 'WhatsApp is not linked' : undefined
    case 'unlinked':
    case 'linking':
    case 'logging out':
      return 'WhatsApp is not linked'
    case 'stopped':
      return 'WhatsApp is not connected, and waits for the owner'
    case 'off':
      return 'WhatsApp is switched off'
    default:
      return assertNever(state)
  }
}
