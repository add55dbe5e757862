import { setTimeout as pause } from 'node:timers/promises'
import { type Benchmark, rounded } from '../figure.ts'
import { openLinked } from './linked.ts'

const FRIENDS = 50
const EACH = 40
/** Those that wait for an answer at once; a session takes no more than 50. */
const AT_ONCE = 10
/** What loading leaves to be collected is collected after a moment. */
const IDLE_AFTER_MS = 10_000

const numberOf = (friend: number): string => `+1555100${String(friend).padStart(4, '0')}`

/** Messages of friends, through decryption, gate, journals, transcript and audit, until each is answered on its phone. */
export const messages: Benchmark = {
  name: 'messages',
  run: async () => {
    const numbers = Array.from({ length: FRIENDS }, (_, friend) => numberOf(friend))
    const { server, rssBefore, rssNow, end } = await openLinked(numbers)
    try {
      await pause(IDLE_AFTER_MS)
      const rss = await rssNow()
      const contacts = await Promise.all(
        numbers.map((number, friend) => server.addContact({ number, lid: `7777000${1000 + friend}@lid` })),
      )
      // The first message of each begins a session, which costs more and happens once.
      for (const contact of contacts) await contact.send('say hello')
      await server.until(() => contacts.every(({ received }) => received.length === 1), 'the first answers')
      const started = performance.now()
      await Promise.all(
        contacts.map(async (contact) => {
          for (let sent = 0; sent < EACH; sent += 1) {
            await server.until(() => sent + 1 - contact.received.length < AT_ONCE, 'room for another')
            await contact.send(`say ${sent}`)
          }
        }),
      )
      await server.until(() => contacts.every(({ received }) => received.length === EACH + 1), 'all answers')
      const seconds = (performance.now() - started) / 1_000
      const perSecond = (FRIENDS * EACH) / seconds
      return [
        { name: 'whatsapp.messages_per_s', value: rounded(perSecond, 0), unit: '1/s', goal: '-' },
        {
          name: 'whatsapp.rss_added_mb',
          value: rounded((rss - rssBefore) / 1e6),
          unit: 'MB',
          goal: 'under 80',
        },
      ]
    } finally {
      await end()
    }
  },
}
