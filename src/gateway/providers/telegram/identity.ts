import { parseSenderId, type SenderId } from '../../../shared/domain/identity.ts'

/** Accounts through which Telegram itself speaks for others: whoever allows one of them allows everybody. */
const STAND_INS: ReadonlySet<number> = new Set([
  777_000, // Telegram: service messages and automatic forwards of channels
  1_087_968_824, // GroupAnonymousBot: any anonymous admin
  136_817_688, // Channel_Bot: any channel
  1_271_266_957, // Replies: any comment
])

export const isStandIn = (userId: number): boolean => STAND_INS.has(userId)

/**
 * `from.id` as a sender. Names are no identity: they can be changed, sold and taken over (CVE-2026-28480).
 * Null for what is no positive whole number that JSON can carry exactly.
 */
export const telegramSender = (userId: number): SenderId | null =>
  Number.isSafeInteger(userId) ? (parseSenderId('telegram', String(userId)) ?? null) : null
