import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTranscript, type Transcript, type TranscriptOptions } from './transcript.ts'

let folder = ''
let open: Transcript[] = []
let serial = 0

const options: TranscriptOptions = {
  now: () => Date.UTC(2026, 0, 6),
  newId: () => (serial += 1).toString(16).padStart(8, '0'),
  contextTokens: 1000,
}
const HEADER = { id: 'c7b1a1f0-0000-4000-8000-000000000001', cwd: '/home/owner' }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-transcript-'))
  serial = 0
})

afterEach(() => {
  for (const transcript of open) transcript.close()
  open = []
  rmSync(folder, { recursive: true })
})

const openAt = (path: string): { readonly transcript: Transcript; readonly cutBytes: number } => {
  const result = openTranscript(path, HEADER, options)
  if (result.kind !== 'open') throw new Error(result.why)
  open.push(result.transcript)
  return result
}

const linesOf = (path: string): readonly unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

describe('a transcript file', () => {
  it('has pi’s session format version 3, line by line', () => {
    const path = join(folder, 'a.jsonl')
    const { transcript } = openAt(path)
    transcript.append(
      { type: 'custom', customType: 'clawdbot.x', data: { a: 1 } },
      {
        type: 'message',
        id: '0badcafe',
        message: { role: 'user', content: [{ type: 'text', text: 'hi\n' }] },
      },
    )
    const timestamp = '2026-01-06T00:00:00.000Z'
    expect(linesOf(path)).toEqual([
      { type: 'session', version: 3, timestamp, ...HEADER },
      { type: 'custom', id: '00000001', parentId: null, timestamp, customType: 'clawdbot.x', data: { a: 1 } },
      {
        type: 'message',
        id: '0badcafe',
        parentId: '00000001',
        timestamp,
        message: { role: 'user', content: [{ type: 'text', text: 'hi\n' }] },
      },
    ])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is continued where it ended, without touching what is there', () => {
    const path = join(folder, 'a.jsonl')
    openAt(path).transcript.append({ type: 'custom', customType: 'x', data: {} })
    const before = readFileSync(path, 'utf8')
    openAt(path).transcript.append({ type: 'custom', customType: 'y', data: {} })
    const after = readFileSync(path, 'utf8')
    expect(after.startsWith(before)).toBe(true)
    expect(linesOf(path).at(-1)).toMatchObject({ customType: 'y', parentId: '00000001' })
  })

  it('that ends in half a line loses that half, and says so', () => {
    const path = join(folder, 'a.jsonl')
    openAt(path).transcript.append({ type: 'custom', customType: 'x', data: {} })
    appendFileSync(path, '{"type":"message","id":"dead')
    expect(openAt(path).cutBytes).toBe(28)
    expect(linesOf(path).slice(1)).toMatchObject([
      { customType: 'x' },
      { customType: 'clawdbot.torn', parentId: '00000001', data: { bytes: 28 } },
    ])
  })

  it('whose last line lacks only its line break loses nothing', () => {
    const path = join(folder, 'a.jsonl')
    openAt(path).transcript.append({ type: 'custom', customType: 'x', data: {} })
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -1))
    openAt(path).transcript.append({ type: 'custom', customType: 'y', data: {} })
    expect(linesOf(path).slice(1)).toMatchObject([{ customType: 'x' }, { customType: 'y' }])
  })

  it('that was just being made is made again', () => {
    const path = join(folder, 'a.jsonl')
    for (const start of ['', '{"type":"sess', '{"type":"session","version":3,"id":"']) {
      writeFileSync(path, start)
      openAt(path)
      expect(linesOf(path)).toMatchObject([{ type: 'session', id: HEADER.id }])
    }
  })

  it('that is broken is left exactly as it is', () => {
    const path = join(folder, 'a.jsonl')
    const text = `${JSON.stringify({ type: 'session', version: 3, timestamp: '', ...HEADER })}\nnot json\n{"half`
    writeFileSync(path, text)
    expect(openTranscript(path, HEADER, options)).toEqual({ kind: 'broken', why: 'line 2 is not an entry' })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('is never a link', () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'a.jsonl'))
    expect(() => openTranscript(join(folder, 'a.jsonl'), HEADER, options)).toThrow('ELOOP')
  })

  it('gives an id a second time to nobody', () => {
    const path = join(folder, 'a.jsonl')
    const { transcript } = openAt(path)
    transcript.append({ type: 'custom', id: '00000001', customType: 'x', data: {} })
    transcript.append(
      { type: 'custom', customType: 'y', data: {} },
      { type: 'custom', customType: 'z', data: {} },
    )
    expect(linesOf(path).slice(1)).toMatchObject([{ id: '00000001' }, { id: '00000002' }, { id: '00000003' }])
  })

  it('loses no finished line when its process is killed with -9 while it writes, again and again', async () => {
    const path = join(folder, 'a.jsonl')
    const script = join(folder, 'writer.ts')
    writeFileSync(
      script,
      `import { randomBytes } from 'node:crypto'
       import { openTranscript } from ${JSON.stringify(new URL('./transcript.ts', import.meta.url).href)}
       const opened = openTranscript(${JSON.stringify(path)}, ${JSON.stringify(HEADER)}, {
         now: Date.now, newId: () => randomBytes(4).toString('hex'), contextTokens: 1000,
       })
       if (opened.kind !== 'open') throw new Error(opened.why)
       for (let n = 0; ; n += 1) {
         opened.transcript.append({ type: 'custom', customType: 'n', data: { n, pad: 'x'.repeat(n % 5000) } })
         process.stdout.write(n + '\\n')
       }`,
    )
    let confirmed = 0
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => {
          said += chunk.toString()
          if (said.split('\n').length > 50 + round * 17) resolve()
        })
        child.once('exit', () => reject(new Error('the writer ended by itself')))
      })
      child.removeAllListeners('exit')
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
      confirmed += said.split('\n').length - 1
      const { transcript } = openAt(path)
      transcript.close()
      const written = linesOf(path).filter((line) => JSON.stringify(line).includes('"customType":"n"')).length
      expect(written).toBeGreaterThanOrEqual(confirmed)
      confirmed = written
    }
  })
})
