// How Telegram stands, in words. Pure.
import type { GatewayView } from '../../../shared/contracts/app-state.ts'
import type { ProviderStatus } from '../../../shared/contracts/provider-status.ts'
import { describeProvider } from '../../app/gateway/describe-gateway.ts'
import type { StatusKind } from '../../ui/status-shape.tsx'
import { sentence } from '../../ui/text/words.ts'

const MEANINGS: Partial<Record<ProviderStatus['state'], string>> = {
  off: 'To use it, put the token of a bot under telegram.botToken in clawdbot.json. The overview of a fresh install says how to get one.',
  conflict: 'Another program asks for the messages of the same bot. Stop it, or give one of the two its own.',
  refused: 'Telegram does not take the token. Put the one that @BotFather shows under telegram.botToken.',
}

const SET_UP =
  'Set up by telegram.botToken in clawdbot.json. Anyone can write to a bot: who is heard, you decide under Pairing.'

export const describeTelegram = (
  { state, detail }: Pick<ProviderStatus, 'state' | 'detail'>,
  { phase }: Pick<GatewayView, 'phase'>,
): { readonly kind: StatusKind; readonly title: string; readonly meaning: string } => {
  // Off with a word is switched off, whether or not a gateway runs.
  if (phase !== 'running' && phase !== 'unresponsive' && !(state === 'off' && detail !== '')) {
    return { kind: 'off', title: 'Not listened to: the gateway does not run', meaning: SET_UP }
  }
  const { kind, word } = describeProvider(state)
  return { kind, title: sentence(word || 'connected'), meaning: MEANINGS[state] ?? SET_UP }
}
