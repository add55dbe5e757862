// The whole gateway as a process, linked to a server in the place of WhatsApp: who is told a code, what else leaves, and what does not.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startWhatsAppServer, type WhatsAppServer } from '../../e2e/servers/whatsapp/server.ts'
import type { ProviderTold } from '../shared/contracts/gateway-told.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { nobody, type StandInSupervisor } from './testing/stand-in-supervisor.ts'

interface Linked {
  readonly server: WhatsAppServer
  readonly supervisor: StandInSupervisor
  readonly gateway: GatewayProcess
  /** Starts it anew over the same login. */
  readonly again: () => Promise<Linked>
  /** What it has written into its log. */
  readonly log: () => string
  /** What stands in all its transcripts. */
  readonly sessions: () => string
}

type Account = Parameters<typeof startWhatsAppServer>[0]

const isAt = (supervisor: StandInSupervisor, state: string) => (): boolean =>
  supervisor.of('provider').at(-1)?.status.state === state

const start = (
  server: WhatsAppServer,
  stateDir: string,
  told: readonly ProviderTold[],
  env: Readonly<Record<string, string>> = {},
): GatewayProcess => {
  const folder = join(stateDir, 'whatsapp')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { url, rootKey, mediaUrl } = server
  const whatsapp = { folder, test: { url, rootKey, mediaUrl } }
  const grants = [
    // That of the flag for the network itself.
    '--disable-warning=ExperimentalWarning',
    `--allow-fs-read=${folder}`,
    `--allow-fs-write=${folder}`,
  ]
  const gateway = startGateway(stateDir, told, { whatsapp, logLevel: 'trace' }, env, grants)
  onTestFinished(async () => {
    gateway.child.kill('SIGKILL')
    await gateway.gone
  })
  return gateway
}

const newHome = async (account?: Account): Promise<{ server: WhatsAppServer; stateDir: string }> => {
  const stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'gateway-whatsapp-')))
  const server = await startWhatsAppServer(account)
  onTestFinished(async () => {
    await server.stop()
    rmSync(stateDir, { recursive: true })
    expect(server.unknown()).toEqual([])
  })
  return { server, stateDir }
}

/** A gateway with a phone that has scanned its code. */
const link = async (over: Partial<ProviderTold> = {}, account?: Account): Promise<Linked> => {
  const { server, stateDir } = await newHome(account)
  const told = [{ ...nobody('whatsapp'), ...over }]
  const run = (gateway: GatewayProcess): Linked => ({
    server,
    gateway,
    supervisor: gateway.supervisor,
    again: async () => {
      const next = start(server, stateDir, told)
      await next.supervisor.waitFor(isAt(next.supervisor, 'connected'))
      return run(next)
    },
    log: () => readFileSync(join(stateDir, 'gateway.log'), 'utf8'),
    sessions: () =>
      readdirSync(join(stateDir, 'sessions'))
        .map((name) => readFileSync(join(stateDir, 'sessions', name), 'utf8'))
        .join(''),
  })
  const gateway = start(server, stateDir, told)
  const { supervisor } = gateway
  await supervisor.waitFor(isAt(supervisor, 'unlinked'))
  gateway.tell({ type: 'link', provider: 'whatsapp', act: 'begin' })
  const code = (): string => supervisor.of('link').at(-1)?.link.code?.text ?? ''
  await supervisor.waitFor(() => code() !== '')
  await server.scan(code())
  await supervisor.waitFor(isAt(supervisor, 'connected'))
  return run(gateway)
}

const seenBy = (supervisor: StandInSupervisor): number =>
  supervisor.of('pairing-seen').reduce((sum, { count }) => sum + count, 0)

const dropsOf = (supervisor: StandInSupervisor, reason: string): number =>
  supervisor.of('drops').reduce((sum, { counts }) => sum + (counts[reason] ?? 0), 0)

/** What says that it has arrived: with somebody there, or nobody. */
const DELIVERED: ReadonlySet<string> = new Set(['delivered', 'inactive'])

/** Whatever it has sent that is a message. */
const messagesFrom = ({ seen }: WhatsAppServer) => seen.filter(({ tag }) => tag === 'message')

const ALICE = { number: '+15550001111', lid: '77770000222@lid', name: 'Alice' }
const FRIEND = { number: '+15550007777', lid: '77770000888@lid', name: 'Friend' }

