// What is said of more than one messenger. Pure.
import type { ProviderStatus } from '../../../shared/contracts/provider-status.ts'
import { PROVIDER_LABEL, type ProviderId } from '../../../shared/domain/provider.ts'
import type { StatusKind } from '../../ui/status-shape.tsx'

export interface MessengerWords {
  readonly kind: StatusKind
  readonly title: string
  /** What was said of this state when it came; empty where nothing was, or it no longer counts. */
  readonly detail: string
  /** What that means, or what to do; empty where title and detail say it all. */
  readonly meaning: string
}

/** The config says so, whether or not a gateway runs. */
export const isSwitchedOff = ({ state, detail }: Pick<ProviderStatus, 'state' | 'detail'>): boolean =>
  state === 'off' && detail === 'switched off in the config'

export const switchedOff = (provider: ProviderId): MessengerWords => ({
  kind: 'off',
  title: 'Switched off',
  detail: '',
  meaning: `${provider}.enabled is false in clawdbot.json. Take it out and restart the gateway to use ${PROVIDER_LABEL[provider]}.`,
})

/** What the file is, and how it is mended, stands above the messengers. */
export const CLOSED: MessengerWords = {
  kind: 'bad',
  title: 'Connected, but closed',
  detail: '',
  meaning: 'Nobody is heard here until the file named above can be read.',
}
