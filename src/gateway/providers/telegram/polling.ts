import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from 'grammy'
import { z } from 'zod'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { toErrorView } from '../../../shared/domain/error.ts'
import type { ProviderHandlers } from '../provider.ts'
import { forGrammy, POLL_SECONDS } from './api.ts'
import { type ApiFailure, readFailure } from './api-failure.ts'
import { normalise, updateIdOf } from './normalise.ts'

export interface PollingOptions {
  readonly api: Api
  readonly token: string
  readonly handlers: ProviderHandlers
  readonly signal: AbortSignal
  /** The first pause after a failure; it doubles up to 60 of them. Milliseconds. */
  readonly pauseMs: number
}

/** While updates may go elsewhere, a poll is short, so that it is soon known whether they come here again. */
const PROBE_SECONDS = 5
/** Updates of one answer; fewer mean that nothing more waits. Half of what Telegram would give: a flood grows us less. */
const BATCH = 50
const CONFLICT_PAUSES_FROM = 5
const MAX_PAUSES = 60

const me = z.looseObject({ id: z.int().positive(), username: z.string().optional() })
const webhookInfo = z.looseObject({ url: z.string().optional() })

/** Telegram is well, and we could not keep what it told us. */
class NotWritten extends Error {}
/** Somebody has told Telegram to deliver to an address instead. */
class WebhookSet extends Error {}

/**
 * Hears updates until the signal aborts or the token is refused; never rejects. `bot.start()` of grammY is not used,
 * for three reasons: it deletes the owner's webhook unasked, it moves the offset past an update before that is
 * handled, and it retries in silence.
 */
export const poll = async (options: PollingOptions): Promise<void> => {
  const { handlers, signal } = options
  const state: State = { bot: undefined, offset: 0, drained: false, trouble: undefined, failures: 0 }
  handlers.status({ state: 'connecting', detail: '' })
  let told = 'connecting'
  const tell = (status: Parameters<ProviderHandlers['status']>[0]): void => {
    const text = `${status.state} ${status.detail}`
    if (text !== told) handlers.status(status)
    told = text
  }
  while (!signal.aborted) {
    try {
      await round(state, options)
      if (state.drained) tell({ state: 'connected', detail: '' })
    } catch (error) {
      if (signal.aborted) break
      const failure = describe(error, options.token)
      state.failures += 1
      state.trouble = failure.kind
      tell(statusOf(failure))
      if (failure.kind === 'refused') return
      await pause(failure, state.failures, options)
    }
  }
  if (state.bot !== undefined) await confirm(state.offset, options.api)
}

/** Who we are at Telegram. */
interface Bot {
  readonly id: number
  readonly username?: string | undefined
}

interface State {
  bot: Bot | undefined
  /** The next update to ask for: everything below is handled. */
  offset: number
  /** What had waited before we connected is handled. */
  drained: boolean
  trouble: Trouble['kind'] | undefined
  /** In a row. */
  failures: number
}

type Trouble = ApiFailure | { readonly kind: 'not_written'; readonly why: string }

const round = async (state: State, { api, handlers, signal }: PollingOptions): Promise<void> => {
  state.bot ??= await introduce(api, signal)
  const { id: botId, username: botName } = state.bot
  const waited = !state.drained
  const updates = await api.getUpdates(
    { offset: state.offset, limit: BATCH, timeout: pollSeconds(state), allowed_updates: ['message'] },
    forGrammy(signal),
  )
  if (!Array.isArray(updates)) throw new Error('the answer is no list')
  for (const update of inOrder(updates)) {
    try {
      handlers.receive(normalise(update.raw, { botId, botName, waited }))
    } catch (error) {
      throw new NotWritten(toErrorView(error).message, { cause: error })
    }
    state.offset = Math.max(state.offset, update.id + 1)
  }
  if (updates.length < BATCH) state.drained = true
  state.failures = 0
  state.trouble = undefined
}

/** Who we are, and that nobody else gets our updates. */
const introduce = async (api: Api, signal: AbortSignal): Promise<Bot> => {
  const { id, username } = me.parse(await api.getMe(forGrammy(signal)))
  const { url = '' } = webhookInfo.parse(await api.getWebhookInfo(forGrammy(signal)))
  if (url !== '') throw new WebhookSet()
  return { id, username }
}

/** At first only what waits is fetched; after trouble it is soon known whether all is well. */
const pollSeconds = (state: State): number => {
  if (!state.drained) return 0
  if (state.trouble === 'conflict') return PROBE_SECONDS
  return state.trouble === undefined ? POLL_SECONDS : 0
}

/** A server may repeat and reorder; what has no id can not be confirmed and is passed over. */
const inOrder = (updates: readonly unknown[]): readonly { readonly id: number; readonly raw: unknown }[] =>
  updates
    .flatMap((raw) => {
      const id = updateIdOf(raw)
      return id === undefined ? [] : [{ id, raw }]
    })
    .sort((a, b) => a.id - b.id)

const describe = (error: unknown, token: string): Trouble => {
  if (error instanceof NotWritten) return { kind: 'not_written', why: error.message }
  if (error instanceof WebhookSet) return { kind: 'conflict', with: 'webhook' }
  return readFailure(error, token)
}

const statusOf = (failure: Trouble): Parameters<ProviderHandlers['status']>[0] => {
  switch (failure.kind) {
    case 'refused':
      return { state: 'refused', detail: `${failure.why}. Check the bot token, then start again.` }
    case 'conflict':
      return { state: 'conflict', detail: CONFLICTS[failure.with] }
    case 'not_written':
      return {
        state: 'failed',
        detail: `A message could not be taken in and stays at Telegram: ${failure.why}`.slice(0, 500),
      }
    case 'busy':
    case 'rejected':
    case 'unreachable':
    case 'ambiguous':
      return { state: 'retrying', detail: `No messages from Telegram: ${failure.why}. It is tried again.` }
    default:
      return assertNever(failure)
  }
}

const CONFLICTS = {
  webhook:
    'This bot sends its messages to a webhook, so none arrive here. Remove the webhook (deleteWebhook) or use another bot.',
  'another program':
    'Another program receives the messages of this bot. Stop it, or use another bot; only one can have them.',
} as const

const pause = async (
  failure: Trouble,
  failures: number,
  { pauseMs, signal }: PollingOptions,
): Promise<void> => {
  const first = failure.kind === 'conflict' ? CONFLICT_PAUSES_FROM : 1
  const backoff = pauseMs * Math.min(MAX_PAUSES, first * 2 ** Math.min(failures - 1, 10))
  const asked = failure.kind === 'busy' ? Math.min(failure.retryAfterMs, MAX_PAUSES * 1000) : 0
  try {
    await sleep(Math.max(backoff, asked), undefined, { signal })
  } catch {
    // The signal aborted: the loop sees it next.
  }
}

/** Tells Telegram what is handled, so that the next start does not get it again. Best effort: we know it too. */
const confirm = async (offset: number, api: Api): Promise<void> => {
  if (offset === 0) return
  try {
    await api.getUpdates({ offset, limit: 1, timeout: 0 }, forGrammy(AbortSignal.timeout(1000)))
  } catch {
    // The journal knows what was accepted.
  }
}
