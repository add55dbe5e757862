import { z } from 'zod'
import type { BotAccount } from './bot-account.ts'
import { integer, json } from './params.ts'
import { TERMINATED_BY_OTHER_POLL } from './poll-slot.ts'
import { failure, type Outcome, result } from './types.ts'
import { UPDATE_KINDS } from './update-kinds.ts'

/** telegram-bot-api ignores an update kind it does not know; here it is an error, since it can only be a slip. */
export const getUpdatesParams = z.strictObject({
  offset: integer.optional(),
  limit: integer.optional(),
  timeout: integer.optional(),
  allowed_updates: json(z.array(z.enum(UPDATE_KINDS))).optional(),
})

interface PollContext {
  readonly bot: BotAccount
  readonly gone: AbortSignal
  readonly now: () => number
  readonly slowRepeatedPolls: boolean
}

const WEBHOOK_IS_ACTIVE =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/**
 * Long polling as in telegram-bot-api's `Client.cpp`, with one rule made stricter: the older of two concurrent
 * requests is ended by any newer one, also by one that would not have to wait itself.
 */
export const getUpdates = async (
  params: z.output<typeof getUpdatesParams>,
  { bot, gone, now, slowRepeatedPolls }: PollContext,
): Promise<Outcome> => {
  if (bot.webhookUrl !== '') return failure(409, WEBHOOK_IS_ACTIVE)
  const offset = params.offset ?? 0
  let limit = clamp(params.limit ?? 100, 1, 100)
  let timeout = clamp(params.timeout ?? 0, 0, 50)
  const startedAt = now()
  const last = bot.lastPoll
  if (slowRepeatedPolls && last !== undefined && last.offset === offset) {
    if (timeout < 3 && startedAt < last.startedAt + 3000) timeout = 3
    if (startedAt < last.finishedAt + 500) limit = 1
  }
  if (params.allowed_updates !== undefined) bot.allowedUpdates = params.allowed_updates
  bot.poll.terminate(TERMINATED_BY_OTHER_POLL)
  bot.queue.confirm(offset)
  const take = () => bot.queue.take(limit)
  const ready = take()
  const outcome =
    ready.length > 0 || timeout === 0 ? result(ready) : await bot.poll.wait(take, timeout * 1000, gone)
  bot.lastPoll = { offset, startedAt, finishedAt: now() }
  return outcome
}
