import type { Contact, ContactOptions } from './contact.ts'

/** What a crowd needs of the server. */
export interface CrowdServer {
  addContact(options: ContactOptions): Promise<Contact>
  until(condition: () => boolean, what: string, limitMs?: number): Promise<void>
}

export interface CrowdOptions {
  readonly contacts: number
  /** Of each contact. */
  readonly messages: number
  /** What each says, by its number in the crowd and that of the message; `say <contact>.<message>` unless said. */
  readonly words?: (contact: number, message: number) => string
  /** What must come back, once; `<contact>.<message>` unless said. */
  readonly answer?: (contact: number, message: number) => string
  /** The devices of each contact; 1 unless said. */
  readonly devices?: number
  /**
   * How many messages of one contact may be on their way at once: unless said 1, each waits for the answer to the one before it,
   * as with people.
   */
  readonly ahead?: number
  /** From 0 to 1, exclusive: in which order contacts write. The order in which they were made unless given. */
  readonly random?: () => number
}

/** What came back of what a crowd said. Every list is empty where nothing went wrong. */
interface CrowdReport {
  readonly sent: number
  readonly answered: number
  /** What was never answered: `<contact>.<message>`. */
  readonly lost: readonly string[]
  /** What was answered more than once. */
  readonly twice: readonly string[]
  /** What a contact got before the answer to something it had said earlier. */
  readonly outOfOrder: readonly string[]
  /** What nobody had asked for, with whose phone it came to. */
  readonly strange: readonly string[]
  /** How many stanzas came again with an id that the phone had already, of which people see nothing. */
  readonly repeats: number
}

/** Many people who write. */
export interface Crowd {
  readonly members: readonly Contact[]
  /** Lets everybody say everything. Resolves when all is with the server; rejects if that takes longer than `limitMs`. */
  speak(limitMs?: number): Promise<void>
  /** Answers so far, each counted once. */
  readonly answered: number
  /** Resolves when everything has an answer. */
  whole(limitMs?: number): Promise<void>
  report(): CrowdReport
}

const LIMIT_MS = 120_000

/** Numbers from +15551000000 and LIDs from 200000000000, so that they meet no contact of a test. */
export const createCrowd = async (server: CrowdServer, options: CrowdOptions): Promise<Crowd> => {
  const { messages, ahead = 1, random } = options
  const words = options.words ?? ((contact, message) => `say ${contact}.${message}`)
  const answer = options.answer ?? ((contact, message) => `${contact}.${message}`)
  const members: Contact[] = []
  for (let index = 0; index < options.contacts; index += 1) {
    members.push(
      await server.addContact({
        number: `+1555${1_000_000 + index}`,
        lid: `${200_000_000_000 + index}@lid`,
        name: `Member ${index}`,
        devices: options.devices ?? 1,
      }),
    )
  }
  const indexes = Array.from({ length: messages }, (_, index) => index)
  const expected = members.map(
    (_, contact) => new Map(indexes.map((message) => [answer(contact, message), message])),
  )
  let sent = 0

  /** How many different answers of those it waits for a member has. Counted as they come, not each time anew. */
  const progress = members.map(() => ({ read: 0, got: new Set<number>() }))
  const answersOf = (contact: number): number => {
    const state = progress[contact]
    const member = members[contact]
    if (state === undefined || member === undefined) return 0
    for (; state.read < member.received.length; state.read += 1) {
      const message = expected[contact]?.get(member.received[state.read]?.text ?? '')
      if (message !== undefined) state.got.add(message)
    }
    return state.got.size
  }
  const answered = (): number => members.reduce((sum, _, contact) => sum + answersOf(contact), 0)

  const order = members.map((_, contact) => contact)
  if (random !== undefined) shuffle(order, random)

  const speakAll = async (contact: number, limitMs: number): Promise<void> => {
    const member = members[contact]
    if (member === undefined) return
    for (const message of indexes) {
      if (message >= ahead) {
        const wanted = message - ahead + 1
        await server.until(
          () => answersOf(contact) >= wanted,
          `${wanted} answers to ${member.name} (${answered()} of ${members.length * messages} in all)`,
          limitMs,
        )
      }
      const device = (options.devices ?? 1) > 1 ? message % (options.devices ?? 1) : 0
      await member.send(words(contact, message), { device })
      sent += 1
    }
  }

  return {
    members,
    speak: async (limitMs = LIMIT_MS) => {
      await Promise.all(order.map((contact) => speakAll(contact, limitMs)))
    },
    get answered() {
      return answered()
    },
    whole: (limitMs = LIMIT_MS) => {
      const all = members.length * messages
      return server.until(() => answered() >= all, `all ${all} answers`, limitMs)
    },
    report: () => {
      const report = {
        lost: [] as string[],
        twice: [] as string[],
        outOfOrder: [] as string[],
        strange: [] as string[],
      }
      members.forEach((member, contact) => {
        const seen = new Set<number>()
        let last = -1
        for (const { text } of member.received) {
          const message = expected[contact]?.get(text)
          if (message === undefined) report.strange.push(`${member.name}: ${text}`)
          else if (seen.has(message)) report.twice.push(`${contact}.${message}`)
          else {
            if (message < last) report.outOfOrder.push(`${contact}.${message}`)
            seen.add(message)
            last = Math.max(last, message)
          }
        }
        for (const message of indexes) if (!seen.has(message)) report.lost.push(`${contact}.${message}`)
      })
      const repeats = members.reduce((sum, member) => sum + member.repeats, 0)
      return { sent, answered: answered(), ...report, repeats }
    },
  }
}

/** In place, by Fisher and Yates. */
const shuffle = (list: number[], random: () => number): void => {
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1))
    const [a, b] = [list[index], list[other]]
    if (a === undefined || b === undefined) return
    list[index] = b
    list[other] = a
  }
}
