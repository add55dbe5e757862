import type { proto } from '@whiskeysockets/baileys'
import type { AttachmentKind } from '../../../shared/domain/inbound.ts'

/** UTF-16 units of a name that stands in a description. */
const MAX_NAME = 80
const MAX_CONTACTS = 5

/** What could end the description, begin a line, or is not to be seen. */
const UNFIT = /[[\]()\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A place on the map, in words: the agent gets no map. Undefined without one. */
export const describedLocation = (
  location: proto.Message.ILocationMessage | null | undefined,
): string | undefined => {
  if (location === null || location === undefined) return undefined
  const { degreesLatitude: latitude, degreesLongitude: longitude } = location
  const name = nameOf(location.name) || nameOf(location.address)
  const named = name === '' ? '' : ` (${name})`
  return isWithin(latitude, 90) && isWithin(longitude, 180)
    ? `[Location: ${latitude.toFixed(5)}, ${longitude.toFixed(5)}${named}]`
    : '[Location]'
}

/** Contact cards, by name alone: whose number it is stays with whoever sent it. Undefined without any. */
export const describedContacts = ({
  contactMessage,
  contactsArrayMessage,
}: proto.IMessage): string | undefined => {
  const cards = [...(contactMessage ? [contactMessage] : []), ...(contactsArrayMessage?.contacts ?? [])]
  if (cards.length === 0) return contactsArrayMessage ? '[Contact]' : undefined
  const lines = cards.slice(0, MAX_CONTACTS).map(({ displayName }) => {
    const name = nameOf(displayName)
    return name === '' ? '[Contact]' : `[Contact: ${name}]`
  })
  const more = cards.length - lines.length
  return [...lines, ...(more > 0 ? [`[${more} more contacts]`] : [])].join('\n')
}

const ONCE_WORDS: Readonly<Record<AttachmentKind, string>> = {
  photo: 'A photo',
  video: 'A video',
  animation: 'A video',
  video_note: 'A video',
  voice: 'A voice message',
  audio: 'An audio file',
  document: 'A document',
  sticker: 'A sticker',
}

/** What was sent to be seen once is not fetched, and said to be there. */
export const describedOnce = (kind: AttachmentKind): string =>
  `[${ONCE_WORDS[kind]} to be seen once: not fetched]`

const nameOf = (given: string | null | undefined): string =>
  (given ?? '').slice(0, MAX_NAME).replace(UNFIT, ' ').replace(/ +/g, ' ').trim()

const isWithin = (degrees: number | null | undefined, most: number): degrees is number =>
  typeof degrees === 'number' && Math.abs(degrees) <= most
