import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Benchmark, percentile, rounded } from '../figure.ts'
import { generateState } from './generate-state.ts'
import { openArchive } from './open-archive.ts'

const MESSAGES = 1_000_000
const SESSIONS = 5_000
/** What somebody types, letter by letter: frequent words and rare ones, two words, a phrase, a filter. */
const TYPED: readonly string[] = [
  'the invoice',
  'water pump',
  'error',
  '"on monday"',
  'backup tool:bash',
  'is:error deploy',
  'rota -monday',
  'garden provider:telegram',
]

/** From the start of the archive over files that it has never seen; then as you type, from the asker to the first page. */
export const indexAndSearch: Benchmark = {
  name: 'index and search',
  run: async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
    try {
      const { messages } = generateState(stateDir, {
        sessions: SESSIONS,
        messages: MESSAGES,
        logLines: 0,
        seed: 1,
      })
      const started = performance.now()
      const archive = await openArchive(stateDir)
      await archive.until(({ phase }) => phase === 'ready')
      const seconds = (performance.now() - started) / 1000
      const times: number[] = []
      for (const text of TYPED) {
        for (let length = 1; length <= text.length; length += 1) {
          const query = text.slice(0, length)
          const asked = performance.now()
          await archive.client.ask('search', { query, order: 'newest', before: null, limit: 50 })
          times.push(performance.now() - asked)
        }
      }
      await archive.close()
      return [
        {
          name: 'archive.index_per_s',
          value: Math.round(messages / seconds),
          unit: '1/s',
          goal: 'over 40,000',
        },
        {
          name: 'archive.search_p95_ms',
          value: rounded(percentile(times, 0.95)),
          unit: 'ms',
          goal: 'under 30',
        },
      ]
    } finally {
      await rm(stateDir, { recursive: true, force: true })
    }
  },
}
