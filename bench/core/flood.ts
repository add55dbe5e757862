import { setTimeout as pause } from 'node:timers/promises'
import { type Benchmark, rounded } from '../figure.ts'
import { openWorkbench, pidOf, residentBytes } from '../support/workbench.ts'

const MESSAGES = 100_000
const STRANGERS = 10_000

/** 100,000 messages from 10,000 strangers: three get a code, the rest silence, and memory stays where it was. */
export const flood: Benchmark = {
  name: 'flood',
  run: async () => {
    const bench = await openWorkbench()
    const { telegram, supervisor } = bench
    const send = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        telegram.dm(
          { id: 1_000_000 + (index % STRANGERS), first_name: `Stranger ${index}` },
          `message ${index}`,
        )
      }
      await telegram.waitFor(() => telegram.pending() === 0)
    }
    try {
      await supervisor.start()
      const pid = pidOf(await bench.until((state) => state.gateway.phase === 'running'))
      await telegram.waitFor(() => telegram.isPolling())
      // The first few thousand fill the engine's own caches; growth is counted after them.
      await send(0, 5_000)
      await pause(2_000)
      const before = await residentBytes(pid)
      await send(5_000, MESSAGES)
      await pause(2_000)
      const after = await residentBytes(pid)
      const growth = Math.max(0, after - before) / 1e6
      return [
        { name: 'flood.codes_sent', value: telegram.sent.length, unit: 'messages', goal: 'at most 3' },
        { name: 'flood.rss_growth_mb', value: rounded(growth), unit: 'MB', goal: 'under 20' },
      ]
    } finally {
      await bench.end()
    }
  },
}
