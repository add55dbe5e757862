import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode, ErrorView } from '../../shared/domain/error.ts'
import { createOutputTail } from '../children/output-tail.ts'
import { likelyCause } from './likely-cause.ts'

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-cause-')))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const failed = (message: string, code: ErrorCode = 'gateway_not_running'): ErrorView => ({
  code,
  message,
  hint: '',
})

/** How a program of the pinned Node ends, seen as the supervisor sees its gateway. */
const endOf = (source: string, flags: readonly string[] = []): Promise<string> => {
  const file = join(folder, 'main.mjs')
  writeFileSync(file, source)
  const tail = createOutputTail(
    (line) => line,
    () => undefined,
  )
  const child = spawn(process.execPath, [...flags, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { TERM: 'dumb' },
  })
  child.stdout.setEncoding('utf8').on('data', tail.push)
  child.stderr.setEncoding('utf8').on('data', tail.push)
  return new Promise((resolve) =>
    child.once('close', (code, signal) => {
      const how = signal === null ? `exited with code ${code ?? '?'}` : `was ended by ${signal}`
      resolve(likelyCause(failed(`the gateway ${how}`), tail.lines()))
    }),
  )
}

const caged = (): readonly string[] => ['--permission', `--allow-fs-read=${folder}`]

describe('the one likely cause, from what the pinned Node really prints', () => {
  it('names a heap that is full', async () => {
    const source = 'const all = []; for (;;) all.push(new Array(1e5).fill({}))'
    expect(await endOf(source, ['--max-old-space-size=20'])).toMatch(/more memory than it may have/)
  })

  it('names the file that it was not allowed to read', async () => {
    const source = `import fs from 'node:fs'; fs.readFileSync('/etc/hosts')`
    expect(await endOf(source, caged())).toMatch(/^Node refused it to read \/etc\/hosts,/)
  })

  it('names the file that it was not allowed to write', async () => {
    const source = `import fs from 'node:fs'; fs.writeFileSync('${folder}/x', '')`
    expect(await endOf(source, caged())).toMatch(/^Node refused it to write .*\/x,/)
  })

  it('names the program that it was not allowed to start', async () => {
    const source = `import { spawn } from 'node:child_process'; spawn('/bin/true')`
    expect(await endOf(source, caged())).toMatch(/^Node refused it to start \/bin\/true,/)
  })

  it('names a missing file of Clawdbot, and a missing package', async () => {
    expect(await endOf(`import './gone.mjs'`)).toMatch(/^A part of Clawdbot is missing/)
    expect(await endOf(`import 'no-such-package-anywhere'`)).toMatch(/^A part of Clawdbot is missing/)
  })

  it('names a damaged file', async () => {
    expect(await endOf('const x = ;')).toMatch(/damaged or half built/)
  })

  it('names an address that is taken', async () => {
    const source = `
      import net from 'node:net'
      const first = net.createServer().listen(0, '127.0.0.1', () => net.createServer().listen(first.address().port, '127.0.0.1'))
    `
    expect(await endOf(source)).toMatch(/^Another program has the address 127\.0\.0\.1:\d+ already/)
  })

  it('names a network that can not be reached', async () => {
    const source = `import net from 'node:net'; net.connect(1, '127.0.0.1')`
    expect(await endOf(source)).toMatch(/^The network could not be reached/)
  })

  it.runIf(process.platform === 'linux')('names a full disk', async () => {
    const source = `import fs from 'node:fs'; fs.writeFileSync('/dev/full', 'x')`
    expect(await endOf(source)).toMatch(/^The disk is full/)
  })

  it.runIf(process.platform !== 'win32')('names a kill by somebody else, and a crash of Node', async () => {
    expect(await endOf(`process.kill(process.pid, 'SIGKILL')`)).toMatch(
      /^Something outside Clawdbot killed it/,
    )
    expect(await endOf('process.abort()')).toMatch(/^Node itself crashed/)
    expect(await endOf(`process.kill(process.pid, 'SIGILL')`)).toMatch(/^This processor lacks/)
  })

  it('knows nothing about a program that simply ended', async () => {
    expect(await endOf('process.exit(3)')).toBe('')
  })
})

describe('the one likely cause, from our own words', () => {
  it.each([
    ['the gateway broke its contract and was killed: type: Invalid input', /different versions/],
    ['the gateway was not ready within 30 seconds', /too slow while it started/],
    ['the gateway did not answer any more and was killed', /^It hung/],
    ['Telegram said 401: Unauthorized', /token or an API key is refused/],
  ])('%s', (message, sentence) => {
    expect(likelyCause(failed(message), [])).toMatch(sentence)
  })

  it('names what may not be written', () => {
    const denied = ["Error: EACCES: permission denied, open '/srv/state/inbox.jsonl'"]
    expect(likelyCause(failed('the gateway exited with code 1'), denied)).toMatch(
      /^Your user may not write \/srv\/state\/inbox\.jsonl:/,
    )
  })

  it('prefers the cause to what follows from it', () => {
    const output = [
      'Error: connect ECONNREFUSED 127.0.0.1:443',
      'Error: ENOSPC: no space left on device, write',
    ]
    expect(likelyCause(failed('the gateway was not ready within 30 seconds'), output)).toMatch(
      /^The disk is full/,
    )
  })

  it('shows a path of the gateway’s own choosing as one short, inert line', () => {
    const path = `/tmp/\u202e\u001b[31m${'x'.repeat(5_000)}`
    const cause = likelyCause(failed('the gateway exited with code 1'), [
      "  code: 'ERR_ACCESS_DENIED',",
      "  permission: 'FileSystemRead',",
      `  resource: '${path}'`,
    ])
    expect(cause).toMatch(/^Node refused it to read \/tmp\//)
    for (const hidden of ['\u202e', '\u001b', '\n']) expect(cause).not.toContain(hidden)
    expect(cause.length).toBeLessThan(500)
  })

  it('is one line for any output, and never fails', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (message, output) => {
        expect(likelyCause(failed(message), output)).not.toContain('\n')
      }),
    )
  })
})
