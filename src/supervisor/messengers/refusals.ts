import { ClawdbotError } from '../../shared/domain/error.ts'
import { PROVIDER_LABEL, type ProviderId } from '../../shared/domain/provider.ts'

const impossible = (message: string, hint: string): ClawdbotError =>
  new ClawdbotError('link_impossible', message, hint)

export const neverLinked = (provider: ProviderId): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} is not linked to a phone.`,
    'Only WhatsApp is. How the others are set up stands in docs/configuration.md.',
  )

export const switchedOff = (provider: ProviderId): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} is switched off in the config.`,
    `Remove ${provider}.enabled there, or set it to true.`,
  )

export const linkedAlready = (provider: ProviderId, number: string | undefined): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} is linked already${number === undefined ? '' : `, as ${number}`}.`,
    `Unlink it first, with \`clawdbot unlink ${provider}\` or in the app.`,
  )

export const notLinked = (provider: ProviderId): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} is not linked.`,
    `Link it with \`clawdbot link ${provider}\` or in the app.`,
  )

export const inItsPlace = (provider: ProviderId): ClawdbotError =>
  impossible(`${PROVIDER_LABEL[provider]} is connected.`, 'Nothing has taken its place.')

/** The gateway runs and has said nothing of this messenger. */
export const unheard = (provider: ProviderId): ClawdbotError =>
  impossible(
    `The gateway says nothing of ${PROVIDER_LABEL[provider]}.`,
    'Restart it, and try again. The log may say why.',
  )

/** `detail`: what the gateway says of the messenger. */
export const unusable = (provider: ProviderId, detail: string): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} can not be linked${detail === '' ? '.' : `: ${detail}`}`,
    'Mend that first. The log may say more.',
  )

/** `why` is a sentence of the gateway's. */
export const notUnlinked = (provider: ProviderId, why: string): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} was not unlinked: ${why}`,
    'The phone can remove it too: Settings, Linked devices.',
  )

export const stillLinked = (provider: ProviderId, seconds: number): ClawdbotError =>
  impossible(
    `${PROVIDER_LABEL[provider]} was not unlinked within ${String(seconds)} seconds.`,
    'It goes on trying. The phone can remove it too: Settings, Linked devices.',
  )
