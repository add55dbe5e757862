import { ClawdbotError } from '../shared/domain/error.ts'
import { parseListEntry, SENDER_ID_HINT, type SenderId } from '../shared/domain/identity.ts'
import { PROVIDER_LABEL, PROVIDERS, type ProviderId, parseProvider } from '../shared/domain/provider.ts'
import { visibleLine } from '../shared/domain/visible-text.ts'
import { UsageError } from './exit.ts'

/** The options of every command about the people of one provider, as commander gives them. */
export interface PeopleOptions {
  readonly provider?: string
  /** What later versions of the existing Clawdbot call the provider. */
  readonly channel?: string
  readonly json?: boolean
}

export const providerOf = ({ provider, channel }: PeopleOptions): ProviderId => {
  const known = PROVIDERS.join(', ')
  if (provider !== undefined && channel !== undefined && provider !== channel) {
    throw new UsageError('--provider and --channel name two different providers', 'Give one of the two.')
  }
  const name = provider ?? channel
  if (name === undefined) throw new UsageError('which provider?', `Add --provider <name>: ${known}`)
  const parsed = parseProvider(name)
  if (parsed !== undefined) return parsed
  throw new UsageError(`there is no provider "${visibleLine(name.slice(0, 80))}"`, `There are: ${known}`)
}

/** An id as it may stand in a config list. Error: `sender_invalid`. */
export const senderOf = (provider: ProviderId, text: string): SenderId => {
  const sender = parseListEntry(provider, text)
  if (sender !== undefined) return sender
  throw new ClawdbotError(
    'sender_invalid',
    `"${visibleLine(text.slice(0, 80))}" is not a ${PROVIDER_LABEL[provider]} id.`,
    `It has to be ${SENDER_ID_HINT[provider]}.`,
  )
}
