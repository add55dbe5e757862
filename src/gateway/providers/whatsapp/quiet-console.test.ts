import { fork, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Conditions } from '../../../../e2e/servers/support/conditions.ts'
import { startWhatsAppServer, type WhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'

const HERE = import.meta.dirname
const LINKED = new URL('./testing/linked-process.ts', import.meta.url)
const ROOT = realpathSync(join(HERE, '../../../..'))

test('whatever is said to the console, nothing comes out, and only constant words reach the log', () => {
  const program = `
    import { quietConsole } from ${JSON.stringify(join(HERE, 'quiet-console.ts'))}
    import { createHeardLog } from ${JSON.stringify(join(HERE, 'testing/heard-log.ts'))}
    const { log, lines } = createHeardLog()
    const methods = Object.entries(console).filter(([name, it]) => typeof it === 'function' && name !== 'Console')
    quietConsole(log)
    quietConsole(log)
    const secret = Buffer.from('the private key, all of it')
    for (const [name] of methods) {
      for (const said of [['Closing session:', { secret }], [{ secret }], [secret], [secret.toString('hex')], ['%s', secret], [false, secret], []])
        console[name](...said)
    }
    process.stdout.write(JSON.stringify({ methods: methods.map(([name]) => name), lines }))`
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  expect(child.stderr).toBe('')
  const { methods, lines }: { methods: string[]; lines: string[] } = JSON.parse(child.stdout)
  expect(methods).toEqual(
    expect.arrayContaining(['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'assert']),
  )
  expect(new Set(lines)).toEqual(new Set(['debug: Closing session:']))
})

interface LinkedProcess {
  readonly states: readonly string[]
  readonly heard: readonly string[]
  readonly sent: readonly string[]
  readonly codes: readonly string[]
  tell(message: 'begin' | 'stop'): void
  until(condition: () => boolean, what: string): Promise<void>
  /** All that it has put out. */
  output(): string
  readonly gone: Promise<number | null>
}

const startLinked = (home: string, server: WhatsAppServer): LinkedProcess => {
  const [folder, file] = [join(home, 'whatsapp'), join(home, 'log')]
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const child = fork(LINKED, [folder, file, server.url, server.rootKey], {
    execArgv: [
      '--permission',
      // That of the flag for the network itself.
      '--disable-warning=ExperimentalWarning',
      '--no-experimental-sqlite',
      '--no-experimental-webstorage',
      '--no-experimental-ffi',
      '--freeze-flags-after-init',
      '--disable-sigusr1',
      '--allow-net',
      ...[`${ROOT}/*`, folder, file].map((path) => `--allow-fs-read=${path}`),
      ...[folder, file].map((path) => `--allow-fs-write=${path}`),
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const told = { state: [''], heard: [''], sent: [''], code: [''] }
  const conditions = new Conditions()
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')))
  child.on('message', (message: Record<keyof typeof told, string>) => {
    for (const what of ['state', 'heard', 'sent', 'code'] as const)
      if (message[what]) told[what].push(message[what])
    conditions.changed()
  })
  return {
    states: told.state,
    heard: told.heard,
    sent: told.sent,
    codes: told.code,
    tell: (message) => void child.send(message),
    until: (condition, what) => conditions.waitFor(condition, what),
    output: () => output,
    gone: new Promise((resolve) => child.once('close', resolve)),
  }
}

const startWorld = async (): Promise<{ home: string; server: WhatsAppServer }> => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-quiet-')))
  const server = await startWhatsAppServer()
  onTestFinished(async () => {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  })
  return { home, server }
}

/** Every run of bytes that the login keeps, as it would look in a text. */
const keysIn = (home: string): readonly string[] => {
  const texts = [
    ...readFileSync(join(home, 'whatsapp/login.jsonl'), 'utf8').matchAll(/"data":"([^"]{40,})"/g),
  ]
  return texts.flatMap(([, text = '']) => {
    const bytes = Buffer.from(text, 'base64')
    return [text.slice(0, 40), bytes.toString('hex').slice(0, 40), bytes.toString('latin1').slice(0, 24)]
  })
}

test('a real pairing, and messages that make libsignal speak of its keys, put nothing out and no key into the log', async () => {
  const { home, server } = await startWorld()
  const linked = startLinked(home, server)
  linked.tell('begin')
  await linked.until(() => linked.codes.length > 1, 'a code')
  await server.scan(linked.codes.at(-1) ?? '')
  await linked.until(() => linked.states.includes('connected'), 'connected')
  const alice = await server.addContact({ number: '+15550001111', lid: '777000111', name: 'Alice' })
  for (const round of [1, 2, 3]) {
    // A phone that was installed anew begins a new session; the one before is closed, and libsignal prints it.
    alice.devices[0]?.forgetSessions()
    await alice.send(`secret question ${round}`)
    await linked.until(() => linked.heard.includes(`secret question ${round}`), 'the question')
    await server.until(() => alice.received.length === round, 'the answer')
  }
  server.faults.garbage('undecryptable')
  await alice.send('the last secret question')
  await linked.until(() => linked.heard.includes('the last secret question'), 'the last question')
  await linked.until(() => linked.sent.length === 5, 'the last answer')
  linked.tell('stop')
  expect(await linked.gone).toBe(0)
  expect(linked.output()).toBe('')
  const log = readFileSync(join(home, 'log'), 'utf8')
  expect(log).toContain('Closing session:')
  const keys = keysIn(home)
  expect(keys.length).toBeGreaterThan(2_000)
  const secrets = [
    ...keys,
    ...linked.codes.slice(1),
    'privKey',
    '<Buffer',
    'rootKey',
    'question',
    '15550001111',
  ]
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([])
})

test.each(['root', 'intermediate', 'leaf', 'issuer', 'replayed', 'missing'] as const)(
  'a server whose certificates are not right (%s) is shown no code and gets no login',
  async (chain) => {
    const { home, server } = await startWorld()
    server.faults.forgeChain(chain)
    const linked = startLinked(home, server)
    linked.tell('begin')
    await server.until(() => server.connections() > 0, 'a connection')
    await linked.until(() => linked.states.length > 3 || linked.states.includes('refused'), 'an end of it')
    expect(linked.codes).toHaveLength(1)
    expect(server.seen).toEqual([])
    expect(linked.output()).toBe('')
  },
)
