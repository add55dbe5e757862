import { z } from 'zod'
import { cleanFileName } from '../../../shared/domain/file-name.ts'
import { type Attachment, type AttachmentKind, MAX_ATTACHMENTS } from '../../../shared/domain/inbound.ts'

/** A file of the Bot API, whatever it holds. Its `file_id` is Telegram's, and goes back there as it came. */
const file = z.looseObject({
  file_id: z.string().regex(/^[A-Za-z0-9_-]{1,400}$/),
  file_size: z.int().nonnegative().optional().catch(undefined),
  file_name: z.string().optional().catch(undefined),
})
type File = z.infer<typeof file>

const side = z.int().nonnegative()
const photo = file.extend({ width: side, height: side })
const sticker = file.extend({ is_animated: z.boolean().catch(false), is_video: z.boolean().catch(false) })

/** What those are called that Telegram gives no name. */
const NAMES = {
  animation: 'animation.mp4',
  document: 'document',
  audio: 'audio.mp3',
  video: 'video.mp4',
  voice: 'voice.ogg',
  video_note: 'video-note.mp4',
} as const satisfies Partial<Record<AttachmentKind, string>>

const NAMED = ['document', 'audio', 'video', 'voice', 'video_note'] as const

/** The files of one message. What is not as the Bot API says is none. */
export const attachmentsOf = (message: Readonly<Record<string, unknown>>): readonly Attachment[] => {
  const named = (kind: keyof typeof NAMES): Attachment | undefined => {
    const found = file.safeParse(message[kind]).data
    return found && attachment(kind, found, NAMES[kind])
  }
  // A moving picture stands there a second time, as a document, for bots that know no such thing.
  const animation = named('animation')
  const others = animation === undefined ? NAMED.map(named) : [animation]
  return [...others, photoOf(message['photo']), stickerOf(message['sticker'])]
    .filter((each) => each !== undefined)
    .slice(0, MAX_ATTACHMENTS)
}

const attachment = (
  kind: AttachmentKind,
  { file_id: ref, file_size, file_name }: File,
  name: string,
): Attachment => ({
  fileName: cleanFileName(file_name ?? '', name),
  size: file_size ?? null,
  kind,
  ref,
})

/** Telegram offers one photo in several sizes. */
const photoOf = (sizes: unknown): Attachment | undefined => {
  const known = Array.isArray(sizes) ? sizes.flatMap((size) => photo.safeParse(size).data ?? []) : []
  const [largest] = known.toSorted((a, b) => b.width * b.height - a.width * a.height)
  return largest && attachment('photo', largest, 'photo.jpg')
}

const stickerOf = (given: unknown): Attachment | undefined => {
  const found = sticker.safeParse(given).data
  if (found === undefined) return undefined
  const ending = found.is_animated ? 'tgs' : found.is_video ? 'webm' : 'webp'
  return attachment('sticker', found, `sticker.${ending}`)
}
