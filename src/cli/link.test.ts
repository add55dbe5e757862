// `clawdbot link` and `clawdbot unlink`: the real cli beside a supervisor that runs, and alone.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readNumberUse, writeNumberUse } from '../shared/state/number-store.ts'
import type { StatePaths } from '../shared/state/state-dir.ts'
import { recordsIn } from '../supervisor/audit/testing/audit-files.ts'
import { dockerEnv } from '../supervisor/testing/docker-env.ts'
import { createTestHome, order, SOON, startRunning, type TestHome } from '../supervisor/testing/test-home.ts'
import { link } from './commands/link.ts'
import { unlink } from './commands/unlink.ts'
import type { CliContext } from './context.ts'
import { qrLines } from './link/qr-lines.ts'
import { cliState, runCli, startCli } from './testing/run-cli.ts'

const MINE = '+15550002222'
const CODE = `2@${'c0de'.repeat(40)}`

const testHome = (): TestHome => {
  const home = createTestHome()
  onTestFinished(() => home.remove())
  return home
}

/** The cli as it goes. */
const running = (paths: StatePaths, args: readonly string[]) => {
  const child = startCli(paths, args)
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => void lines.push(line))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, lines, ended }
}

/** Alone, in this process, with the stand-in for the gateway. */
const alone = (home: TestHome, fake: string) => {
  const out: string[] = []
  const err: string[] = []
  const context: CliContext = {
    paths: home.paths,
    env: { ...dockerEnv(), CLAWDBOT_TEST_FAKE: fake },
    home: home.root,
    appRoot: home.appRoot,
    now: Date.now,
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    strong: (text) => text,
    screen: undefined,
    ask: undefined,
  }
  return { context, out, err }
}

