import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import { secretTag } from '../shared/log/secret-tag.ts'
import type { GatewayProcess } from './testing/gateway-process.ts'
import { createGatewayWorld, type GatewayWorld } from './testing/gateway-world.ts'
import { nobody } from './testing/stand-in-supervisor.ts'

let world: GatewayWorld
let workspace = ''

beforeEach(async () => {
  world = createGatewayWorld(await new TelegramServer().start())
  workspace = join(world.stateDir, 'workspace')
  mkdirSync(workspace)
})

/** Of every kind that a gateway holds, and as awkward as people make them. */
const SECRETS = [
  '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0',
  'sk-ant-api03-not-a-real-key_0123456789abcdefghijABCDEFGHIJ',
  'correct horse "battery" staple?',
  'pä$$wörd/with\\all+of=it&more',
]

const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'upper-case hex': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  url: (secret) => encodeURIComponent(secret),
  json: (secret) => JSON.stringify(secret).slice(1, -1),
  'json in json': (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
}

const forms = SECRETS.flatMap((secret) => Object.values(ENCODINGS).map((encode) => encode(secret)))

/** The owner’s own conversation, which acts on the host; everybody else is in nobody’s way. */
const start = async (): Promise<GatewayProcess> => {
  const gateway = world.launch(
    [{ ...nobody('simulator'), owners: ['me'] }],
    {
      telegram: null,
      simulator: true,
      secrets: SECRETS,
      host: {
        node: process.execPath,
        helper: join(import.meta.dirname, '..', 'host-helper', 'main.ts'),
        workspace,
      },
    },
    {},
    ['--allow-child-process'],
  )
  await gateway.supervisor.waitFor(() => gateway.supervisor.of('ready').length === 1)
  await gateway.supervisor.rule({ elevated: { enabled: true, approve: 'never', allowFrom: {} } })
  return gateway
}

const say = async (gateway: GatewayProcess, text: string): Promise<string> => {
  const { supervisor } = gateway
  const before = supervisor.of('simulated').length
  gateway.tell({ type: 'simulate', sender: 'me', name: 'Me', text })
  await supervisor.waitFor(() => supervisor.of('simulated').length > before)
  return supervisor.of('simulated').at(-1)?.text ?? ''
}

/** Everything that it has written and said, but for the journals that hold what is on its way. */
const everything = (gateway: GatewayProcess): string =>
  [
    world.transcripts(),
    readFileSync(join(world.stateDir, 'gateway.log'), 'utf8'),
    gateway.output(),
    JSON.stringify(gateway.supervisor.heard),
    ...readdirSync(join(world.stateDir, 'gateway')).map((name) =>
      readFileSync(join(world.stateDir, 'gateway', name), 'utf8'),
    ),
  ].join('\n')

describe('a command that prints every secret that the gateway holds', () => {
  test('in eight encodings: none of them reaches the model, a transcript, the log, the screen or a person', async () => {
    writeFileSync(join(workspace, 'secrets'), forms.map((form) => `value ${form} end`).join('\n'))
    const gateway = await start()
    gateway.tell({ type: 'watch', session: 'main' })
    // What this model answers is what it was given as the result of its call.
    const answer = await say(gateway, 'run cat secrets')
    const { supervisor } = gateway
    await supervisor.waitFor(() => supervisor.of('progress').at(-1)?.state === 'over')
    await gateway.stop()
    for (const secret of SECRETS) expect(answer).toContain(`value ‹secret:${secretTag(secret)}› end`)
    const all = everything(gateway)
    for (const form of forms) expect(all).not.toContain(form)
    const states = supervisor.of('progress').map(({ state, tool }) => `${state} ${tool}`.trim())
    expect(states).toContain('over')
  })

  test('piece by piece, with colours between: the same', async () => {
    const [secret = ''] = SECRETS
    writeFileSync(
      join(workspace, 'secret'),
      secret
        .split('')
        .map((letter) => `\u001b[3${letter.charCodeAt(0) % 8}m${letter}\u001b[0m`)
        .join(''),
    )
    const gateway = await start()
    const answer = await say(
      gateway,
      'run for i in $(seq 0 10 1000); do dd if=secret bs=1 skip=$i count=10 status=none; done',
    )
    await gateway.stop()
    expect(answer).toContain(`‹secret:${secretTag(secret)}›`)
    expect(everything(gateway)).not.toContain(secret)
  })

  test('where the middle of a long output is left out: no half of one', async () => {
    const [, secret = ''] = SECRETS
    // 64 KiB are kept: the secret stands across the end of the first half of them.
    writeFileSync(
      join(workspace, 'long'),
      `${'x'.repeat(32 * 1024 - 30)}\nkey=${secret}\n${'y\n'.repeat(100_000)}`,
    )
    const gateway = await start()
    await say(gateway, 'run cat long')
    await gateway.stop()
    const transcripts = world.transcripts()
    expect(transcripts).toMatch(/\[\d+ bytes left out\]/)
    for (let at = 0; at + 8 <= secret.length; at += 1)
      expect(transcripts).not.toContain(secret.slice(at, at + 8))
  })

  test('in an error of a file tool and in a file’s own name', async () => {
    const [secret = ''] = SECRETS
    const gateway = await start()
    mkdirSync(join(workspace, secret))
    await say(gateway, 'run ls')
    await say(gateway, 'read nothing-here')
    await gateway.stop()
    expect(world.transcripts()).toContain(secretTag(secret))
    expect(everything(gateway)).not.toContain(secret)
  })
})
