import { type Benchmark, median, rounded } from '../figure.ts'
import { openLinked } from './linked.ts'

const RUNS = 10
const FRIEND = '+15551000000'

/** From a connection that breaks to the answer to a message that was sent meanwhile. */
export const reconnect: Benchmark = {
  name: 'reconnect',
  run: async () => {
    const { bench, server, end } = await openLinked([FRIEND])
    try {
      const friend = await server.addContact({ number: FRIEND, lid: '77770001000@lid' })
      const times: number[] = []
      for (let run = 1; run <= RUNS; run += 1) {
        await bench.until(({ providers }) =>
          providers.some(({ state, link }) => link !== null && state === 'connected'),
        )
        const started = performance.now()
        server.faults.drop()
        await friend.send(`say ${run}`)
        await server.until(() => friend.received.length === run, 'the answer')
        times.push(performance.now() - started)
      }
      return [{ name: 'whatsapp.reconnect_ms', value: rounded(median(times), 0), unit: 'ms', goal: '-' }]
    } finally {
      await end()
    }
  },
}
