import type { SenderId } from './identity.ts'
import type { Trust } from './people.ts'
import type { SessionKey } from './session.ts'

/** Why a message went nowhere. Each is shown to the owner in words. */
export const DROP_REASONS = {
  not_a_message: 'not a new message (edit, reaction, service note or the like)',
  own_message: 'our own message',
  bot: 'sent by a bot',
  on_behalf: 'sent in the name of somebody else',
  not_direct: 'not a private chat',
  unknown_sender: 'the sender has no valid id',
  duplicate: 'delivered before',
  empty: 'no text',
  disabled: 'direct messages are disabled on this provider',
  blocked: 'the sender is blocked',
  not_allowed: 'the sender is not on the allowlist',
  forwarded_by_stranger: 'a stranger passed on somebody else’s message',
  pairing_echo: 'a pairing text of another gateway',
  only_self_chat: 'this is the owner’s own number: only their chat with themselves is heard',
  number_moved: 'the number belongs to another account than when it was let in',
  open_without_star: 'the policy is open but allowFrom has no "*"',
} as const

export type DropReason = keyof typeof DROP_REASONS

/** Why somebody who has a conversation with us was refused, as its transcript says it. */
const REFUSAL_REASONS = {
  ...DROP_REASONS,
  not_paired: 'the sender may not write here, and has to ask for access',
  too_many_waiting: 'more messages waited than are taken in',
} as const

export type RefusalReason = keyof typeof REFUSAL_REASONS

const REFUSAL_WORDS: ReadonlyMap<string, string> = new Map(Object.entries(REFUSAL_REASONS))

/** A reason that a file names, in words; itself if this version does not know it. */
export const refusalWords = (reason: string): string => REFUSAL_WORDS.get(reason) ?? reason

export type Verdict =
  | {
      readonly kind: 'accept'
      readonly trust: Trust
      readonly session: SessionKey
      /** By which name the lists know the sender. */
      readonly person: SenderId
      /** The number is on a list, and stands for no account yet: from now on it stands for this one. */
      readonly bind: SenderId | null
    }
  | {
      readonly kind: 'pair'
      readonly answer: boolean
      readonly person: SenderId
      /** The number that they write from was let in when it belonged to another account. */
      readonly moved: SenderId | null
    }
  | { readonly kind: 'drop'; readonly reason: DropReason }
