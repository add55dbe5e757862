import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeFrame } from '../shared/contracts/helper-frames.ts'
import { type HelperProcess, startHelper } from './testing/helper-process.ts'
import { createPlayground, type Playground } from './testing/playground.ts'

let playground: Playground
let helper: HelperProcess
/** In the command line of everything that a test starts. */
let marker: string
let tests = 0
const env = {
  PATH: process.env['PATH'],
  HOME: '/home/owner',
  CLAWDBOT_RUN_ID: 'run-1',
  ANTHROPIC_API_KEY: 'sk-test-not-a-key',
  NODE_EXTRA_CA_CERTS: '/nowhere',
}
beforeEach(() => {
  playground = createPlayground()
  tests += 1
  marker = `marker-${String(process.pid)}-${String(tests)}-end`
  helper = startHelper(playground.workspace, 'openat2', env)
})
afterEach(async () => {
  await helper.close()
  playground.remove()
})

const pageAt = (offset: number) => helper.ask({ op: 'read', path: 'pages', offset, limit: 4 })

const SOON = { timeout: 30_000 }
const marked = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(marker)
      } catch {
        // It has ended.
        return false
      }
    })
    .map(Number)

/** Processes that ignore every polite signal, in sessions of their own, forked twice, and with an empty environment. */
const escapees = (count: number): string =>
  `for i in $(seq ${String(count)}); do
     (setsid env -i /bin/bash -c 'trap "" TERM HUP INT QUIT; (while :; do /bin/sleep 1; done; : ${marker}) & wait' >/dev/null 2>&1 &)
   done`