test('two gateways that write to each other exchange exactly one code each, whatever follows', async () => {
  const a = await link({}, { number: '+15550100001', lid: '10010000001@lid' })
  const b = await link({}, { number: '+15550100002', lid: '10010000002@lid' })
  // At each server the other account is a contact, and what one gateway sends to it the other gets from there.
  const bAtA = await a.server.addContact(b.server.me)
  const aAtB = await b.server.addContact(a.server.me)
  const relayed = { toB: 0, toA: 0 }
  const relay = (): void => {
    for (; relayed.toB < bAtA.received.length; relayed.toB++)
      void aAtB.send(bAtA.received[relayed.toB]?.text ?? '')
    for (; relayed.toA < aAtB.received.length; relayed.toA++)
      void bAtA.send(aAtB.received[relayed.toA]?.text ?? '')
  }
  const relaying = setInterval(relay, 5)
  onTestFinished(() => clearInterval(relaying))
  await bAtA.send('hello')
  await aAtB.send('hello')
  await a.supervisor.waitFor(() => dropsOf(a.supervisor, 'pairing_echo') === 1)
  await b.supervisor.waitFor(() => dropsOf(b.supervisor, 'pairing_echo') === 1)
  for (let n = 0; n < 20; n += 1) {
    await bAtA.send(`and ${n}`)
    await aAtB.send(`and ${n}`)
  }
  for (const { supervisor } of [a, b]) await supervisor.waitFor(() => seenBy(supervisor) === 20)
  for (const contact of [bAtA, aAtB])
    expect(contact.received.map(({ text }) => text)).toEqual([expect.stringContaining('pairing code')])
  for (const { server, supervisor } of [a, b]) {
    expect(messagesFrom(server)).toHaveLength(1)
    expect(supervisor.of('pairing-ask')).toHaveLength(1)
  }
}, 60_000)

test('a stranger is told one code, where they wrote, and nothing of the owner, the account or this machine', async () => {
  const { server, supervisor, gateway, log } = await link()
  const alice = await server.addContact(ALICE)
  const group = server.addGroup({ members: [alice] })
  await alice.send('what secret?', { group })
  await server.phone.sendTo(alice, 'the owner writes to her')
  await alice.send('hello, my secret question')
  await server.until(() => alice.received.length === 1, 'the code')
  for (const as of ['lid', 'number'] as const) await alice.send('hello?', { as })
  await alice.send({ reactionMessage: { key: { id: 'X', remoteJid: ALICE.lid }, text: '👍' } })
  await supervisor.waitFor(() => seenBy(supervisor) === 2)
  const [told] = alice.received
  expect(alice.received).toHaveLength(1)
  expect(messagesFrom(server)).toHaveLength(1)
  expect(told).toMatchObject({ chat: ALICE.lid })
  const { number, lid } = server.me
  for (const word of [
    number.slice(1),
    lid.split('@')[0] ?? '',
    'clawdbot pairing',
    'localhost',
    '127.0.0.1',
    process.cwd(),
  ])
    expect(told?.text).not.toContain(word)
  expect(supervisor.of('pairing-ask')).toMatchObject([
    { sender: ALICE.number, account: ALICE.lid, moved: null, answer: true, claims: { name: 'Alice' } },
  ])
  // Of what she does there is no sign but that it was delivered.
  expect(alice.typings).toBe(0)
  expect(alice.receipts.filter(({ type }) => !DELIVERED.has(type))).toEqual([])
  expect(server.media.requests).toEqual([])
  await gateway.stop()
  expect(gateway.output()).toBe('')
  for (const word of ['secret', told?.text.slice(0, 20) ?? '?', 'privKey', '<Buffer', 'rootKey'])
    expect(log()).not.toContain(word)
}, 60_000)

test('who wrote while nobody listened is asked about, and told nothing', async () => {
  const first = await link()
  await first.gateway.stop()
  const { server } = first
  const strangers = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => server.addContact({ number: `+1555000111${n}`, lid: `7777000022${n}@lid` })),
  )
  for (const stranger of strangers) await stranger.send('anybody there?')
  const { supervisor } = await first.again()
  await server.until(() => server.pending().length === 0, 'the delivery of all')
  await supervisor.waitFor(() => dropsOf(supervisor, 'pairing_full') === 2)
  expect(supervisor.of('pairing-ask').map(({ answer }) => answer)).toEqual([false, false, false])
  expect(messagesFrom(server)).toEqual([])
}, 60_000)

