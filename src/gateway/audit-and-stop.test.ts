import { beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import type { ProviderTold, StartMessage } from '../shared/contracts/gateway-told.ts'
import type { GatewayProcess } from './testing/gateway-process.ts'
import { createGatewayWorld, type GatewayWorld } from './testing/gateway-world.ts'
import { nobody } from './testing/stand-in-supervisor.ts'

let server: TelegramServer
let world: GatewayWorld

beforeEach(async () => {
  server = await new TelegramServer().start()
  world = createGatewayWorld(server)
})

const friend = { id: 42, first_name: 'Alice' }
const owner = { id: 7, first_name: 'Owner' }

/** Running and connected; until then what is pushed counts as backlog. */
const start = async (
  people: Partial<ProviderTold> = {},
  told: Partial<StartMessage> = {},
): Promise<GatewayProcess> => {
  const gateway = world.launch(
    [
      { ...nobody('telegram'), owners: ['7'], approved: ['42'], ...people },
      { ...nobody('simulator'), owners: ['me'] },
    ],
    { simulator: true, ...told },
  )
  const { supervisor } = gateway
  await supervisor.waitFor(() =>
    supervisor
      .of('provider')
      .some(({ status }) => status.provider === 'telegram' && status.state === 'connected'),
  )
  return gateway
}

describe('the audit', () => {
  test('knows of every message before it leaves, and how each ended, without a word of it', async () => {
    const gateway = await start()
    const { supervisor } = gateway
    server.dm(friend, 'the secret question')
    await server.waitForSent(1)
    await supervisor.waitFor(() => supervisor.of('outcome').length === 1)
    const types = supervisor.heard.map(({ type }) => type)
    expect(types.filter((type) => ['accepted', 'intent', 'outcome'].includes(type))).toEqual([
      'accepted',
      'intent',
      'outcome',
    ])
    expect(supervisor.of('accepted')).toMatchObject([
      { provider: 'telegram', sender: '42', session: 'telegram:dm:42', trust: 'friend' },
    ])
    expect(supervisor.of('outcome')).toMatchObject([{ intentId: 1, result: 'sent' }])
    expect(JSON.stringify(supervisor.heard)).not.toContain('the secret question')
  })

  test('that does not answer lets nothing out, and when it does the message leaves', async () => {
    const gateway = await start()
    const { supervisor } = gateway
    supervisor.audit('never')
    server.dm(friend, 'first')
    await supervisor.waitFor(() => supervisor.of('intent').length === 1)
    // What comes behind it in the same process goes its way, up to the same door.
    server.dm(owner, 'second')
    await supervisor.waitFor(() => supervisor.of('intent').length === 2)
    expect(server.sent).toEqual([])
    supervisor.audit('recorded')
    await server.waitForSent(2)
    expect([world.answersTo('first'), world.answersTo('second')]).toEqual([1, 1])
  })

  test('that refuses lets nothing out; the gateway lives, and the next run answers once', async () => {
    const gateway = await start()
    const { supervisor } = gateway
    supervisor.audit('refused')
    server.dm(friend, 'the question')
    server.dm({ id: 55 }, 'a stranger')
    gateway.tell({ type: 'notify', provider: 'simulator', sender: 'me' })
    await supervisor.waitFor(() => supervisor.of('intent').length === 3)
    await supervisor.waitFor(() => supervisor.activities('withheld').length === 1)
    expect(supervisor.activities('withheld')).toMatchObject([{ detail: 'not_audited' }])
    await gateway.stop()
    expect([server.sent, supervisor.of('simulated'), supervisor.of('outcome')]).toEqual([[], [], []])
    const again = await start()
    await server.waitFor(() => world.answersTo('the question') === 1)
    await again.stop()
    expect(again.supervisor.of('unconfirmed')).toEqual([])
    expect(world.answersTo('the question')).toBe(1)
  })

  test.each([
    ['asked to stop', (gateway: GatewayProcess) => gateway.tell({ type: 'stop' })],
    ['left by its supervisor', (gateway: GatewayProcess) => gateway.child.disconnect()],
  ])('still has not answered when the gateway is %s: the next run answers, once', async (_what, end) => {
    const gateway = await start()
    gateway.supervisor.audit('never')
    server.dm(friend, 'the question')
    await gateway.supervisor.waitFor(() => gateway.supervisor.of('intent').length === 1)
    end(gateway)
    expect(await gateway.gone).toEqual({ code: 0, signal: null })
    expect(server.sent).toEqual([])
    const again = await start()
    await server.waitFor(() => world.answersTo('the question') === 1)
    await again.stop()
    expect(again.supervisor.of('unconfirmed')).toEqual([])
  })
})

describe('what was waiting when STOP came', () => {
  test.each([
    ['is not sent after the resume', true, { two: 0, three: 0, withheld: 4 }],
    [
      'would be sent after any other restart, but for what nobody knows the end of',
      false,
      { two: 1, three: 1, withheld: 0 },
    ],
  ])('%s', async (_what, wasStopped, { two, three, withheld }) => {
    const first = await start()
    first.supervisor.audit('never')
    for (const text of ['one', 'two', 'three']) server.dm(friend, `question ${text}`)
    server.dm(owner, 'question four')
    // The first reply of each of the two conversations is about to leave; the others queue behind it.
    await first.supervisor.waitFor(
      () => first.supervisor.of('intent').length === 2 && first.supervisor.of('accepted').length === 4,
    )
    first.child.kill('SIGKILL')
    await first.gone
    const resumed = await start({}, wasStopped ? { epoch: 'after the stop' } : {})
    server.dm(friend, 'after the resume')
    server.dm(owner, 'after the resume')
    await server.waitFor(() => world.answersTo('after the resume') === 2)
    await resumed.stop()
    expect(['one', 'two', 'three', 'four'].map((text) => world.answersTo(`question ${text}`))).toEqual([
      0,
      two,
      three,
      0,
    ])
    expect(resumed.supervisor.activities('withheld')).toHaveLength(withheld)
  })
})

describe('the command to stop', () => {
  test('reaches the supervisor and not the model; nothing leaves after it, not even what is recorded late', async () => {
    const gateway = await start({ stoppers: ['7'] })
    const { supervisor } = gateway
    supervisor.audit('never')
    server.dm(friend, 'a question')
    await supervisor.waitFor(() => supervisor.of('intent').length === 1)
    server.dm(friend, '/stop')
    server.dm(owner, '/stop@test_bot')
    await supervisor.waitFor(() => supervisor.of('stop-asked').length === 1)
    supervisor.audit('recorded')
    await supervisor.waitFor(() => supervisor.of('outcome').length === 1)
    expect(supervisor.of('stop-asked')).toEqual([{ type: 'stop-asked', provider: 'telegram', sender: '7' }])
    expect(supervisor.of('outcome')).toMatchObject([{ result: 'withheld' }])
    await gateway.stop()
    expect(server.sent).toEqual([])
    // The friend may not stop: that was an ordinary message. The owner's was none.
    expect(supervisor.activities('accepted').map(({ sender, detail }) => [sender, detail])).toEqual([
      ['42', 'from the friend'],
      ['42', 'from the friend'],
      ['7', 'asked to stop everything'],
    ])
    expect(world.transcripts()).not.toContain('"owner"')
  })

  test('is heard once: what Telegram delivers again after the resume stops nothing', async () => {
    const first = await start({ stoppers: ['7'] })
    server.dm(owner, '/stop')
    await first.supervisor.waitFor(() => first.supervisor.of('stop-asked').length === 1)
    // As STOP does it: before Telegram has heard that the message is handled.
    first.child.kill('SIGKILL')
    await first.gone
    server.dm(owner, '/stop')
    const resumed = await start({ stoppers: ['7'] }, { resumedAt: Date.now() + 60_000 })
    server.dm(owner, 'hello again')
    await server.waitFor(() => world.answersTo('hello again') === 1)
    expect(resumed.supervisor.of('stop-asked')).toEqual([])
    // And a new one counts.
    server.dm(owner, '/stop')
    await resumed.supervisor.waitFor(() => resumed.supervisor.of('stop-asked').length === 1)
  })
})
