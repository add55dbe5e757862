import { type BinaryNode, getBinaryNodeChild, jidDecode } from '@whiskeysockets/baileys'

export const node = (
  tag: string,
  attrs: Record<string, string> = {},
  content?: BinaryNode['content'],
): BinaryNode => (content === undefined ? { tag, attrs } : { tag, attrs, content })

export const childrenOf = (parent: BinaryNode | undefined): readonly BinaryNode[] =>
  Array.isArray(parent?.content) ? parent.content : []

/** The bytes of a child. Throws if it is missing, holds none, or not `length` of them. */
export const bytesOf = (parent: BinaryNode | undefined, tag: string, length?: number): Uint8Array => {
  const content = getBinaryNodeChild(parent, tag)?.content
  if (!(content instanceof Uint8Array) || (length !== undefined && content.length !== length)) {
    throw new Error(`<${parent?.tag ?? 'nothing'}> has no good <${tag}>`)
  }
  return content
}

export const bigEndian = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

/** A user's address without its device; the address itself if it is none of a user. */
export const userOf = (jid: string): string => {
  const decoded = jidDecode(jid)
  return decoded?.server === 's.whatsapp.net' || decoded?.server === 'lid'
    ? `${decoded.user}@${decoded.server}`
    : jid
}

/** Whether it is somebody's address, by number or LID; not a list's, a newsletter's or a bot's. */
export const isUser = (jid: string): boolean => /^\d+(?::\d+)?@(?:s\.whatsapp\.net|lid)$/.test(jid)

/** 0 if the address names no device. */
export const deviceOf = (jid: string): number => jidDecode(jid)?.device ?? 0

/** For a list of what went wrong: what a stanza is, without keys, texts and long contents. */
export const describe = (stanza: BinaryNode): string => {
  const attrs = Object.entries(stanza.attrs)
    .filter(([name]) => name !== 'id')
    .map(([name, value]) => ` ${name}=${value}`)
    .join('')
  const children = childrenOf(stanza).map((child) => child.tag)
  return `<${stanza.tag}${attrs}>${children.length > 0 ? ` with ${children.join(', ')}` : ''}`
}
