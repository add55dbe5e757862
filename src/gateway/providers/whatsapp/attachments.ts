import type { proto } from '@whiskeysockets/baileys'
import { cleanFileName } from '../../../shared/domain/file-name.ts'
import type { Attachment, AttachmentKind } from '../../../shared/domain/inbound.ts'
import { formatMediaRef, type MediaType } from './media-ref.ts'

/** Of 64 bits: a number, or a `Long`. */
type Length = number | { readonly toNumber: () => number }

/** What the kinds of media have in common. */
interface File {
  readonly directPath?: string | null
  readonly mediaKey?: Uint8Array | null
  readonly fileEncSha256?: Uint8Array | null
  readonly fileSha256?: Uint8Array | null
  readonly fileLength?: Length | null
  readonly mimetype?: string | null
  readonly viewOnce?: boolean | null
  readonly caption?: string | null
  readonly contextInfo?: proto.IContextInfo | null
}

/** A file that a message says to bring. */
export interface Media {
  readonly kind: AttachmentKind
  readonly type: MediaType
  readonly file: File
  /** As the sender called it; empty where it has no name. */
  readonly name: string
  readonly caption: string
  /** It is to be seen once. */
  readonly isOnce: boolean
  readonly contextInfo: proto.IContextInfo | undefined
}

/** Names and endings of what comes without a name. The sender's word for its type chooses among these and nothing else. */
const NAMES: Readonly<Record<AttachmentKind, readonly [name: string, ending: string]>> = {
  photo: ['photo', 'jpg'],
  video: ['video', 'mp4'],
  animation: ['animation', 'mp4'],
  video_note: ['video-note', 'mp4'],
  voice: ['voice', 'ogg'],
  audio: ['audio', 'mp3'],
  document: ['document', ''],
  sticker: ['sticker', 'webp'],
}

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['video/mp4', 'mp4'],
  ['video/3gpp', '3gp'],
  ['video/quicktime', 'mov'],
  ['audio/ogg', 'ogg'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp4', 'm4a'],
  ['audio/aac', 'aac'],
  ['audio/amr', 'amr'],
  ['application/pdf', 'pdf'],
])

/** The file that a message brings: WhatsApp sends one with each. */
export const mediaIn = (message: proto.IMessage): Media | undefined => {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = message
  if (imageMessage) return media('photo', 'image', imageMessage)
  if (videoMessage)
    return media(videoMessage.gifPlayback === true ? 'animation' : 'video', 'video', videoMessage)
  if (ptvMessage) return media('video_note', 'video', ptvMessage)
  if (audioMessage) return media(audioMessage.ptt === true ? 'voice' : 'audio', 'audio', audioMessage)
  if (documentMessage)
    return media(
      'document',
      'document',
      documentMessage,
      documentMessage.fileName ?? documentMessage.title ?? '',
    )
  if (stickerMessage) return media('sticker', 'image', stickerMessage)
  return undefined
}

/** Undefined where it can not be fetched: a part of what finds and checks it is missing or not of its form. */
export const attachmentOf = ({ kind, type, file, name }: Media): Attachment | undefined => {
  const { directPath, mediaKey, fileEncSha256: encrypted, fileSha256: plain } = file
  if (!directPath || !mediaKey || !encrypted || !plain) return undefined
  const ref = formatMediaRef({ type, directPath, mediaKey, encrypted, plain })
  return ref === undefined
    ? undefined
    : {
        fileName: cleanFileName(name, plainName(kind, file.mimetype)),
        size: sizeOf(file.fileLength),
        kind,
        ref,
      }
}

const media = (kind: AttachmentKind, type: MediaType, file: File, name = ''): Media => ({
  kind,
  type,
  file,
  name,
  caption: file.caption ?? '',
  isOnce: file.viewOnce === true,
  contextInfo: file.contextInfo ?? undefined,
})

const plainName = (kind: AttachmentKind, mimetype: string | null | undefined): string => {
  const [name, usual] = NAMES[kind]
  // `audio/ogg; codecs=opus`
  const ending = ENDINGS.get((mimetype ?? '').split(';')[0]?.trim() ?? '') ?? usual
  return ending === '' ? name : `${name}.${ending}`
}

/** Bytes; null for what is no length. */
const sizeOf = (length: Length | null | undefined): number | null => {
  const size = typeof length === 'number' ? length : length?.toNumber()
  return size !== undefined && Number.isSafeInteger(size) && size >= 0 ? size : null
}
