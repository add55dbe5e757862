import { type Benchmark, median, rounded } from '../figure.ts'
import { openWorkbench } from '../support/workbench.ts'

const RUNS = 20

/** From the owner's click to the moment when the sender's next message is accepted. */
export const approveAccepted: Benchmark = {
  name: 'approve',
  run: async () => {
    const bench = await openWorkbench()
    const { supervisor } = bench
    try {
      await supervisor.start()
      await bench.until((state) => state.gateway.phase === 'running')
      const times: number[] = []
      for (let run = 0; run < RUNS; run += 1) {
        const sender = `stranger-${run}`
        await supervisor.simulate(sender, 'Stranger', 'hello')
        const waiting = await bench.until((state) => state.requests.some(({ id }) => id === sender))
        const request = waiting.requests.find(({ id }) => id === sender)
        if (request === undefined) throw new Error('the request is gone')
        const started = performance.now()
        await supervisor.approve(request.provider, request.id, request.code)
        await supervisor.simulate(sender, 'Stranger', 'hello again')
        await bench.until((state) =>
          state.activity.some((one) => one.kind === 'accepted' && one.sender === sender),
        )
        times.push(performance.now() - started)
      }
      return [{ name: 'approve.accepted_ms', value: rounded(median(times)), unit: 'ms', goal: 'under 50' }]
    } finally {
      await bench.end()
    }
  },
}
