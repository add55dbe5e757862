import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { prepareStateDir, resolveStatePaths } from './state-dir.ts'
import { tempFolder } from './testing/temp-state.ts'

describe('the paths of the state directory', () => {
  it('are in ~/.clawdbot', () => {
    expect(resolveStatePaths({}, '/home/a')).toEqual({
      root: '/home/a/.clawdbot',
      archive: '/home/a/.clawdbot/archive',
      audit: '/home/a/.clawdbot/audit',
      incidents: '/home/a/.clawdbot/incidents',
      lockdowns: '/home/a/.clawdbot/lockdowns.jsonl',
      config: '/home/a/.clawdbot/clawdbot.json',
      credentials: '/home/a/.clawdbot/credentials',
      sessions: '/home/a/.clawdbot/sessions',
      gateway: '/home/a/.clawdbot/gateway',
      lockdown: '/home/a/.clawdbot/lockdown.json',
      readOnly: '/home/a/.clawdbot/readonly.json',
      workspace: '/home/a/.clawdbot/workspace',
      sandboxes: '/home/a/.clawdbot/sandboxes',
      run: '/home/a/.clawdbot/run.json',
      notify: '/home/a/.clawdbot/notify.json',
      linkRequest: '/home/a/.clawdbot/link-request.json',
      linkAnswer: '/home/a/.clawdbot/link-answer.json',
    })
  })

  it('follow CLAWDBOT_STATE_DIR, then CLAWDIS_STATE_DIR, as in the existing Clawdbot', () => {
    expect(resolveStatePaths({ CLAWDBOT_STATE_DIR: '/a', CLAWDIS_STATE_DIR: '/b' }, '/h').root).toBe('/a')
    expect(resolveStatePaths({ CLAWDBOT_STATE_DIR: '  ', CLAWDIS_STATE_DIR: '/b' }, '/h').root).toBe('/b')
    expect(resolveStatePaths({ CLAWDBOT_STATE_DIR: '~/bot' }, '/h').config).toBe('/h/bot/clawdbot.json')
    expect(resolveStatePaths({ CLAWDBOT_STATE_DIR: 'bot' }, '/h').root).toBe(join(process.cwd(), 'bot'))
  })

  it('follow CLAWDBOT_CONFIG_PATH and CLAWDBOT_OAUTH_DIR', () => {
    const env = {
      CLAWDBOT_STATE_DIR: '/a',
      CLAWDBOT_CONFIG_PATH: '/etc/bot.json',
      CLAWDBOT_OAUTH_DIR: '/keys',
    }
    expect(resolveStatePaths(env, '/h')).toMatchObject({
      root: '/a',
      config: '/etc/bot.json',
      credentials: '/keys',
    })
  })
})

describe('preparing the state directory', () => {
  it('makes folders for the owner alone, and takes existing ones away from everybody else', async () => {
    const root = join(await tempFolder(), 'deep', 'state')
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, '/nowhere')
    await mkdir(paths.credentials, { recursive: true })
    await chmod(root, 0o755)
    await chmod(paths.credentials, 0o777)
    await prepareStateDir(paths)
    for (const path of [root, paths.credentials, paths.sessions, paths.gateway]) {
      expect((await stat(path)).mode & 0o777).toBe(0o700)
      expect((await readdir(path)).filter((name) => name.startsWith('.'))).toEqual([])
    }
  })

  it('says so when something that is no folder is in the way', async () => {
    const root = await tempFolder()
    await writeFile(join(root, 'credentials'), '')
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, '/nowhere')
    await expect(prepareStateDir(paths)).rejects.toMatchObject({ code: 'state_not_writable' })
  })
})

const mount = (...args: readonly string[]): boolean => spawnSync('mount', args).status === 0
const isRoot = process.getuid?.() === 0

/** Prepares the folder as this user, or, as root, whom rights do not bind, as nobody. Prints the error. */
const prepareUnprivileged = (root: string): unknown => {
  // Who drops the rights after the module was loaded: the checkout may belong to root alone.
  const program = `
    const { prepareStateDir, resolveStatePaths } = await import(process.argv[1])
    if (process.getuid() === 0) {
      process.setgid(65534)
      process.setuid(65534)
    }
    await prepareStateDir(resolveStatePaths({ CLAWDBOT_STATE_DIR: process.argv[2] }, '/')).catch((error) => {
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }))
    })`
  const module = new URL('./state-dir.ts', import.meta.url).href
  const args = ['--input-type=module', '-e', program, module, root]
  const child = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(child.stderr).toBe('')
  return JSON.parse(child.stdout)
}

describe('a state directory that can not be written', () => {
  it('is reported by name, with what to do', async () => {
    const root = await tempFolder()
    await chmod(root, 0o500)
    if (isRoot) await chown(root, 65_534, 65_534)
    expect(prepareUnprivileged(root)).toMatchObject({
      code: 'state_not_writable',
      message: expect.stringMatching(/permission denied/),
      hint: expect.stringMatching(/CLAWDBOT_STATE_DIR/),
    })
  })

  it.runIf(isRoot)('is reported when its file system is read-only (a real mount)', async ({ skip }) => {
    const root = await tempFolder()
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, '/nowhere')
    await prepareStateDir(paths)
    if (!mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs', root)) skip('this machine lets nobody mount')
    onTestFinished(() => void spawnSync('umount', [root]))
    await expect(prepareStateDir(paths)).rejects.toMatchObject({
      code: 'state_not_writable',
      message: expect.stringMatching(/read-only/),
    })
  })
})
