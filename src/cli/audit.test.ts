import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StatePaths } from '../shared/state/state-dir.ts'
import { openAudit } from '../supervisor/audit/audit.ts'
import { cliState, runCli } from './testing/run-cli.ts'

const logOf = (paths: StatePaths): string => join(paths.audit, 'log-000001.jsonl')

/** Five records, and the code of the third. */
const withAudit = async (): Promise<{ readonly paths: StatePaths; readonly code: string }> => {
  const paths = await cliState()
  const audit = await openAudit({ paths, now: Date.now })
  let code = ''
  for (let n = 2; n <= 5; n += 1) {
    await audit.intend({ act: 'message.send', actor: 'gateway', provider: 'telegram', sender: `4${n}` })
    if (n === 3) code = audit.view().head
  }
  await audit.close()
  return { paths, code }
}

const change = async (paths: StatePaths): Promise<void> => {
  const text = await readFile(logOf(paths), 'utf8')
  await writeFile(logOf(paths), text.replace('"sender":"44"', '"sender":"66"'))
}

describe('clawdbot audit verify', () => {
  it('says of a whole audit how long it is and what its code is', async () => {
    const { paths } = await withAudit()
    const { code, out, err } = await runCli(paths, ['audit', 'verify'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^The audit is whole: 5 records, 1 checkpoints, .* code is [0-9A-F]{4}·[0-9A-F]{4}\.\n$/,
    )
  })

  it('prints the same as JSON', async () => {
    const { paths } = await withAudit()
    const { code, out } = await runCli(paths, ['audit', 'verify', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      records: 5,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
      code: expect.stringMatching(/^[0-9A-F]{4}·[0-9A-F]{4}$/),
      checkpoints: 1,
      repairs: 0,
      firstBroken: null,
    })
  })

  it('names the first broken record, and changes nothing', async () => {
    const { paths } = await withAudit()
    await change(paths)
    const before = await readFile(logOf(paths))
    const told = await runCli(paths, ['audit', 'verify'])
    expect(told.code).toBe(1)
    expect(told.err).toContain(`${logOf(paths)}, line 4, record 4: it was changed`)
    expect(told.err).toContain('clawdbot audit repair')
    const asJson = await runCli(paths, ['audit', 'verify', '--json'])
    expect(asJson.code).toBe(1)
    expect(JSON.parse(asJson.out)).toMatchObject({
      ok: false,
      records: 3,
      firstBroken: { file: logOf(paths), line: 4, seq: 4 },
    })
    expect(await readFile(logOf(paths))).toEqual(before)
    expect((await readdir(paths.audit)).filter((name) => /^(?:lock|claim)/.test(name))).toEqual([])
  })

  it('knows a code that was noted earlier, with its dot or without, and none that was not', async () => {
    const { paths, code } = await withAudit()
    for (const text of [code, code.replace('·', '').toLowerCase()]) {
      const found = await runCli(paths, ['audit', 'verify', '--head', text])
      expect(found.code).toBe(0)
      expect(found.out).toContain(`${code} is record 3 of this audit.`)
    }
    const other = await runCli(paths, ['audit', 'verify', '--json', '--head', '0000·0000'])
    expect(other.code).toBe(1)
    expect(JSON.parse(other.out)).toMatchObject({ ok: false, headFound: false, firstBroken: null })
    expect((await runCli(paths, ['audit', 'verify', '--head', '7F2'])).code).toBe(2)
  })

  it('finds nothing wrong where there is no audit yet, and makes none', async () => {
    const paths = await cliState()
    const { code, out } = await runCli(paths, ['audit', 'verify'])
    expect({ code, out }).toEqual({ code: 0, out: 'There is no audit yet.\n' })
    expect(await readdir(paths.audit)).toEqual([])
  })
})

describe('clawdbot audit repair', () => {
  it('sets a broken audit aside and begins one that says so', async () => {
    const { paths } = await withAudit()
    await change(paths)
    const { code, out } = await runCli(paths, ['audit', 'repair'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /^Set aside in .*broken-.*\nWhat was wrong: .*line 4, record 4.*\nThe 3 records before it/,
    )
    expect((await runCli(paths, ['audit', 'verify'])).code).toBe(0)
    const first: unknown = JSON.parse((await readFile(logOf(paths), 'utf8')).split('\n')[0] ?? '')
    expect(first).toMatchObject({ act: 'audit.begin', actor: 'cli', detail: { wholeRecords: 3 } })
  })

  it('is refused while nothing is broken', async () => {
    const { paths } = await withAudit()
    const before = await readFile(logOf(paths))
    const { code, err } = await runCli(paths, ['audit', 'repair'])
    expect({ code, err }).toEqual({ code: 1, err: 'clawdbot: nothing to repair: the audit is not broken.\n' })
    expect(await readFile(logOf(paths))).toEqual(before)
  })
})