describe.runIf(process.platform === 'linux')('a command on the host', () => {
  it('runs in the workspace, with its output and its exit code', async () => {
    const { end, stdout, stderr } = await helper.bash('pwd; echo wrong >&2; exit 3')
    expect(end).toMatchObject({
      kind: 'end',
      exitCode: 3,
      signal: null,
      timedOut: false,
      aborted: false,
      dropped: 0,
    })
    expect([stdout, stderr]).toEqual([`${playground.workspace}\n`, 'wrong\n'])
  })

  it('can open its outputs by name', async () => {
    const { stdout, stderr } = await helper.bash('echo one > /dev/stdout; echo two > /dev/stderr')
    expect([stdout, stderr]).toEqual(['one\n', 'two\n'])
  })

  it('starts in a folder of the workspace, and nowhere else', async () => {
    await helper.write('a/file', '')
    expect((await helper.bash('pwd', { cwd: 'a' })).stdout).toBe(`${playground.workspace}/a\n`)
    for (const [cwd, fault] of [
      ['..', 'outside'],
      ['/tmp', 'outside'],
      ['none', 'not_found'],
      ['a/file', 'not_found'],
    ] as const)
      expect((await helper.bash('pwd', { cwd })).end).toMatchObject({ kind: 'fault', fault })
  })

  it('says by which signal it ended', async () => {
    expect((await helper.bash('kill -TERM $$')).end).toMatchObject({ exitCode: null, signal: 15 })
  })

  it('ends with everything that it started, in the background and in sessions of their own', async () => {
    const { end } = await helper.bash(`${escapees(3)}; sleep 1000 & exit 0`)
    expect(end).toMatchObject({ kind: 'end', exitCode: 0, timedOut: false })
    expect(marked()).toEqual([])
  })

  it('is ended by its timeout with 12 that ignore signals, have sessions of their own and no environment', async () => {
    let most = 0
    const running = helper.bash(`${escapees(12)}; : ${marker}; while :; do :; done`, { timeoutMs: 3_000 })
    const watch = setInterval(() => (most = Math.max(most, marked().length)), 50)
    const { end } = await running
    clearInterval(watch)
    expect(end).toMatchObject({ kind: 'end', exitCode: null, signal: 9, timedOut: true, aborted: false })
    expect(most).toBeGreaterThan(12)
    expect(marked()).toEqual([])
  })

  it('is ended by abort, and another one beside it is not', async () => {
    const staying = helper.bash('read -t 1000 < <(sleep 1000); echo never', { timeoutMs: 5_000 })
    const stayingId = helper.lastId()
    let said = ''
    const going = helper.bash(`echo on; ${escapees(2)}; sleep 1000`, { onOutput: (text) => (said += text) })
    const id = helper.lastId()
    await expect.poll(() => said, SOON).toBe('on\n')
    helper.abort(id)
    expect((await going).end).toMatchObject({ aborted: true, timedOut: false })
    expect(marked()).toEqual([])
    helper.abort(stayingId)
    expect((await staying).end).toMatchObject({ aborted: true })
    // Of one that is over it means nothing.
    helper.abort(id)
    expect((await helper.bash('echo still here')).stdout).toBe('still here\n')
  })

  it('that kills the process which watches over it loses what it started all the same', async () => {
    const { end } = await helper.bash(`${escapees(3)}; kill -KILL $PPID; sleep 1000`)
    expect(end).toMatchObject({ kind: 'end', exitCode: null, signal: 9, timedOut: false })
    expect(marked()).toEqual([])
  })

  it('dies when nobody asks any more', async () => {
    void helper.bash(`${escapees(5)}; : ${marker}; sleep 1000`).catch(() => {
      // The helper is gone: that is what is asked for here.
    })
    await expect.poll(() => marked().length, SOON).toBeGreaterThan(5)
    await helper.close()
    expect(marked()).toEqual([])
  })

  it('dies when the helper is killed', async () => {
    void helper.bash(`${escapees(5)}; : ${marker}; sleep 1000`).catch(() => {
      // As above.
    })
    await expect.poll(() => marked().length, SOON).toBeGreaterThan(5)
    helper.child.kill('SIGKILL')
    await expect.poll(marked, SOON).toEqual([])
  })

  it('leaves no dead child behind', async () => {
    await helper.bash('for i in 1 2 3 4 5; do (setsid true &); done; sleep 0.1')
    const parents = readdirSync('/proc').flatMap((name) => {
      try {
        return [/^PPid:\s*([0-9]+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]]
      } catch {
        // No process, or not any more.
        return []
      }
    })
    expect(parents).toContain(String(process.pid))
    expect(parents).not.toContain(String(helper.child.pid))
  })

  it('runs beside others, each with its own folder and environment', async () => {
    await helper.write('a/file', '')
    const runs = Array.from({ length: 8 }, (_, at) =>
      helper.bash('echo "$NUMBER $PWD"', { cwd: at % 2 ? 'a' : '', env: { NUMBER: String(at) } }),
    )
    const said = (await Promise.all(runs)).map(({ stdout }) => stdout.trim())
    expect(said).toEqual(runs.map((_, at) => `${String(at)} ${playground.workspace}${at % 2 ? '/a' : ''}`))
  })

  it('whose output has no end is bounded: its beginning and its end are kept, what is missing is counted', async () => {
    const { end, stdout } = await helper.bash(
      'echo first; head -c 50000000 /dev/zero | tr "\\0" x; echo last',
      {
        keepBytes: 1000,
      },
    )
    expect(stdout).toHaveLength(1000)
    expect(stdout.startsWith('first\nx')).toBe(true)
    expect(stdout.endsWith('xlast\n')).toBe(true)
    expect(end).toMatchObject({ dropped: 50_000_011 - 1000 })
  })

  it('knows a few names of our environment, and no secret of it', async () => {
    const { stdout } = await helper.bash('env', { env: { GIVEN: 'a b' } })
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(0, line.indexOf('=')))
    expect(new Set(names)).toEqual(
      new Set([
        'CLAWDBOT_COMMAND_ID',
        'CLAWDBOT_RUN_ID',
        'GIVEN',
        'HOME',
        'PATH',
        'PWD',
        'SHLVL',
        'TERM',
        '_',
      ]),
    )
    expect(stdout).toContain('GIVEN=a b')
  })

  // CVE-2026-24763: PATH of the agent's environment became part of the text that a shell ran.
  it.each([
    'PATH',
    'BASH_ENV',
    'ENV',
    'LD_PRELOAD',
    'NODE_OPTIONS',
    'BASH_FUNC_ls',
    'GIT_SSH_COMMAND',
    'CLAWDBOT_RUN_ID',
  ])('is not begun with another %s, by which its text would mean something else', async (name) => {
    const { end } = await helper.bash('touch ran', { env: { [name]: '/evil:$(touch owned)' } })
    expect(end).toMatchObject({ kind: 'fault', fault: 'denied' })
    expect(readdirSync(playground.workspace)).toEqual(['canary'])
  })

  it('never has a value of its environment run as text (CVE-2026-24763)', async () => {
    const { stdout } = await helper.bash('printf %s "$GIVEN"', {
      env: { GIVEN: '"; touch owned; $(touch owned)' },
    })
    expect(stdout).toBe('"; touch owned; $(touch owned)')
    expect(existsSync(join(playground.workspace, 'owned'))).toBe(false)
  })

  it('has the variable names that a shell has, and no others', async () => {
    for (const name of ['A=B', 'A B', '', '1A', 'A\nB', 'BASH_FUNC_x%%']) {
      const { end } = await helper.bash('touch ran', { env: { [name]: 'x' } })
      expect(end).toMatchObject({ kind: 'fault', fault: 'bad_request' })
    }
  })

  // CVE-2026-28463, GHSA-796m-2973-wc5q: what was judged was not what ran (expansions, `env -S`).
  it.each([
    `env -S 'printf %s one'`,
    `printf '%s' "$(printf inner)" "\${HOME}" '$(not run)' \`printf back\``,
    `cat <<'EOF'\n$(not run) \\ "quotes" 'single'\nEOF\n`,
    `printf '%s|' -- ; printf 'é‮\\t\\n'`,
  ])('is exactly the text that was asked for: %j', async (command) => {
    const { stdout } = await helper.bash(command)
    const expected = execFileSync('/bin/bash', ['-c', command], {
      encoding: 'utf8',
      env: { HOME: '/home/owner', PATH: env.PATH },
    })
    expect(stdout).toBe(expected)
    const { stdout: seen } = await helper.bash('tr "\\0" "\\n" < /proc/$$/cmdline')
    expect(seen).toBe('/bin/bash\n-c\ntr "\\0" "\\n" < /proc/$$/cmdline\n')
  })
})

