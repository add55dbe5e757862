import type { proto } from '@whiskeysockets/baileys'
import type { BadFile, MediaHost } from '../media.ts'

export interface FileOptions {
  readonly caption?: string
  readonly fileName?: string
  readonly mimetype?: string
  /** Something that is wrong with the file at the host. */
  readonly bad?: BadFile
  /** Other facts than the true ones. */
  readonly facts?: proto.Message.IDocumentMessage & proto.Message.IImageMessage & proto.Message.IAudioMessage
}

/** Puts the file with the media host and makes the message that brings it, as phones do. */
export const fileMessage = (
  media: MediaHost,
  kind: 'image' | 'document' | 'voice',
  bytes: Uint8Array,
  { caption, fileName, mimetype, bad, facts = {} }: FileOptions,
): proto.IMessage => {
  const stored = media.put(kind === 'voice' ? 'audio' : kind, bytes, bad)
  const words = caption === undefined ? {} : { caption }
  switch (kind) {
    case 'image':
      return {
        imageMessage: {
          ...stored,
          mimetype: mimetype ?? 'image/jpeg',
          width: 4,
          height: 3,
          ...words,
          ...facts,
        },
      }
    case 'document': {
      const title = fileName ?? 'document.pdf'
      const documentMessage = {
        ...stored,
        mimetype: mimetype ?? 'application/pdf',
        fileName: title,
        title,
        ...words,
        ...facts,
      }
      // Phones wrap a document only if it has a caption.
      return caption === undefined
        ? { documentMessage }
        : { documentWithCaptionMessage: { message: { documentMessage } } }
    }
    case 'voice':
      return {
        audioMessage: {
          ...stored,
          mimetype: mimetype ?? 'audio/ogg; codecs=opus',
          seconds: 2,
          ptt: true,
          ...facts,
        },
      }
    default:
      throw new Error(`no such file: ${String(kind satisfies never)}`)
  }
}
