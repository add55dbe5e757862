import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LogTail, tailLog } from './tail-log.ts'

/** Of a busy machine. */
const SOON = { timeout: 30_000 }

let folder: string
let file: string
let tail: LogTail | undefined
let messages: string[]
let dropped: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-tail-'))
  file = join(folder, 'a.log')
  messages = []
  dropped = 0
})
afterEach(() => {
  tail?.stop()
  rmSync(folder, { recursive: true })
})

const line = (text: string): string => `${JSON.stringify({ 0: text, _meta: { logLevelName: 'INFO' } })}\n`
const follow = async (fileNow: () => string = () => file): Promise<LogTail> => {
  tail = await tailLog(fileNow, (batch) => {
    messages.push(...batch.lines.map(({ message }) => message))
    dropped += batch.dropped
  })
  return tail
}
const seen = (): readonly string[] => messages

describe('following the log', () => {
  it('begins with the end of what is there, and goes on with what comes', async () => {
    writeFileSync(file, line('one') + line('two'))
    const { first } = await follow()
    expect(first.map(({ message, level }) => [message, level])).toEqual([
      ['one', 'info'],
      ['two', 'info'],
    ])
    appendFileSync(file, line('three'))
    await expect.poll(seen, SOON).toEqual(['three'])
  })

  it.skipIf(process.platform === 'win32')(
    'reads no link and waits for no pipe in the place of a log',
    async () => {
      writeFileSync(join(folder, 'private'), line('private'))
      symlinkSync(join(folder, 'private'), file)
      expect((await follow()).first).toEqual([])
      tail?.stop()
      rmSync(file)
      execFileSync('mkfifo', [file])
      // Each would hold a thread of the few that there are for files.
      for (let at = 0; at < 5; at += 1) {
        expect((await follow()).first).toEqual([])
        tail?.stop()
      }
      expect(await readFile(join(folder, 'private'), 'utf8')).toContain('private')
    },
  )

  it('shows what follows a line that nests too deep', async () => {
    writeFileSync(file, `{"0":${'['.repeat(30_000)}${']'.repeat(30_000)}}\n${line('two')}`)
    const { first } = await follow()
    expect(first.at(-1)?.message).toBe('two')
  })

  it('gives each line a number that rises', async () => {
    writeFileSync(file, line('one'))
    const { first } = await follow()
    expect(first.map(({ sequence }) => sequence)).toEqual([1])
  })

  it('reads the first half megabyte from the end only, and no half line of it', async () => {
    const long = 'x'.repeat(1_000)
    writeFileSync(file, Array.from({ length: 1_000 }, (_, at) => line(`${at} ${long}`)).join(''))
    const { first } = await follow()
    expect(first).toHaveLength(500)
    expect(first.at(-1)?.message).toBe(`999 ${long}`)
    expect(first.every(({ level }) => level === 'info')).toBe(true)
  })

  it('waits for the rest of half a line, also within a character', async () => {
    writeFileSync(file, '')
    await follow()
    const bytes = Buffer.from(line('grüße 🦞'))
    const half = bytes.indexOf(0xf0) + 2
    appendFileSync(file, bytes.subarray(0, half))
    appendFileSync(file, bytes.subarray(half))
    await expect.poll(seen, SOON).toEqual(['grüße 🦞'])
  })

  it('goes on in the next day’s file, after the last line of the day before', async () => {
    let today = file
    writeFileSync(file, '')
    await follow(() => today)
    appendFileSync(file, line('late'))
    today = join(folder, 'b.log')
    writeFileSync(today, line('early'))
    await expect.poll(seen, SOON).toEqual(['late', 'early'])
  })

  it('begins anew in a file that was emptied, or replaced by another', async () => {
    writeFileSync(file, line('a long line that goes'))
    await follow()
    truncateSync(file)
    appendFileSync(file, line('after'))
    await expect.poll(seen, SOON).toEqual(['after'])
    writeFileSync(`${file}.new`, line('another file, which is longer than the one before'))
    renameSync(`${file}.new`, file)
    await expect.poll(seen, SOON).toEqual(['after', 'another file, which is longer than the one before'])
  })

  it('waits for a file, and a folder, that are not there yet', async () => {
    file = join(folder, 'later/a.log')
    expect((await follow()).first).toEqual([])
    mkdirSync(join(folder, 'later'))
    writeFileSync(file, line('here'))
    await expect.poll(seen, SOON).toEqual(['here'])
  })

  it('counts what it leaves out of a burst, and keeps its end', async () => {
    writeFileSync(file, '')
    await follow()
    appendFileSync(file, Array.from({ length: 10_000 }, (_, at) => line(String(at))).join(''))
    await expect.poll(() => messages.length + dropped, SOON).toBe(10_000)
    expect(dropped).toBeGreaterThan(0)
    expect(messages.at(-1)).toBe('9999')
  })

  it('cuts a line that is too long to show, and reads on behind it', async () => {
    writeFileSync(file, '')
    await follow()
    appendFileSync(file, `${'y'.repeat(1024 * 1024)}\n${line('next')}`)
    await expect.poll(() => messages.length, SOON).toBe(2)
    expect(messages[0]?.length).toBeLessThanOrEqual(64 * 1024)
    expect(messages[1]).toBe('next')
  })

  it('says nothing after it was stopped', async () => {
    writeFileSync(file, '')
    const { stop } = await follow()
    stop()
    const second = await tailLog(
      () => file,
      (batch) => messages.push(...batch.lines.map(({ message }) => `second ${message}`)),
    )
    appendFileSync(file, line('x'))
    await expect.poll(seen, SOON).toEqual(['second x'])
    second.stop()
  })
})