describe.runIf(process.platform === 'linux')('the helper on the host', () => {
  it('says hello with its version and its workspace', async () => {
    expect(await helper.hello).toMatchObject({ id: 0, version: 1, workspace: playground.workspace })
  })

  it('ends at bytes that are no frames', async () => {
    helper.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    await helper.gone
    expect(helper.child.exitCode).toBe(65)
  })

  it('refuses a workspace that is itself a link, which could lead anywhere by now', async () => {
    execFileSync('ln', ['-s', playground.outside, join(playground.base, 'link')])
    const other = startHelper(join(playground.base, 'link'), 'openat2')
    await other.gone
    expect(other.child.exitCode).not.toBe(0)
  })

  it('writes a file of many pieces whole or not at all', async () => {
    const id = 77
    const piece = encodeFrame({ op: 'write', id, path: 'many', offset: 0, more: true }, Buffer.from('one'))
    const first = helper.answerTo(id)
    helper.send(piece)
    expect(await first).toMatchObject({ kind: 'written', size: 3 })
    expect(existsSync(join(playground.workspace, 'many'))).toBe(false)
    const last = helper.answerTo(id)
    helper.send(encodeFrame({ op: 'write', id, path: 'many', offset: 3, more: false }, Buffer.from('two')))
    expect(await last).toMatchObject({ kind: 'written', size: 6, created: true })
    expect(readFileSync(join(playground.workspace, 'many'), 'utf8')).toBe('onetwo')
    expect(readdirSync(playground.workspace)).toHaveLength(2)
  })

  it('reads in pages', async () => {
    writeFileSync(join(playground.workspace, 'pages'), 'abcdefghij')
    expect(await pageAt(0)).toMatchObject({ body: 'abcd', size: 10 })
    expect(await pageAt(8)).toMatchObject({ body: 'ij' })
    expect(await pageAt(99)).toMatchObject({ body: '' })
  })

  it('edits exactly one place', async () => {
    writeFileSync(join(playground.workspace, 'f'), 'aaa\nb\nb\n')
    expect(await helper.edit('f', 'b', 'c')).toMatchObject({ fault: 'many_matches' })
    // Two places that overlap are two.
    expect(await helper.edit('f', 'aa', 'c')).toMatchObject({ fault: 'many_matches' })
    expect(await helper.edit('f', 'z', 'c')).toMatchObject({ fault: 'no_match' })
    expect(await helper.edit('f', 'b\nb', 'c')).toMatchObject({ kind: 'edited', line: 2, size: 6 })
    expect(readFileSync(join(playground.workspace, 'f'), 'utf8')).toBe('aaa\nc\n')
    expect(await helper.edit('none', 'a', 'b')).toMatchObject({ fault: 'not_found' })
  })

  it.each([
    '.git/hooks/post-checkout',
    '.envrc',
    'sub/.ENVRC',
    '.vscode/tasks.json',
    '.claude/settings.json',
    '.bashrc',
    '.mcp.json',
    '.git',
  ])('does not write %s, which a tool of the owner would obey', async (path) => {
    expect(await helper.write(path, 'x')).toMatchObject({ kind: 'fault', fault: 'denied' })
    expect(await helper.edit(path, 'a', 'x')).toMatchObject({ kind: 'fault', fault: 'denied' })
    expect(readdirSync(playground.workspace)).toEqual(['canary'])
  })
})
