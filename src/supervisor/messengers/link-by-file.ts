import { assertNever } from '../../shared/domain/assert-never.ts'
import { type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import {
  type LinkAnswer,
  type LinkRequest,
  removeLinkAnswer,
  takeLinkRequest,
  writeLinkAnswer,
} from '../../shared/state/link-request.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { lockedDown } from '../children/launch-plan.ts'
import { coalesce } from '../coalesce.ts'
import { watchFiles } from '../people/watch-files.ts'
import { notRunning } from '../refusals.ts'
import type { LinkDesk } from './link-desk.ts'
import { isLinked, type Standing } from './link-standing.ts'
import { unusable } from './refusals.ts'

/** How long the last answer stays for whoever asked. */
const READ_WITHIN_MS = 10_000

export interface LinkByFileOptions {
  readonly paths: StatePaths
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly desk: Pick<LinkDesk, 'link' | 'unlink' | 'cancel' | 'standingOf' | 'viewOf'>
  readonly isLocked: () => boolean
  readonly onError: (error: unknown) => void
}

/** What `clawdbot link` and `clawdbot unlink` ask of a supervisor that runs already. */
export interface LinkByFile {
  /** Begins to look for requests. An answer that an earlier run left is removed. */
  readonly open: () => Promise<void>
  /** The desk has something else to say. */
  readonly changed: () => void
  /** Removes the answer. */
  readonly close: () => Promise<void>
}

interface UnderWay {
  readonly id: string
  readonly provider: ProviderId
  readonly act: 'link' | 'unlink'
  /** The desk has done its part; from then on the gateway's word says how it goes. */
  asked: boolean
  /** The gateway has begun. */
  begun: boolean
  over: boolean
  error: ErrorView | null
  /** A sentence about what was done. */
  note: string
}

export const createLinkByFile = ({ paths, now, desk, isLocked, onError }: LinkByFileOptions): LinkByFile => {
  let current: UnderWay | undefined
  let watching: { readonly close: () => void } | undefined
  let forget: NodeJS.Timeout | undefined
  let closed = false

  const save = coalesce(async () => {
    if (current === undefined || closed) await removeLinkAnswer(paths)
    else await writeLinkAnswer(paths, answerOf(current))
  })
  const show = (): void => void save().catch(onError)

  const answerOf = ({ id, provider, over, error, note }: UnderWay): LinkAnswer => {
    const { state, detail, code, self } = desk.standingOf(provider)
    const shown = over || isLocked() ? null : code
    return {
      version: 1,
      id,
      progress: over ? 'over' : 'under way',
      state,
      detail,
      code: shown?.text ?? null,
      until: shown?.until ?? null,
      self: self?.number ?? null,
      notes: [...(note === '' ? [] : [note]), ...(over ? (desk.viewOf(provider)?.warnings ?? []) : [])],
      error,
    }
  }

  const end = (mine: UnderWay, error: ErrorView | null): void => {
    if (mine.over) return
    mine.over = true
    mine.error = error
    show()
    clearTimeout(forget)
    forget = setTimeout(() => {
      if (current === mine) current = undefined
      show()
    }, READ_WITHIN_MS)
    forget.unref()
  }

  const follow = (mine: UnderWay): void => {
    const how = howItGoes(mine, desk.standingOf(mine.provider))
    if (isLocked()) end(mine, toErrorView(lockedDown(paths)))
    else if (how === 'linked') end(mine, null)
    else if (how === 'ended') {
      const { state, detail } = desk.standingOf(mine.provider)
      end(mine, toErrorView(state === null ? notRunning() : unusable(mine.provider, detail)))
    } else show()
  }

  const act = async (request: LinkRequest): Promise<void> => {
    const { id, provider } = request
    if (request.act === 'cancel') {
      if (current?.id === id && !current.over) await desk.cancel(provider, 'cli')
      return
    }
    const mine: UnderWay = {
      id,
      provider,
      act: request.act,
      asked: false,
      begun: false,
      over: false,
      error: null,
      note: '',
    }
    current = mine
    show()
    try {
      if (request.act === 'link') await desk.link(provider, request.use, 'cli')
      else mine.note = await desk.unlink(provider, 'cli')
      mine.asked = true
      if (mine.act === 'unlink') end(mine, null)
      else follow(mine)
    } catch (error) {
      end(mine, toErrorView(error))
    }
  }

  const look = coalesce(async () => {
    const taken = await takeLinkRequest(paths, now())
    if (taken.kind === 'garbage') onError(new Error(`a request to link was set aside as ${taken.file}`))
    // Not waited for: it may be a long way, and the next request may be to end it.
    if (taken.kind === 'taken' && !closed) void act(taken.request).catch(onError)
  })

  return {
    async open() {
      await save().catch(onError)
      watching = watchFiles([paths.linkRequest], () => void look().catch(onError))
      await look().catch(onError)
    },
    changed() {
      if (current !== undefined && !current.over) follow(current)
    },
    async close() {
      watching?.close()
      clearTimeout(forget)
      closed = true
      // What was being written would bring the code back.
      await save().catch(onError)
    },
  }
}

/** Of a link that was asked for. What the gateway said before it began is about something else. */
const howItGoes = (mine: UnderWay, standing: Standing): 'under way' | 'linked' | 'ended' => {
  if (mine.act === 'unlink') return 'under way'
  if (standing.state === 'linking') mine.begun = true
  if (standing.state === 'connected' && isLinked(standing) && standing.self !== null) return 'linked'
  if (!mine.asked) return 'under way'
  switch (standing.state) {
    case null:
      return 'ended'
    case 'refused':
    case 'failed':
    case 'off':
    case 'logged_out':
    case 'conflict':
      return 'ended'
    case 'unlinked':
      return mine.begun ? 'ended' : 'under way'
    case 'linking':
    case 'connecting':
    case 'connected':
    case 'retrying':
      return 'under way'
    default:
      return assertNever(standing.state)
  }
}
