// How Telegram stands, in words. Pure.
import type { GatewayView } from '../../../shared/contracts/app-state.ts'
import type { ProviderStatus } from '../../../shared/contracts/provider-status.ts'
import { describeProvider } from '../../app/gateway/describe-gateway.ts'
import { sentence } from '../../ui/text/words.ts'
import { CLOSED, isSwitchedOff, type MessengerWords, switchedOff } from './messenger-words.ts'

const MEANINGS: Partial<Record<ProviderStatus['state'], string>> = {
  off: 'To use it, put the token of a bot under telegram.botToken in clawdbot.json. The overview of a fresh install says how to get one.',
  conflict: 'Another program asks for the messages of the same bot. Stop it, or give one of the two its own.',
  refused: 'Telegram does not take the token. Put the one that @BotFather shows under telegram.botToken.',
}

const SET_UP =
  'Set up by telegram.botToken in clawdbot.json. Anyone can write to a bot: who is heard, you decide under Pairing.'

export const describeTelegram = (
  { provider, state, detail }: ProviderStatus,
  { phase }: Pick<GatewayView, 'phase'>,
  files: 'read' | 'unreadable',
): MessengerWords => {
  if (isSwitchedOff({ state, detail })) return switchedOff(provider)
  // Off with a word is off for that reason, whether or not a gateway runs.
  if (phase !== 'running' && phase !== 'unresponsive' && !(state === 'off' && detail !== '')) {
    return { kind: 'off', title: 'Off: the gateway does not run', meaning: SET_UP, detail }
  }
  if (files === 'unreadable' && state === 'connected') return CLOSED
  const { kind, word } = describeProvider(state)
  return { kind, title: sentence(word || 'connected'), meaning: MEANINGS[state] ?? SET_UP, detail }
}
