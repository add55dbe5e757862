import { setTimeout as pause } from 'node:timers/promises'
import { type Benchmark, median, rounded } from '../figure.ts'
import { openWorkbench, pidOf, residentBytes } from '../support/workbench.ts'

const RUNS = 7
/** What a gateway allocates at its start is collected after a moment; idle means after that. */
const IDLE_AFTER_MS = 10_000

export const gatewayReady: Benchmark = {
  name: 'gateway',
  run: async () => {
    const bench = await openWorkbench()
    try {
      const times: number[] = []
      for (let run = 0; run <= RUNS; run += 1) {
        const started = performance.now()
        await bench.supervisor.start()
        await bench.until((state) => state.gateway.phase === 'running')
        // The first run warms the disk cache.
        if (run > 0) times.push(performance.now() - started)
        if (run < RUNS) await bench.supervisor.stop()
      }
      await bench.telegram.waitFor(() => bench.telegram.isPolling())
      await pause(IDLE_AFTER_MS)
      const rss = await residentBytes(pidOf(bench.supervisor.snapshot().state))
      return [
        { name: 'gateway.ready_ms', value: rounded(median(times), 0), unit: 'ms', goal: 'under 500' },
        { name: 'gateway.rss_mb', value: rounded(rss / 1e6), unit: 'MB', goal: 'under 110' },
      ]
    } finally {
      await bench.end()
    }
  },
}
