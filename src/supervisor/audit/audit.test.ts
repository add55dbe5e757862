import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AuditView } from '../../shared/contracts/app-state.ts'
import { resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import { NOW, tempFolder, tempState } from '../../shared/state/testing/temp-state.ts'
import { type Audit, type AuditOptions, openAudit } from './audit.ts'
import { repairAudit } from './repair-audit.ts'
import { NOTE, recordsIn, SEND } from './testing/audit-files.ts'
import { verifyAudit } from './verify/verify-audit.ts'

const opened = async (paths: StatePaths, more: Partial<AuditOptions> = {}): Promise<Audit> => {
  const audit = await openAudit({ paths, now: () => NOW, ...more })
  onTestFinished(() => audit.close())
  return audit
}

const log = (paths: StatePaths, segment = 1): string => join(paths.audit, `log-00000${segment}.jsonl`)
const namesIn = async (paths: StatePaths, prefix: string): Promise<readonly string[]> =>
  (await readdir(paths.audit)).filter((name) => name.startsWith(prefix))

/** Every record but the first was changed. */
const broken = async (): Promise<StatePaths> => {
  const paths = await tempState()
  const audit = await opened(paths)
  for (let n = 0; n < 5; n += 1) await audit.intend(SEND)
  await audit.close()
  const text = await readFile(log(paths), 'utf8')
  await writeFile(log(paths), text.replaceAll('"sender":"42"', '"sender":"43"'))
  return paths
}

/** A disk of its own, of a few blocks. */
const small = async (skip: (why: string) => void): Promise<string> => {
  const folder = await tempFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'none', folder])
  if (mounted.status !== 0) skip('this machine lets nobody mount')
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

