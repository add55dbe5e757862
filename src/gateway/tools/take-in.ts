import { createHash } from 'node:crypto'
import { toErrorView } from '../../shared/domain/error.ts'
import type { Attachment } from '../../shared/domain/inbound.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { Logger } from '../../shared/log/logger.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { Fetched } from '../providers/provider.ts'
import { clean } from './clean.ts'
import { createDoor, type Door, type DoorOptions, placeOf, type Refused, refused } from './door.ts'
import { ABORTED, type Done, notDone, unlessAborted } from './hand-tool.ts'
import { MAX_TRANSFER_BYTES, TOO_LARGE } from './transfer.ts'

export interface TakeInOptions extends DoorOptions {
  /** Fetches an attachment from where it came. */
  readonly fetchFile: (
    provider: ProviderId,
    ref: string,
    maxBytes: number,
    signal: AbortSignal,
  ) => Promise<Fetched>
  readonly log: Logger
}

/** What became of the attachments of a message. */
export type TakenIn =
  /** A line for each, for the model and the transcript. */
  | { readonly kind: 'taken'; readonly lines: readonly string[] }
  /** What stopped it ends this process: the message stays open for the next run. */
  | { readonly kind: 'open' }

export type TakeIn = (item: AcceptedItem, signal: AbortSignal) => Promise<TakenIn>

/**
 * Takes in what an accepted message brought along, where its sender may write: into the `inbox` of their workspace, by the
 * helper of their sandbox or of the host, like any other write. The gateway itself writes to no path, and to whom nothing is
 * given nothing is fetched. The same message gets the same names again. Never throws.
 */
export const createTakeIn =
  (options: TakeInOptions): TakeIn =>
  async (item, signal) => {
    const door = createDoor(options, item)
    const lines: string[] = []
    for (const [index, attachment] of item.attachments.entries()) {
      const arrival = { item, attachment, number: index + 1 }
      const taken = await takeInOne(arrival, door, options, signal).catch((error: unknown) => {
        options.log.error('an attachment could not be taken in', {
          event: item.eventId,
          session: item.session,
          error,
        })
        return refused(toErrorView(error).message)
      })
      if (taken.kind === 'refused' && taken.isPassing === true) return { kind: 'open' }
      const { eventId: event, session } = item
      options.log.info('an attachment', {
        event,
        session,
        kind: attachment.kind,
        taken: taken.kind === 'saved',
      })
      lines.push(oneLine(clean(lineOf(taken, attachment), options)))
    }
    return { kind: 'taken', lines }
  }

interface Arrival {
  readonly item: AcceptedItem
  readonly attachment: Attachment
  /** From 1 on. */
  readonly number: number
}

interface Saved {
  readonly kind: 'saved'
  readonly path: string
  readonly size: number
}

const takeInOne = async (
  { item, attachment, number }: Arrival,
  door: Door,
  options: TakeInOptions,
  signal: AbortSignal,
): Promise<Saved | Refused> => {
  const now = door.allowed('write')
  if (now.kind === 'refused') return now
  if ((attachment.size ?? 0) > MAX_TRANSFER_BYTES) return refused(TOO_LARGE)
  // Nothing is fetched that has nowhere to go.
  await options.hands.of(placeOf(now.right, false) ?? 'sandbox', item.session)
  const fetched = await options.fetchFile(item.provider, attachment.ref, MAX_TRANSFER_BYTES, signal)
  if (fetched.kind === 'failed') return refused(fetched.why)
  const { bytes } = fetched
  const path = pathFor(item, attachment, number)
  const came = await door.act(
    {
      name: 'write',
      call: {
        id: `attachment:${item.entryId}:${number}`,
        name: 'write',
        arguments: { path, bytes: bytes.length, sha256: sha256(bytes) },
      },
      wantsHost: false,
      prepared: {
        act: async (client): Promise<Done> => {
          const answer = await unlessAborted(signal, client.write(path, bytes))
          if (answer.kind === 'aborted') return ABORTED
          if (answer.kind !== 'written') return notDone(answer)
          return { outcome: 'done', detail: `${answer.size} bytes`, text: '', isError: false }
        },
      },
    },
    signal,
  )
  if (came.kind === 'refused') return came
  return came.result.isError ? refused(came.result.text) : { kind: 'saved', path, size: bytes.length }
}

/** Of the message and of nothing else, so that taking it in a second time replaces what came of the first. */
const pathFor = ({ eventId }: AcceptedItem, { fileName }: Attachment, number: number): string => {
  const message = sha256(eventId).slice(0, 16)
  return `inbox/${message}${number === 1 ? '' : `-${number}`}-${fileName}`
}

/** What is not there is described: it may be all that the message was. */
const lineOf = (taken: Saved | Refused, attachment: Attachment): string =>
  taken.kind === 'saved'
    ? `[Attachment saved as ${taken.path}, ${bytesIn(taken.size)}]`
    : `[An attachment was not taken in: ${taken.why.trim().replace(/\.$/, '')} (${described(attachment)})]`

const described = ({ kind, fileName, size }: Attachment): string =>
  [kind.replace('_', ' '), fileName, ...(size === null ? [] : [bytesIn(size)])].join(', ')

const bytesIn = (size: number): string => `${size.toLocaleString('en-US')} bytes`

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

const sha256 = (given: string | Uint8Array): string => createHash('sha256').update(given).digest('hex')
