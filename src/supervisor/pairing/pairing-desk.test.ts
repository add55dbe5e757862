import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PairingOutcome } from '../../shared/contracts/gateway.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { listRequests } from '../../shared/state/pairing-store.ts'
import { prepareStateDir, resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import type { ProviderPeople } from '../people/read-provider.ts'
import { createPairingDesk, type PairingDesk } from './pairing-desk.ts'

const NOW = 1_700_000_000_000

let paths: StatePaths
let desk: PairingDesk
let answers: [number, PairingOutcome][]
let changes: number
let errors: unknown[]

const open: ProviderPeople = {
  provider: 'telegram',
  enabled: true,
  policy: { dmPolicy: 'pairing', everyone: false, silent: false, onlySelf: false },
  people: {
    owners: new Set(),
    configured: new Set(),
    approved: new Set(),
    blocked: new Set(),
    accounts: new Map(),
  },
  stoppers: new Set(),
  requests: [],
  number: undefined,
  unlisted: [],
  problems: [],
}

const deskOf = (read: ProviderPeople): PairingDesk =>
  createPairingDesk({
    paths,
    now: () => NOW,
    providerNow: () => read,
    answer: (askId, outcome) => answers.push([askId, outcome]),
    changed: () => {
      changes += 1
    },
    onError: (error) => errors.push(error),
  })

beforeEach(async () => {
  paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: mkdtempSync(join(tmpdir(), 'clawdbot-desk-')) }, '/')
  await prepareStateDir(paths)
  answers = []
  changes = 0
  errors = []
  desk = deskOf(open)
})
afterEach(() => rmSync(paths.root, { recursive: true }))

const ask = (askId: number, sender: string, from: PairingDesk = desk): void =>
  from.ask({
    type: 'pairing-ask',
    askId,
    provider: 'telegram',
    sender,
    account: null,
    moved: null,
    claims: { username: 'eve' },
    answer: true,
  })

const answered = (): number => answers.length
const SOON = { timeout: 30_000 }

describe('the desk for pairing requests', () => {
  it('answers in the order of the asks, three strangers at most', async () => {
    for (const at of [1, 2, 3, 4]) ask(at, `10${at}`)
    await expect.poll(answered, SOON).toBe(4)
    expect(answers.map(([askId, { kind }]) => [askId, kind])).toEqual([
      [1, 'created'],
      [2, 'created'],
      [3, 'created'],
      [4, 'full'],
    ])
    expect(changes).toBe(4)
  })

  it('keeps no endless queue: a flood is answered without the disk', async () => {
    for (let at = 0; at < 1_000; at += 1) ask(at, String(1_000 + at))
    expect(answers.filter(([, { kind }]) => kind === 'full').length).toBe(1_000 - 64)
    await expect.poll(() => changes, SOON).toBe(64)
  })

  it('counts the messages of somebody who waits', async () => {
    ask(1, '101')
    desk.seen({ type: 'pairing-seen', provider: 'telegram', sender: '101', count: 5 })
    await expect.poll(() => changes, SOON).toBe(2)
    const [request] = await listRequests(paths, 'telegram', NOW)
    expect(request?.meta).toEqual({ username: 'eve', attempts: '6' })
  })

  it('tells nobody a code under silent pairing, and queues the request', async () => {
    ask(1, '101', deskOf({ ...open, policy: { ...open.policy, silent: true } }))
    await expect.poll(answered, SOON).toBe(1)
    expect(answers[0]?.[1]).toMatchObject({ kind: 'created', reply: false })
    expect(await listRequests(paths, 'telegram', NOW)).toHaveLength(1)
  })

  it('refuses where a store is corrupt, says which code, and goes on', async () => {
    writeFileSync(join(paths.credentials, 'telegram-pairing.json'), '{')
    ask(1, '101')
    await expect.poll(answered, SOON).toBe(1)
    expect(answers[0]).toEqual([1, { kind: 'refused', why: 'store_corrupt' }])
    expect(errors).toHaveLength(1)
    rmSync(join(paths.credentials, 'telegram-pairing.json'))
    ask(2, '101')
    await expect.poll(answered, SOON).toBe(2)
    expect(answers[1]?.[1].kind).toBe('created')
  })

  it.each([
    { ...open, enabled: false },
    { ...open, policy: { ...open.policy, dmPolicy: 'open' as const } },
  ])('refuses where the provider does not pair', async (read) => {
    ask(1, '101', deskOf(read))
    await expect.poll(answered, SOON).toBe(1)
    expect(answers[0]?.[1]).toEqual({ kind: 'refused', why: 'policy' })
  })
})

const metas = async (): Promise<readonly unknown[]> =>
  (await listRequests(paths, 'whatsapp', NOW)).map(({ id, meta }) => [id, meta])

describe('of WhatsApp', () => {
  const onWhatsApp: ProviderPeople = { ...open, provider: 'whatsapp' }
  const NUMBER = '+15550001111'
  const ACCOUNT = '77712345@lid'
  const askFor = (
    who: { readonly sender: string; readonly account?: string; readonly moved?: string },
    read: ProviderPeople = onWhatsApp,
  ): Promise<PairingOutcome | undefined> => {
    const { sender, account = null, moved = null } = who
    const claims = { name: 'Eve', account: '1@lid', moved: '+15550009999' }
    deskOf(read).ask({
      type: 'pairing-ask',
      askId: 1,
      provider: 'whatsapp',
      sender,
      account,
      moved,
      claims,
      answer: true,
    })
    return expect
      .poll(answered, SOON)
      .toBe(1)
      .then(() => answers.shift()?.[1])
  }
  it('the desk keeps the account behind a number, and the number that an account has taken over', async () => {
    expect(await askFor({ sender: NUMBER, account: ACCOUNT })).toMatchObject({ kind: 'created', reply: true })
    expect(await askFor({ sender: '66612345@lid', moved: '+15550002222' })).toMatchObject({ kind: 'created' })
    expect(await metas()).toEqual([
      [NUMBER, { name: 'Eve', account: ACCOUNT, attempts: '1' }],
      ['66612345@lid', { name: 'Eve', moved: '+15550002222', attempts: '1' }],
    ])
  })

  it.each([
    { sender: NUMBER, account: '+15550002222' },
    { sender: NUMBER, account: '' },
    { sender: ACCOUNT, account: '66612345@lid' },
    { sender: NUMBER, moved: '+15550002222' },
    { sender: ACCOUNT, moved: '66612345@lid' },
    { sender: '15550001111@s.whatsapp.net' },
  ])('the desk refuses ids of the wrong kind: %j', async (who) => {
    expect(await askFor(who)).toEqual({ kind: 'refused', why: 'sender_invalid' })
    expect(await metas()).toEqual([])
  })

  it('nobody is asked to wait on the owner’s own number, but for the owner whose account is a new one', async () => {
    const owner = parseSenderId('whatsapp', '+15550000001')
    if (owner === undefined) throw new Error('no id')
    const own: ProviderPeople = {
      ...onWhatsApp,
      policy: { ...open.policy, onlySelf: true },
      people: { ...open.people, owners: new Set([owner]) },
    }
    expect(await askFor({ sender: NUMBER, account: ACCOUNT }, own)).toEqual({
      kind: 'refused',
      why: 'policy',
    })
    expect(await askFor({ sender: ACCOUNT, moved: NUMBER }, own)).toEqual({ kind: 'refused', why: 'policy' })
    expect(await askFor({ sender: ACCOUNT, moved: owner }, own)).toMatchObject({ kind: 'created' })
  })
})