describe('an audit', () => {
  it('begins with a record of itself, is whole, and is for the owner alone', async () => {
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(await tempFolder(), 'new') }, '/')
    const audit = await opened(paths)
    await audit.intend(SEND)
    await audit.close()
    expect(audit.view()).toMatchObject({ state: 'whole', records: 2, repairs: 0, error: null })
    expect(audit.view().head).toMatch(/^[0-9A-F]{4}·[0-9A-F]{4}$/)
    expect((await recordsIn(paths)).map(({ act }) => act)).toEqual(['audit.begin', 'message.send'])
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 2, checkpoints: 1 })
    for (const name of await readdir(paths.audit)) {
      expect([name, statSync(join(paths.audit, name)).mode & 0o777]).toEqual([name, 0o600])
    }
    expect(statSync(paths.audit).mode & 0o777).toBe(0o700)
    expect(statSync(join(paths.root, 'audit-head.json')).mode & 0o777).toBe(0o600)
  })

  it('has an act on disk before it happens, and its outcome after', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    const seen = await audit.perform(SEND, async () => (await recordsIn(paths)).at(-1))
    await audit.flush()
    expect(seen).toMatchObject({ seq: 2, kind: 'intent', act: 'message.send', sender: '42' })
    expect((await recordsIn(paths)).at(-1)).toMatchObject({
      kind: 'outcome',
      ref: 2,
      result: 'done',
      sender: '42',
    })
  })

  it('says of an act that failed that it did, and how, without the words of the error', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    const failing = audit.perform(SEND, () => Promise.reject(new Error('token 12345 is wrong')))
    await expect(failing).rejects.toThrow('token 12345 is wrong')
    await audit.flush()
    expect((await recordsIn(paths)).at(-1)).toMatchObject({
      ref: 2,
      result: 'failed',
      detail: { code: 'internal' },
    })
    expect(await readFile(log(paths), 'utf8')).not.toContain('12345')
  })

  it('keeps the order in which it was told, whoever waits and whoever does not', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    const refs = Array.from({ length: 600 }, (_, n) => {
      const entry = { ...NOTE, detail: { n } }
      if (n % 3 === 0) return [audit.record(entry)]
      audit.note(entry)
      return []
    })
    const seqs = (await Promise.all(refs.flat())).map(({ seq }) => seq)
    await audit.flush()
    const seen = (await recordsIn(paths)).slice(1)
    expect(seen.map(({ detail }) => detail?.['n'])).toEqual(Array.from({ length: 600 }, (_, n) => n))
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, n) => 2 + n * 3))
  })

  it('takes no more of a text than its bound, and whatever characters it has', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    const long = '\ud800\n\u0000"}é'.repeat(10_000)
    const detail = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}${long}`, long]))
    await audit.record({ ...NOTE, sender: long, session: long, detail })
    await audit.record(NOTE)
    await audit.close()
    expect(statSync(log(paths)).size).toBeLessThan(70_000)
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 3 })
  })

  it('goes on over the end of a log file, and over a reopening', async () => {
    const paths = await tempState()
    const limits = { segmentBytes: 1_000, checkpointRecords: 5 }
    for (let opening = 0; opening < 4; opening += 1) {
      const audit = await opened(paths, { limits })
      for (let n = 0; n < 7; n += 1) await audit.record(NOTE)
      await audit.close()
    }
    expect((await namesIn(paths, 'log-')).length).toBeGreaterThan(4)
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 29, checkpoints: 8 })
  })

  it('signs every so many records, and the rest after a while', async () => {
    const paths = await tempState()
    const audit = await opened(paths, { limits: { checkpointRecords: 4, checkpointMs: 500 } })
    for (let n = 0; n < 7; n += 1) await audit.record(NOTE)
    await audit.flush()
    const signed = async (): Promise<readonly string[]> =>
      (await readFile(join(paths.audit, 'checkpoints.jsonl'), 'utf8')).match(/(?<="size":)\d+/g) ?? []
    expect(await signed()).toEqual(expect.arrayContaining(['4', '8']))
    await audit.record(NOTE)
    await expect.poll(signed, { timeout: 20_000 }).toContain('9')
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 9 })
  })

  it('is shared: two that are open at once continue each other’s chain', async () => {
    const paths = await tempState()
    const [one, two] = [await opened(paths), await opened(paths)]
    for (let n = 0; n < 20; n += 1) {
      await Promise.all([one.record(NOTE), two.record(NOTE), one.intend(SEND)])
    }
    await Promise.all([one.close(), two.close()])
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 61, repairs: 0 })
  })

  it('knows a code that was noted earlier, and none that was not', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    await audit.record(NOTE)
    const code = audit.view().head.replace('·', '')
    await audit.record(NOTE)
    expect(await verifyAudit(paths, code)).toMatchObject({ ok: true, found: { seq: 2 } })
    expect(await verifyAudit(paths, code === '00000000' ? '00000001' : '00000000')).toMatchObject({
      found: null,
    })
  })

  it('refuses after its end', async () => {
    const paths = await tempState()
    const errors: unknown[] = []
    const audit = await opened(paths, { onError: (error) => errors.push(error) })
    await audit.close()
    await expect(audit.intend(SEND)).rejects.toMatchObject({ code: 'audit_unwritable' })
    audit.note(NOTE)
    expect(errors).toMatchObject([{ code: 'audit_unwritable' }])
    expect(await namesIn(paths, 'claim-')).toEqual([])
  })
})

// openclaw's audit says of itself that “abrupt termination can lose evidence”; here what was acknowledged is kept, and
// what was torn is kept apart and told.
describe('a torn end, as a crash leaves it', () => {
  it.each([
    ['half a record', '{"v":1,"seq":4,"at":17'],
    ['zeroes, as a power cut leaves them', '\0'.repeat(3000)],
    ['a line of no record', 'x\n'],
  ])('of %s is kept apart, recorded, and the chain goes on', async (_, torn) => {
    const paths = await tempState()
    const first = await opened(paths)
    await first.intend(SEND)
    await first.record(NOTE)
    await first.close()
    appendFileSync(log(paths), torn)
    expect(await verifyAudit(paths)).toMatchObject({
      ok: false,
      needsRepair: false,
      firstBroken: { file: log(paths), line: 4, seq: 4, why: expect.stringContaining('is torn') },
    })
    const second = await opened(paths)
    expect(second.view()).toMatchObject({ state: 'whole', records: 4, repairs: 1 })
    await second.intend(SEND)
    await second.close()
    const [kept = ''] = await namesIn(paths, 'torn-')
    expect(await readFile(join(paths.audit, kept), 'utf8')).toBe(torn)
    expect(statSync(join(paths.audit, kept)).mode & 0o777).toBe(0o600)
    expect((await recordsIn(paths))[3]).toMatchObject({
      act: 'audit.repair',
      detail: { tornBytes: torn.length, kept },
    })
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 5, repairs: 1 })
  })

  it('of a log file that is full already is mended, and the chain is whole', async () => {
    const paths = await tempState()
    const limits = { segmentBytes: 100 }
    const first = await opened(paths, { limits })
    await first.record(NOTE)
    await first.close()
    appendFileSync(log(paths, 2), '{"v":1')
    const second = await opened(paths, { limits })
    await second.intend(SEND)
    await second.close()
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, repairs: 1 })
  })

  it('that another process left is mended by the one that writes next', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    await audit.record(NOTE)
    appendFileSync(log(paths), '{"v":1')
    await audit.record(NOTE)
    expect((await recordsIn(paths)).map(({ act }) => act)).toEqual([
      'audit.begin',
      'verdict.drop',
      'audit.repair',
      'verdict.drop',
    ])
    expect(await audit.verify()).toMatchObject({ ok: true, repairs: 1 })
  })

  it('of the checkpoints is mended and recorded too', async () => {
    const paths = await tempState()
    const first = await opened(paths)
    await first.close()
    appendFileSync(join(paths.audit, 'checkpoints.jsonl'), '{"v":1,"ki')
    expect(await verifyAudit(paths)).toMatchObject({ ok: false, needsRepair: false })
    const second = await opened(paths)
    await second.close()
    expect((await recordsIn(paths)).at(-1)).toMatchObject({
      detail: { tornBytes: 0, tornCheckpointBytes: 10 },
    })
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, checkpoints: 2 })
  })

  it('is told apart from records that were taken away after they were acknowledged', async () => {
    const paths = await tempState()
    const first = await opened(paths)
    await first.intend(SEND)
    await first.close()
    truncateSync(log(paths), statSync(log(paths)).size - 10)
    const second = await opened(paths)
    expect(second.view()).toMatchObject({ state: 'broken', error: { code: 'audit_broken' } })
    expect(second.view().error?.message).toContain('log-000001.jsonl, line 2')
  })
})

// The peers have none: a tamper-evident log of approvals (pull request 23835) was closed unmerged.
describe('a broken audit', () => {
  it('lets nothing happen that needs a record', async () => {
    const paths = await broken()
    const audit = await opened(paths)
    let acted = false
    const act = audit.perform(SEND, async () => {
      acted = true
    })
    await expect(act).rejects.toMatchObject({
      code: 'audit_broken',
      hint: expect.stringContaining('audit repair'),
    })
    await expect(audit.record(NOTE)).rejects.toMatchObject({ code: 'audit_broken' })
    expect(acted).toBe(false)
  })

  it('is found in its oldest records by the whole verification, which closes it from then on', async () => {
    const paths = await tempState()
    const audit = await opened(paths, { limits: { checkpointRecords: 3 } })
    for (let n = 0; n < 8; n += 1) await audit.record(NOTE)
    const text = await readFile(log(paths), 'utf8')
    await writeFile(log(paths), text.replace('not-invited', 'not-invitee'))
    await audit.record(NOTE)
    expect(await audit.verify()).toMatchObject({
      ok: false,
      needsRepair: true,
      firstBroken: { seq: 2, line: 2 },
    })
    expect(audit.view()).toMatchObject({ state: 'broken', checkedAt: NOW })
    await expect(audit.intend(SEND)).rejects.toMatchObject({ code: 'audit_broken' })
    await repairAudit(paths, { now: () => NOW, actor: 'cli' })
    await audit.intend(SEND)
    expect(audit.view()).toMatchObject({ state: 'whole', records: 2 })
  })

  it('is set aside on the owner’s word, with nothing lost, and the new one says so', async () => {
    const paths = await broken()
    const before = await readFile(log(paths), 'utf8')
    const audit = await opened(paths)
    const done = await repairAudit(paths, { now: () => NOW, actor: 'cli' })
    expect(done).toMatchObject({ kind: 'repaired', records: 1, fault: { line: 2, seq: 2 } })
    const movedTo = done.kind === 'repaired' ? done.movedTo : ''
    expect(await readFile(join(movedTo, 'log-000001.jsonl'), 'utf8')).toBe(before)
    expect((await readdir(movedTo)).toSorted()).toEqual([
      'audit-head.json',
      'checkpoints.jsonl',
      'head.json',
      'log-000001.jsonl',
      'public-key.pem',
      'signing-key.pem',
    ])
    // The one that was open all the time goes on in the new chain.
    await audit.intend(SEND)
    expect((await recordsIn(paths))[0]).toMatchObject({
      act: 'audit.begin',
      detail: { broken: expect.stringContaining('line 2, record 2'), wholeRecords: 1 },
    })
    expect(await audit.verify()).toMatchObject({ ok: true, records: 2 })
  })

  it('can be nothing but repaired: a whole one is left alone', async () => {
    const paths = await tempState()
    const audit = await opened(paths)
    await audit.record(NOTE)
    expect(await repairAudit(paths, { now: () => NOW, actor: 'cli' })).toEqual({ kind: 'whole' })
    expect(await audit.verify()).toMatchObject({ ok: true, records: 2 })
  })

  it.each([
    ['its log', (paths: StatePaths) => rmSync(log(paths))],
    ['its folder', (paths: StatePaths) => rmSync(paths.audit, { recursive: true })],
    ['its key', (paths: StatePaths) => rmSync(join(paths.audit, 'signing-key.pem'))],
    ['its head', (paths: StatePaths) => rmSync(join(paths.audit, 'head.json'))],
    ['the head outside', (paths: StatePaths) => rmSync(join(paths.root, 'audit-head.json'))],
    ['its checkpoints', (paths: StatePaths) => rmSync(join(paths.audit, 'checkpoints.jsonl'))],
    ['sense in its head', (paths: StatePaths) => writeFileSync(join(paths.audit, 'head.json'), '{"v":9}')],
  ])('is one without %s', async (_, remove) => {
    const paths = await tempState()
    const first = await opened(paths)
    await first.record(NOTE)
    await first.close()
    remove(paths)
    expect(await verifyAudit(paths)).toMatchObject({ ok: false, needsRepair: true })
    const second = await opened(paths)
    expect(second.view().state).toBe('broken')
    await expect(second.intend(SEND)).rejects.toMatchObject({ code: 'audit_broken' })
    expect(await repairAudit(paths, { now: () => NOW, actor: 'cli' })).toMatchObject({ kind: 'repaired' })
    await second.intend(SEND)
  })

  it.each([
    ['its head', 'head.json'],
    ['its checkpoints', 'checkpoints.jsonl'],
    ['its log', 'log-000001.jsonl'],
    ['its next log', 'log-000002.jsonl'],
    ['the head outside', '../audit-head.json'],
  ])(
    'is one with a folder, a pipe or a link in the place of %s, and nothing is written there',
    async (_, name) => {
      for (const kind of ['folder', 'pipe', 'link'] as const) {
        const paths = await tempState()
        const limits = { segmentBytes: 100 }
        const first = await opened(paths, { limits })
        await first.close()
        const [place, victim] = [join(paths.audit, name), join(paths.root, 'victim')]
        writeFileSync(victim, 'precious')
        rmSync(place, { force: true })
        if (kind === 'folder') mkdirSync(place)
        else if (kind === 'pipe') execFileSync('mkfifo', [place])
        else symlinkSync(victim, place)
        expect(await verifyAudit(paths)).toMatchObject({
          needsRepair: true,
          firstBroken: { file: place, why: 'is not a regular file' },
        })
        const second = await opened(paths, { limits })
        await expect(second.intend(SEND)).rejects.toMatchObject({ code: 'audit_broken' })
        expect(readFileSync(victim, 'utf8')).toBe('precious')
        expect(await repairAudit(paths, { now: () => NOW, actor: 'cli' })).toMatchObject({ kind: 'repaired' })
        await second.intend(SEND)
      }
    },
  )

  it.each([500_000, 2_000])(
    'is one whose checkpoints are followed by %i bytes of something else, and the owner can repair it',
    async (bytes) => {
      const paths = await tempState()
      const first = await opened(paths)
      await first.close()
      appendFileSync(join(paths.audit, 'checkpoints.jsonl'), Buffer.alloc(bytes))
      expect(await verifyAudit(paths)).toMatchObject({ ok: false, needsRepair: true })
      const second = await opened(paths)
      expect(second.view().state).toBe('broken')
      expect(await repairAudit(paths, { now: () => NOW, actor: 'cli' })).toMatchObject({ kind: 'repaired' })
      await second.intend(SEND)
    },
  )

  it('is one with an empty log file that another follows', async () => {
    const paths = await tempState()
    const first = await opened(paths)
    await first.close()
    for (const segment of [2, 3]) writeFileSync(log(paths, segment), '')
    expect(await verifyAudit(paths)).toMatchObject({
      needsRepair: true,
      firstBroken: { file: log(paths, 2), line: 1, seq: 2 },
    })
  })

  it('that was put right by hand is used again once its verification has found it whole', async () => {
    const paths = await tempState()
    const audit = await opened(paths, { limits: { checkpointRecords: 3 } })
    for (let n = 0; n < 8; n += 1) await audit.record(NOTE)
    const text = await readFile(log(paths), 'utf8')
    await writeFile(log(paths), text.replace('not-invited', 'not-invitee'))
    await audit.verify()
    await expect(audit.intend(SEND)).rejects.toMatchObject({ code: 'audit_broken' })
    await writeFile(log(paths), text)
    expect(await audit.verify()).toMatchObject({ ok: true })
    await audit.intend(SEND)
    expect(audit.view()).toMatchObject({ state: 'whole', error: null })
  })

  it('is not one whose making was cut off before its first record', async () => {
    const paths = await tempState()
    const first = await opened(paths)
    await first.close()
    rmSync(log(paths))
    rmSync(join(paths.audit, 'checkpoints.jsonl'))
    rmSync(join(paths.audit, 'head.json'))
    rmSync(join(paths.root, 'audit-head.json'))
    expect((await opened(paths)).view()).toMatchObject({ state: 'whole', records: 1 })
  })
})

describe('a disk that takes nothing', () => {
  it('refuses acts, keeps what nobody waits for, and goes on when there is space', async ({ skip }) => {
    const folder = await small(skip)
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: folder }, '/')
    mkdirSync(paths.audit, { recursive: true, mode: 0o700 })
    const views: AuditView['state'][] = []
    const audit = await openAudit({ paths, now: () => NOW, onChange: ({ state }) => views.push(state) })
    const filler = join(folder, 'filler')
    expect(() => writeFileSync(filler, Buffer.alloc(1024 * 1024))).toThrow(/ENOSPC/)
    const full = async (): Promise<void> => {
      // The last block of the log has room for some records more.
      for (let n = 0; n < 100; n += 1) await audit.intend({ ...SEND, session: 'x'.repeat(200) })
    }
    await expect(full()).rejects.toMatchObject({
      code: 'audit_unwritable',
      message: expect.stringContaining('full'),
    })
    expect(audit.view()).toMatchObject({ state: 'closed', error: { code: 'audit_unwritable' } })
    const { records } = audit.view()
    audit.note(NOTE)
    await audit.flush()
    let acted = false
    const act = audit.perform({ ...SEND, session: 'x'.repeat(250) }, async () => {
      acted = true
    })
    await expect(act).rejects.toMatchObject({ code: 'audit_unwritable' })
    expect(acted).toBe(false)
    rmSync(filler)
    await audit.intend(SEND)
    expect(views).toContain('closed')
    expect(audit.view()).toMatchObject({ state: 'whole', records: records + 2, error: null })
    await audit.close()
    const last = (await recordsIn(paths)).slice(-2)
    expect(last.map(({ act: name }) => name)).toEqual(['verdict.drop', 'message.send'])
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, repairs: 0 })
  })

  it('lets an audit on a read-only disk be verified, and refuses to go on with it', async ({ skip }) => {
    const folder = await small(skip)
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: folder }, '/')
    const first = await opened(paths)
    await first.close()
    execFileSync('mount', ['-o', 'remount,ro', folder])
    expect(await verifyAudit(paths)).toMatchObject({ ok: true, records: 1 })
    const second = await openAudit({ paths, now: () => NOW })
    await expect(second.intend(SEND)).rejects.toMatchObject({
      code: 'audit_unwritable',
      message: expect.stringContaining('read-only'),
    })
    await second.close()
  })

  it('gives up the oldest of what nobody waits for, and says in the chain how many', async () => {
    const folder = await tempFolder()
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(folder, 'state') }, '/')
    writeFileSync(paths.root, 'a file where the folder should be')
    const audit = await opened(paths)
    for (let n = 0; n < 1_500; n += 1) audit.note({ ...NOTE, detail: { n } })
    await audit.flush()
    rmSync(paths.root)
    await audit.close()
    const [begin, lost, first, ...rest] = await recordsIn(paths)
    expect([begin?.act, lost, first?.detail]).toMatchObject([
      'audit.begin',
      { act: 'audit.lost', detail: { records: 500 } },
      { n: 500 },
    ])
    expect(rest).toHaveLength(999)
  })

  it('closes an audit that could not even begin, and opens it as soon as it can', async () => {
    const folder = await tempFolder()
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(folder, 'state') }, '/')
    writeFileSync(paths.root, 'a file where the folder should be')
    const audit = await opened(paths)
    expect(audit.view()).toMatchObject({ state: 'closed', error: { code: 'audit_unwritable' } })
    await expect(audit.intend(SEND)).rejects.toMatchObject({ code: 'audit_unwritable' })
    rmSync(paths.root)
    await audit.intend(SEND)
    expect(audit.view()).toMatchObject({ state: 'whole', records: 2 })
  })
})