describe('clawdbot link', () => {
  it('asks whose number it is, explains both answers, and has no default', async () => {
    const paths = await cliState()
    const { code, out, err } = await runCli(paths, ['link', 'whatsapp'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^clawdbot: whose number will be linked\?\n {2}--number separate .*advised/)
    expect(err).toMatch(/\n {2}--number own .*only your chat with yourself is heard/)
    const wrong = await runCli(paths, ['link', 'whatsapp', '--number', 'hers'])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--number can not be "hers"') })
    expect(existsSync(paths.run)).toBe(false)
  })

  it('is refused for messengers that are not linked, and for those that there are not', async () => {
    const paths = await cliState()
    const telegram = await runCli(paths, ['link', 'telegram', '--number', 'own'])
    expect(telegram).toMatchObject({
      code: 1,
      err: expect.stringContaining('Telegram is not linked to a phone.'),
    })
    expect((await runCli(paths, ['unlink', 'whatsup'])).code).toBe(2)
  })

  it('is refused with exit code 3 while everything is locked down, and starts nothing', async () => {
    const paths = await cliState()
    writeFileSync(paths.lockdown, '')
    for (const args of [
      ['link', 'whatsapp', '--number', 'own'],
      ['unlink', 'whatsapp'],
    ]) {
      const { code, err } = await runCli(paths, args)
      expect({ code, err }).toMatchObject({
        code: 3,
        err: expect.stringContaining('locked down: nothing starts'),
      })
    }
    expect(existsSync(paths.run)).toBe(false)
  })

  it('has the supervisor that runs link, draws each code, and ends when the messenger is connected', async () => {
    const home = testHome()
    const supervisor = await home.supervisor()
    const cli = running(home.paths, ['link', 'whatsapp', '--number', 'separate'])
    const [first = ''] = qrLines(CODE, 'plain').lines.slice(5)
    await expect.poll(() => cli.lines, SOON).toContain(first)
    await order(supervisor, 'code 2@another')
    const [second = ''] = qrLines('2@another', 'plain').lines.slice(5)
    await expect.poll(() => cli.lines, SOON).toContain(second)
    await order(supervisor, 'phone connecting')
    await order(supervisor, `self ${MINE}`)
    await order(supervisor, 'phone connected')
    expect(await cli.ended).toBe(0)
    expect(cli.lines.join('\n')).toMatch(/On the phone: WhatsApp, Settings, Linked devices/)
    expect(cli.lines.at(-1)).toBe(`WhatsApp is linked as ${MINE}.`)
    const begun = (await recordsIn(home.paths)).find(
      ({ kind, act }) => kind === 'intent' && act === 'messenger.link',
    )
    expect(begun?.detail).toEqual({ use: 'separate' })
  })

  it('broken off by Ctrl-C takes the code back before it ends', async () => {
    const home = testHome()
    const supervisor = await home.supervisor()
    const cli = running(home.paths, ['link', 'whatsapp', '--number', 'separate'])
    await expect.poll(() => cli.lines.length, SOON).toBeGreaterThan(10)
    cli.child.kill('SIGINT')
    expect(await cli.ended).toBe(1)
    expect(cli.lines.join('\n')).toContain('Nothing was linked: it was broken off.')
    const view = supervisor.snapshot().state.providers.find(({ provider }) => provider === 'whatsapp')
    expect(view).toMatchObject({ state: 'unlinked', link: { code: null } })
  })

  it('says why where it is refused', async () => {
    const home = testHome()
    await startRunning(await home.supervisor('linked'))
    const { code, err } = await runCli(home.paths, ['link', 'whatsapp', '--number', 'own'])
    expect(code).toBe(1)
    expect(err).toContain(`WhatsApp is linked already, as ${MINE}.`)
  })

  it('supervises by itself where nobody does, says what the owner’s own number means, and ends it all', async () => {
    const home = testHome()
    const { context, out, err } = alone(home, 'scanned-at-once')
    await link(context, 'whatsapp', { number: 'own' })
    expect(out.slice(-2)).toEqual([
      `WhatsApp is linked as ${MINE}.`,
      'It is heard while the app or `clawdbot gateway` runs.',
    ])
    expect(err[0]).toMatch(/your own number: only your chat with yourself will be heard/)
    expect(err.slice(1).join(' ')).toMatch(/owner\.whatsapp: \["\+15550002222"\]/)
    expect(await readNumberUse(home.paths, 'whatsapp')).toEqual({ use: 'own', number: MINE })
    for (const file of [home.paths.run, home.paths.linkRequest, home.paths.linkAnswer])
      expect(existsSync(file)).toBe(false)
  })

  it('goes by what was said when it was linked before', async () => {
    const home = testHome()
    await writeNumberUse(home.paths, 'whatsapp', { use: 'separate', number: MINE })
    const { context, out, err } = alone(home, 'scanned-at-once')
    await link(context, 'whatsapp', {})
    expect(out).toContain(`WhatsApp is linked as ${MINE}.`)
    expect(err).toEqual([])
  })

  it('ends where nobody answers because the supervisor has ended', async () => {
    const home = testHome()
    const supervisor = await home.supervisor()
    const cli = running(home.paths, ['link', 'whatsapp', '--number', 'separate'])
    await expect.poll(() => cli.lines.length, SOON).toBeGreaterThan(10)
    await supervisor.close()
    rmSync(home.paths.linkAnswer, { force: true })
    expect(await cli.ended).toBe(1)
    expect(cli.lines.join('\n')).toContain('The Clawdbot that runs gave no answer')
  })
})

describe('clawdbot unlink', () => {
  it('has the supervisor that runs unlink, and ends when it is done', async () => {
    const home = testHome()
    await startRunning(await home.supervisor('linked'))
    expect(await runCli(home.paths, ['unlink', 'whatsapp'])).toEqual({
      code: 0,
      out: `WhatsApp is unlinked: ${MINE}. Nobody is heard there any more.\n`,
      err: '',
    })
  })

  it('starts a gateway of its own for it where none runs', async () => {
    const home = testHome()
    const { context, out } = alone(home, 'linked')
    await unlink(context, 'whatsapp')
    expect(out).toEqual([`WhatsApp is unlinked: ${MINE}. Nobody is heard there any more.`])
    expect(existsSync(home.paths.run)).toBe(false)
  })

  it('says so where nothing is linked', async () => {
    const home = testHome()
    await expect(unlink(alone(home, '').context, 'whatsapp')).rejects.toMatchObject({
      code: 'link_impossible',
      message: 'WhatsApp is not linked.',
    })
  })
})

describe('clawdbot status', () => {
  it('says how WhatsApp stands, and its number, and never a code', async () => {
    const home = testHome()
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    const line = `Provider   whatsapp connected as ${MINE}`
    await expect.poll(async () => (await runCli(home.paths, ['status'])).out, SOON).toContain(line)
    await order(supervisor, 'code 2@secret')
    await order(supervisor, 'phone linking Scan the code.')
    await expect
      .poll(async () => (await runCli(home.paths, ['status'])).out, SOON)
      .toContain('Provider   whatsapp linking: Scan the code.')
    expect((await runCli(home.paths, ['status', '--json'])).out).not.toContain('2@')
  })
})
