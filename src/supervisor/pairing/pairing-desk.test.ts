import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PairingOutcome } from '../../shared/contracts/gateway.ts'
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
  policy: { dmPolicy: 'pairing', everyone: false, silent: false },
  people: { owners: new Set(), configured: new Set(), approved: new Set(), blocked: new Set() },
  stoppers: new Set(),
  requests: [],
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
