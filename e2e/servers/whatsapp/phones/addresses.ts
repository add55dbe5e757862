/** A person, as WhatsApp addresses them. */
export interface Person {
  /** `+` and digits; undefined once somebody else has the number. */
  readonly number: string | undefined
  /** `<digits>@lid` */
  readonly lid: string | undefined
}

/** By which of the two addresses of a person a stanza goes. */
export type Addressing = 'lid' | 'number'

/** `+15550001111` from that or from its digits. Throws at anything else. */
export const asNumber = (text: string): string => {
  const digits = /^\+?(\d{5,15})$/.exec(text)?.[1]
  if (digits === undefined) throw new Error(`${text} is no phone number`)
  return `+${digits}`
}

/** `777@lid` from that or from its digits. Throws at anything else. */
export const asLid = (text: string): string => {
  const digits = /^(\d{1,20})(?:@lid)?$/.exec(text)?.[1]
  if (digits === undefined) throw new Error(`${text} is no LID`)
  return `${digits}@lid`
}

const withDevice = (user: string, device: number, server: string): string =>
  `${user}${device === 0 ? '' : `:${device}`}@${server}`

/** `15550001111@s.whatsapp.net`, or with `:device`. Throws if the person has no number. */
export const numberJid = ({ number }: Person, device = 0): string => {
  if (number === undefined) throw new Error('this person has no number any more')
  return withDevice(number.slice(1), device, 's.whatsapp.net')
}

/** `777@lid`, or with `:device`. Throws if the person has no LID. */
export const lidJid = ({ lid }: Person, device = 0): string => {
  if (lid === undefined) throw new Error('this person has no LID')
  return withDevice(lid.slice(0, -'@lid'.length), device, 'lid')
}

export const jidOf = (person: Person, as: Addressing, device = 0): string =>
  as === 'lid' ? lidJid(person, device) : numberJid(person, device)

/** How a jid addresses, and the number of the device it names. Throws if it is no person's. */
export const parseAddress = (jid: string): { readonly as: Addressing; readonly device: number } => {
  const [, device = '0', server] = /^\d+(?::(\d+))?@(s\.whatsapp\.net|lid)$/.exec(jid) ?? []
  if (server === undefined) throw new Error(`${jid} is nobody's address`)
  return { as: server === 'lid' ? 'lid' : 'number', device: Number(device) }
}