test('under every other policy a stranger hears nothing: no code, no typing sign, no receipt of reading', async () => {
  const { server, supervisor } = await link()
  const friend = await server.addContact(FRIEND)
  const policies: readonly [Partial<ProviderTold>, reason: string][] = [
    [{ dmPolicy: 'allowlist' }, 'not_allowed'],
    [{ dmPolicy: 'open' }, 'open_without_star'],
    [{ blocked: ['+15550001112'] }, 'blocked'],
    [{ blocked: ['77770000223@lid'] }, 'blocked'],
    [{ dmPolicy: 'disabled', approved: ['+15550001114'] }, 'disabled'],
    [{ onlySelf: true, approved: ['+15550001115'] }, 'only_self_chat'],
  ]
  for (const [index, [over, reason]] of policies.entries()) {
    await supervisor.change('whatsapp', { ...nobody('whatsapp'), configured: [FRIEND.number], ...over })
    const before = dropsOf(supervisor, reason)
    const alice = await server.addContact({ number: `+1555000111${index}`, lid: `7777000022${index}@lid` })
    await alice.send('say something')
    await alice.sendImage(Buffer.from('an image'), { caption: 'say look' })
    await supervisor.waitFor(() => dropsOf(supervisor, reason) === before + 2)
    // A friend, who is answered after them; and where nobody is, the policy of before.
    await supervisor.change('whatsapp', { ...nobody('whatsapp'), configured: [FRIEND.number] })
    await friend.send('say fence')
    await server.until(() => friend.received.length === index + 1, 'the answer to the friend')
    expect([reason, alice.received, alice.typings]).toEqual([reason, [], 0])
    expect(alice.receipts.filter(({ type }) => !DELIVERED.has(type))).toEqual([])
  }
  expect(supervisor.of('pairing-ask')).toEqual([])
  expect(messagesFrom(server)).toHaveLength(policies.length)
  expect(server.media.requests).toEqual([])
  // And the friend has seen that somebody writes, as long as somebody did.
  expect(friend.typings).toBe(policies.length)
  await server.until(() => friend.typing === 'off', 'the end of the sign')
}, 60_000)

test('a number is told to be its account’s by the first message that is let in, and another account with it is asked about', async () => {
  const { server, supervisor } = await link({ configured: [ALICE.number] })
  const alice = await server.addContact(ALICE)
  await alice.send('say first')
  await server.until(() => alice.received.length === 1, 'an answer')
  expect(supervisor.of('bind')).toEqual([
    { type: 'bind', provider: 'whatsapp', number: ALICE.number, account: ALICE.lid },
  ])
  await supervisor.change('whatsapp', { accounts: [{ id: ALICE.number, account: ALICE.lid }] })
  const heir = await server.addContact({ number: ALICE.number, lid: '88880000333@lid', name: 'Alice' })
  await heir.send('say it is me')
  await server.until(() => heir.received.length === 1, 'a code')
  expect(heir.received[0]?.text).toContain('pairing code')
  expect(supervisor.of('pairing-ask')).toMatchObject([
    { sender: heir.lid, account: null, moved: ALICE.number },
  ])
  alice.changeNumber('+15550002222')
  await alice.send('say still me')
  await server.until(() => alice.received.length === 2, 'another answer')
  expect(supervisor.of('accepted').map(({ sender }) => sender)).toEqual([ALICE.number, ALICE.number])
}, 60_000)

test('a long answer comes in pieces that WhatsApp takes, and a guest’s file is described to the agent and never fetched', async () => {
  const { server, sessions } = await link({ dmPolicy: 'open', everyone: true })
  const alice = await server.addContact(ALICE)
  const words = Array.from({ length: 1_500 }, (_, index) => `word${index}`)
  await alice.send(`say ${words.join(' ')}`)
  await server.until(() => alice.received.some(({ text }) => text.endsWith('word1499')), 'all pieces')
  const pieces = alice.received.map(({ text }) => text)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(4096)
  expect(pieces.length).toBe(Math.ceil(words.join(' ').length / 4096))
  expect(pieces.join(' ').split(' ')).toEqual(words)

  await alice.sendDocument(Buffer.from('%PDF-1.7'), { fileName: 'plan.pdf', caption: 'say read it' })
  await server.until(() => alice.received.length > pieces.length, 'an answer')
  expect(sessions()).toContain('a guest has no tool write (document, plan.pdf, 8 bytes)')
  expect(server.media.requests).toEqual([])
}, 60_000)

test('another server than WhatsApp’s is refused where nothing is tested, and never spoken to', async () => {
  const { server, stateDir } = await newHome()
  const gateway = start(server, stateDir, [nobody('whatsapp')], { CLAWDBOT_TEST: '' })
  const { supervisor } = gateway
  await supervisor.waitFor(isAt(supervisor, 'refused'))
  gateway.tell({ type: 'link', provider: 'whatsapp', act: 'begin' })
  await supervisor.change('whatsapp', {})
  expect(supervisor.of('provider').map(({ status }) => status.state)).toEqual(['refused'])
  expect(server.connections()).toBe(0)
})
