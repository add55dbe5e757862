// Ten thousand changes of the audit's files, each of which has to be found and named.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveStatePaths, type StatePaths } from '../../../shared/state/state-dir.ts'
import { NOW } from '../../../shared/state/testing/temp-state.ts'
import { openAudit } from '../audit.ts'
import type { Fault } from '../fault.ts'
import { auditFiles, segmentOf } from '../format/audit-files.ts'
import { NOTE, SEND } from '../testing/audit-files.ts'
import { takeSnapshot } from './snapshot.ts'
import { verifySnapshot } from './verify-audit.ts'

/** What the files are, by name: log-…, checkpoints.jsonl, head.json, audit-head.json. */
type Files = Readonly<Record<string, Buffer>>

const NOTHING = Buffer.alloc(0)
const ANCHOR = 'audit-head.json'
const isLog = (name: string): boolean => segmentOf(name) !== undefined
const pathOf = (paths: StatePaths, name: string): string =>
  join(name === ANCHOR ? paths.root : paths.audit, name)

const read = async (paths: StatePaths): Promise<Files> => {
  const inside = (await readdir(paths.audit)).filter(
    (name) => isLog(name) || name === 'checkpoints.jsonl' || name === 'head.json',
  )
  const names = [...inside.toSorted(), ANCHOR]
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(pathOf(paths, name))] as const)),
  )
}

/** The whole log as one. */
const logOf = (files: Files): Buffer => {
  const names = Object.keys(files).filter(isLog).toSorted()
  return Buffer.concat(names.flatMap((name) => files[name] ?? []))
}

/** The number of the line, from 1, in which two texts first differ. */
const firstDifference = (a: Buffer, b: Buffer): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return a.subarray(0, at).toString('latin1').split('\n').length
}

type Change = (bytes: Buffer) => Buffer

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const place = (where: number, bytes: Buffer): number => Math.floor(where * bytes.length)
const linesOf = (bytes: Buffer): string[] => bytes.toString('latin1').match(/[^\n]*\n/g) ?? []
const ofLines = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'latin1')

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(
    ([where, mask]): Change =>
      (bytes) => {
        const index = place(where, bytes)
        const flipped = Buffer.from(bytes)
        flipped[index] = (bytes[index] ?? 0) ^ mask
        return flipped
      },
  ),
  fc.tuple(at, fc.integer({ min: 1, max: 400 })).map(
    ([where, length]): Change =>
      (bytes) => {
        const index = place(where, bytes)
        return Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + length)])
      },
  ),
  at.map(
    (where): Change =>
      (bytes) => {
        const lines = linesOf(bytes)
        return ofLines(lines.toSpliced(Math.floor(where * lines.length), 1))
      },
  ),
  fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 300 })).map(
    ([where, more]): Change =>
      (bytes) => {
        const index = place(where, bytes)
        return Buffer.concat([bytes.subarray(0, index), more, bytes.subarray(index)])
      },
  ),
  fc.tuple(at, at).map(
    ([from, to]): Change =>
      (bytes) => {
        const lines = linesOf(bytes)
        const line = lines[Math.floor(from * lines.length)] ?? ''
        return ofLines(lines.toSpliced(Math.floor(to * (lines.length + 1)), 0, line))
      },
  ),
  fc.tuple(at, at).map(
    ([one, two]): Change =>
      (bytes) => {
        const lines = linesOf(bytes)
        const [i, j] = [Math.floor(one * lines.length), Math.floor(two * lines.length)]
        return ofLines(lines.with(i, lines[j] ?? '').with(j, lines[i] ?? ''))
      },
  ),
  at.map(
    (where): Change =>
      (bytes) =>
        bytes.subarray(0, place(where, bytes)),
  ),
  at.map(
    (where): Change =>
      (bytes) => {
        const lines = linesOf(bytes)
        return ofLines(lines.slice(0, Math.floor(where * lines.length)))
      },
  ),
)

