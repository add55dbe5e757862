import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEntry } from '../../src/shared/domain/audit.ts'
import { resolveStatePaths, type StatePaths } from '../../src/shared/state/state-dir.ts'
import { openAudit } from '../../src/supervisor/audit/audit.ts'
import { type Benchmark, rounded } from '../figure.ts'

const APPENDS = 2_000
const RECORDS = 200_000

const SEND: AuditEntry = {
  act: 'message.send',
  actor: 'gateway',
  provider: 'telegram',
  sender: '123456789',
  session: '5c4c9e1e-6d0e-4b0e-9d7b-1f2a3b4c5d6e',
  detail: { bytes: 412 },
}

const withPaths = async <T>(work: (paths: StatePaths) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
  try {
    return await work(resolveStatePaths({ CLAWDBOT_STATE_DIR: folder }, '/nowhere'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** From asking to the answer that the act may happen: one at a time, each on disk. */
const append: Benchmark = {
  name: 'audit append',
  run: () =>
    withPaths(async (paths) => {
      const audit = await openAudit({ paths, now: Date.now })
      const times: number[] = []
      for (let n = 0; n < APPENDS; n += 1) {
        const started = performance.now()
        await audit.intend(SEND)
        times.push(performance.now() - started)
      }
      await audit.close()
      const p99 = times.toSorted((a, b) => a - b)[Math.floor(APPENDS * 0.99)] ?? Number.NaN
      return [{ name: 'audit.append_p99_ms', value: rounded(p99, 2), unit: 'ms', goal: 'under 20' }]
    }),
}

/** The whole chain with its checkpoints, as the app and the command line check it. */
const verify: Benchmark = {
  name: 'audit verify',
  run: () =>
    withPaths(async (paths) => {
      const audit = await openAudit({ paths, now: Date.now })
      for (let n = 0; n < RECORDS; n += 1) {
        audit.note(SEND)
        if (n % 10_000 === 0) await audit.flush()
      }
      await audit.flush()
      await audit.verify()
      const started = performance.now()
      const { ok, records } = await audit.verify()
      const seconds = (performance.now() - started) / 1000
      await audit.close()
      if (!ok || records !== RECORDS + 1) throw new Error(`the audit has ${records} records, ok: ${ok}`)
      return [
        {
          name: 'audit.verify_per_s',
          value: rounded(records / seconds, 0),
          unit: '1/s',
          goal: 'over 100,000',
        },
      ]
    }),
}

export const auditBenchmarks: readonly Benchmark[] = [append, verify]
