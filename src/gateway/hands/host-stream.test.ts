import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHelperClient, type HelperClient } from './helper-client.ts'
import { startHostHelper } from './host-stream.ts'

const SOURCES = resolve(import.meta.dirname, '../..')
const HELPER = join(SOURCES, 'host-helper/main.ts')
const SOON = { timeout: 30_000 }

let workspace: string
let gateway: ChildProcess | undefined
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-host-stream-')))
})
afterEach(() => {
  gateway?.kill('SIGKILL')
  gateway = undefined
  rmSync(workspace, { recursive: true })
})

const host = (helper = HELPER) => ({ node: process.execPath, helper, workspace })
const never = new AbortController().signal
const run = (client: HelperClient, command: string) =>
  client.bash({ command, cwd: '', env: {}, timeoutMs: 30_000, keepBytes: 4096 }, never)
const isAlive = (pid: number): boolean => existsSync(`/proc/${String(pid)}`)

describe.runIf(process.platform === 'linux')('the helper on the host', () => {
  it('serves a client, and ends with it', async () => {
    const stream = startHostHelper(host(), process.env)
    const client = createHelperClient(stream, { now: () => performance.now() })
    expect(await client.write('a/b', Buffer.from('one'))).toMatchObject({ kind: 'written', created: true })
    expect(await client.read('a/b', 0, 10)).toMatchObject({ kind: 'read', size: 3 })
    const ended = await run(client, 'echo $PPID')
    if (ended.kind !== 'ended') throw new Error(ended.why)
    const running = run(client, 'echo $$ > pid; sleep 1000')
    const pidFile = join(workspace, 'pid')
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', SOON).toBe(true)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    expect(isAlive(pid)).toBe(true)
    stream.close()
    await expect.poll(() => isAlive(pid), SOON).toBe(false)
    // Nothing more is heard of what was given up.
    void running
  })

  it('dies with all that it started when it is condemned', async () => {
    const stream = startHostHelper(host(), process.env)
    const client = createHelperClient(stream, { now: () => performance.now() })
    void run(client, 'echo $$ > pid; sleep 1000')
    const pidFile = join(workspace, 'pid')
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', SOON).toBe(true)
    stream.condemn('it broke its contract')
    await expect.poll(() => isAlive(Number(readFileSync(pidFile, 'utf8'))), SOON).toBe(false)
  })

  it('says why it ended', async () => {
    symlinkSync('/', join(workspace, 'link'))
    const stream = startHostHelper({ ...host(), workspace: join(workspace, 'link') }, process.env)
    const why = await new Promise<string>((onEnd) => stream.listen({ onBytes: () => {}, onEnd }))
    expect(why).toMatch(/exited with code 66 \(its workspace is not a folder/)
  })

  it('says that it could not be started', async () => {
    const stream = startHostHelper({ ...host(), node: '/none/node' }, process.env)
    const why = await new Promise<string>((onEnd) => stream.listen({ onBytes: () => {}, onEnd }))
    expect(why).toMatch(/could not be started/)
  })

  it('is not held to the gateway’s permissions, has none of its files and few names of its environment', async () => {
    const program = join(workspace, 'helper.mjs')
    const told = join(workspace, 'told.json')
    writeFileSync(
      program,
      `import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
       const open = readdirSync('/proc/self/fd').filter((fd) => {
         try { return readlinkSync('/proc/self/fd/' + fd) === process.argv[2] + '/secret' } catch { return false }
       })
       const read = readFileSync('/etc/passwd', 'utf8').length > 0
       const group = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[2]
       writeFileSync(${JSON.stringify(told)}, JSON.stringify({ read, open, group, env: process.env }))
       process.stdin.resume()`,
    )
    writeFileSync(join(workspace, 'secret'), '')
    const main = join(workspace, 'gateway.mjs')
    writeFileSync(
      main,
      `import { startHostHelper } from ${JSON.stringify(join(SOURCES, 'gateway/hands/host-stream.ts'))}
       import { openSync } from 'node:fs'
       openSync(${JSON.stringify(join(workspace, 'secret'))})
       startHostHelper(${JSON.stringify(host(program))}, process.env)
       let denied = ''
       try { openSync('/etc/passwd') } catch (error) { denied = error.code }
       console.log(denied)
       setInterval(() => {}, 1000)`,
    )
    gateway = spawn(
      process.execPath,
      [
        '--permission',
        '--no-experimental-ffi',
        '--freeze-flags-after-init',
        '--allow-child-process',
        `--allow-fs-read=${SOURCES}`,
        `--allow-fs-read=${workspace}`,
        main,
      ],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: '/bin', CLAWDBOT_RUN_ID: 'run-1', NODE_EXTRA_CA_CERTS: '/none', SECRET: 'x' },
      },
    )
    const { pid = 0, stdout } = gateway
    const said: unknown[] = stdout === null ? [] : await once(stdout, 'data')
    expect(String(said[0]).trim()).toBe('ERR_ACCESS_DENIED')
    await expect.poll(() => existsSync(told) && readFileSync(told, 'utf8').endsWith('}'), SOON).toBe(true)
    expect(JSON.parse(readFileSync(told, 'utf8'))).toEqual({
      read: true,
      open: [],
      // So STOP's signal to the gateway's group takes it too.
      group: String(pid),
      env: { PATH: '/bin', CLAWDBOT_RUN_ID: 'run-1' },
    })
  })

  // So a gateway that hangs is ended, and one that does not stop when it is asked to.
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'leaves no command behind when the whole group of the gateway gets %s at once',
    async (signal) => {
      const main = join(workspace, 'gateway.mjs')
      writeFileSync(
        main,
        `import { createHelperClient } from ${JSON.stringify(join(SOURCES, 'gateway/hands/helper-client.ts'))}
       import { startHostHelper } from ${JSON.stringify(join(SOURCES, 'gateway/hands/host-stream.ts'))}
       const stream = startHostHelper(${JSON.stringify(host())}, process.env)
       const client = createHelperClient(stream, { now: () => performance.now() })
       const command = ${JSON.stringify(`setsid bash -c 'echo $$ > escaped; sleep 1000' & echo $$ > pid; sleep 1000`)}
       client.bash({ command, cwd: '', env: {}, timeoutMs: 60_000, keepBytes: 4096 }, new AbortController().signal)`,
      )
      const { pid: group = 0 } = (gateway = spawn(process.execPath, [main], {
        detached: true,
        stdio: 'ignore',
      }))
      const pidIn = (name: string): number => {
        const file = join(workspace, name)
        return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
      }
      await expect.poll(() => pidIn('pid') > 0 && pidIn('escaped') > 0, SOON).toBe(true)
      const commands = [pidIn('pid'), pidIn('escaped')]
      process.kill(-group, signal)
      await expect.poll(() => commands.filter(isAlive), SOON).toEqual([])
    },
  )
})