type Mutation =
  | { readonly kind: 'one'; readonly file: number; readonly change: Change }
  /** The named ones of the five are put back to how they were at some time; not all five of them. */
  | { readonly kind: 'roll-back'; readonly time: number; readonly which: readonly boolean[] }
  | { readonly kind: 'remove'; readonly file: number }

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('one' as const), file: fc.nat(), change }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('roll-back' as const),
      time: fc.nat(),
      which: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }).filter((which) => which.includes(false)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), file: fc.nat() }) },
)

/** Log (all of its files), checkpoints, head, anchor. */
const PARTS: readonly ((name: string) => boolean)[] = [
  isLog,
  (name) => name === 'checkpoints.jsonl',
  (name) => name === 'head.json',
  (name) => name === ANCHOR,
]

const mutate = (whole: Files, history: readonly Files[], how: Mutation): Files => {
  const names = Object.keys(whole)
  if (how.kind === 'roll-back') {
    const before = history[how.time % history.length] ?? {}
    const isBack = (name: string): boolean =>
      PARTS.some((part, index) => how.which[index] === true && part(name))
    const kept = Object.entries(whole).filter(([name]) => !isBack(name))
    return Object.fromEntries([...kept, ...Object.entries(before).filter(([name]) => isBack(name))])
  }
  const name = names[how.file % names.length] ?? ''
  const { [name]: bytes = NOTHING, ...others } = whole
  return how.kind === 'remove' ? others : { ...whole, [name]: how.change(bytes) }
}

const isSame = (a: Files, b: Files): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, bytes]) => b[name]?.equals(bytes) === true)

/** What is known of the first bad record, or of the file, without reading the audit. */
const whereItIs = (paths: StatePaths, whole: Files, changed: Files, how: Mutation): Partial<Fault> => {
  const log = [logOf(whole), logOf(changed)] as const
  if (!log[0].equals(log[1])) return { seq: firstDifference(...log) }
  const names = Object.keys(whole).filter((name) => changed[name]?.equals(whole[name] ?? NOTHING) !== true)
  const [name = ''] = names
  if (names.length > 1) return {}
  if (name !== 'checkpoints.jsonl' || how.kind === 'remove') return { file: pathOf(paths, name) }
  const line = firstDifference(whole[name] ?? NOTHING, changed[name] ?? NOTHING)
  return { file: pathOf(paths, name), line }
}

describe('the audit', () => {
  it('finds each of 10,000 random changes of its log, checkpoints and heads, and names the first bad record', async () => {
    const memory = '/dev/shm'
    const folder = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'clawdbot-audit-'))
    try {
      const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: folder }, '/')
      const files = auditFiles(paths)
      const limits = { checkpointRecords: 8, segmentBytes: 3_000 }
      const audit = await openAudit({ paths, now: () => NOW, limits })
      const history: Files[] = []
      for (let n = 0; n < 20; n += 1) {
        await audit.perform({ ...SEND, session: `s${n}` }, () => Promise.resolve())
        await audit.record({ ...NOTE, detail: { n } })
        await audit.flush()
        history.push(await read(paths))
      }
      await audit.close()
      const whole = await read(paths)
      expect(await verifySnapshot(files, await takeSnapshot(files), undefined)).toMatchObject({
        ok: true,
        records: 61,
      })
      let onDisk: Files = whole
      const put = async (next: Files): Promise<void> => {
        for (const name of new Set([...Object.keys(onDisk), ...Object.keys(next)])) {
          const bytes = next[name]
          if (bytes === undefined) await rm(pathOf(paths, name))
          else if (onDisk[name]?.equals(bytes) !== true) await writeFile(pathOf(paths, name), bytes)
        }
        onDisk = next
      }
      await fc.assert(
        fc.asyncProperty(mutation, async (how) => {
          const changed = mutate(whole, history, how)
          // All of it as it was at one time is for the code on the screen to find.
          fc.pre(![whole, ...history].some((time) => isSame(time, changed)))
          await put(changed)
          const report = await verifySnapshot(files, await takeSnapshot(files), undefined)
          expect(report).toMatchObject({ ok: false, firstBroken: {} })
          expect(report.firstBroken).toMatchObject(whereItIs(paths, whole, changed, how))
        }),
        { numRuns: 10_000 },
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
