import type { ProviderId } from '../../shared/domain/provider.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import type { NumberTold } from '../../shared/state/number-store.ts'

/** Whether the config names the linked number as the owner's, or as that of somebody who is let in. */
export const isOwnersNumber = (
  { owner, providers }: Pick<Config, 'owner' | 'providers'>,
  number: string | null,
): boolean => [...(owner.whatsapp ?? []), ...providers.whatsapp.allowFrom].some((id) => id === number)

/**
 * Whether nobody is heard but the owner in the chat with themselves: on a number that people write to the owner by, everybody
 * who does would be answered by the agent. It is so until the owner has said that the number is the agent's alone, and even then
 * where the config names it; `whatsapp.selfChatMode` decides over both.
 */
export const isOnlySelf = (
  config: Pick<Config, 'owner' | 'providers' | 'whatsapp'>,
  provider: ProviderId,
  told: NumberTold | undefined,
): boolean => {
  if (provider !== 'whatsapp') return false
  const { selfChatMode } = config.whatsapp
  return selfChatMode ?? (told?.use !== 'separate' || isOwnersNumber(config, told.number))
}
