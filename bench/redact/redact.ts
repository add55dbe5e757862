import { secretTag } from '../../src/shared/log/secret-tag.ts'
import { createRedactor } from '../../src/shared/redact/redactor.ts'
import { type Benchmark, median, rounded } from '../figure.ts'
import { baits } from './baits.ts'
import { corpus, recallOf } from './corpus.ts'

const LINES = 20_000
const ROUNDS = 5
/** A line of the log is not longer. UTF-16 units. */
const LONGEST_LINE = 64 * 1024
const SEED = 20260106

const redactLine = createRedactor({
  secrets: Array.from(
    { length: 8 },
    (_, number) => `bench-secret-${number}-${secretTag(String(number)).repeat(4)}`,
  ),
  tag: secretTag,
})

/** As our own log has them, some 300 bytes each. */
const logLines = Array.from({ length: LINES }, (_, number) => {
  const time = new Date(Date.UTC(2026, 0, 6) + number * 997).toISOString()
  return `${JSON.stringify({
    time,
    0: '{"subsystem":"gateway/turns"}',
    1: `the turn ended after ${number % 977} ms with ${number % 13} tool calls`,
    2: { event: secretTag(time), session: `telegram:dm:${811204553 + number}`, inputTokens: number },
    _meta: {
      runtime: 'node',
      runtimeVersion: '26.0.0',
      name: 'clawdbot',
      pid: 4711,
      date: time,
      logLevelId: 3,
      logLevelName: 'INFO',
    },
  })}\n`
})

const millisecondsOf = (work: () => void): number => {
  const from = performance.now()
  work()
  return performance.now() - from
}

const speed: Benchmark = {
  name: 'lines of our own log a second, in one thread',
  run: () => {
    const rounds = Array.from({ length: ROUNDS + 1 }, () =>
      millisecondsOf(() => {
        for (const line of logLines) redactLine(line)
      }),
    ).slice(1)
    const value = Math.round(LINES / (median(rounds) / 1000))
    return Promise.resolve([{ name: 'redact.lines_per_s', value, unit: '/s', goal: '> 50,000' }])
  },
}

const worst: Benchmark = {
  name: 'the slowest line of 64 Ki characters that we can think of',
  run: () => {
    const lines = [...baits(LONGEST_LINE).values()]
    for (const line of lines) redactLine(line)
    const times = lines.map((line) =>
      median(Array.from({ length: ROUNDS }, () => millisecondsOf(() => redactLine(line)))),
    )
    return Promise.resolve([
      { name: 'redact.worst_line_ms', value: rounded(Math.max(...times), 2), unit: 'ms', goal: '< 5' },
    ])
  },
}

const recall: Benchmark = {
  name: 'keys of the common services that are found',
  run: () => {
    const { found, total } = recallOf(redactLine, corpus(SEED))
    return Promise.resolve([
      { name: 'redact.recall_pct', value: rounded((100 * found) / total), unit: '%', goal: '>= 97' },
    ])
  },
}

export const redact: readonly Benchmark[] = [speed, worst, recall]
