// The stores against a model of a page: whatever the owner and strangers do in whatever order, the files say what
// the model says.
import { rm } from 'node:fs/promises'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SenderId } from '../domain/identity.ts'
import { MAX_PENDING, type PairingRequest, REQUEST_TTL_MS } from '../domain/pairing.ts'
import { REPLY_COOL_DOWN_MS } from '../domain/reply-limits.ts'
import { readApproved, removeApproved } from './allow-store.ts'
import { addBlocked, readBlocked, removeBlocked } from './block-store.ts'
import {
  approveByCode,
  approveSender,
  denyRequest,
  listRequests,
  noteAttempts,
  requestPairing,
  restoreRequest,
  voidAll,
} from './pairing-store.ts'
import { prepareStateDir, type StatePaths } from './state-dir.ts'
import { leftovers, NOW, sender, tempState } from './testing/temp-state.ts'

interface Waiting {
  readonly request: PairingRequest
  attempts: number
}

/** What a person with pencil and paper would keep. */
interface Model {
  now: number
  waiting: Map<SenderId, Waiting>
  approved: Set<SenderId>
  blocked: Set<SenderId>
  denied: Map<SenderId, number>
  coded: Map<SenderId, number>
  /** The last request that was decided, for taking it back. */
  decided: PairingRequest | undefined
}

type Command = fc.AsyncCommand<Model, StatePaths>
const command = (name: string, run: (model: Model, paths: StatePaths) => Promise<void>): Command => ({
  check: () => true,
  toString: () => name,
  run: async (model, paths) => {
    await run(model, paths)
    await agree(model, paths)
  },
})

const expire = (model: Model): void => {
  for (const [id, { request }] of model.waiting) {
    if (model.now - request.createdAt > REQUEST_TTL_MS) model.waiting.delete(id)
  }
}

/** The files say what the model says, after every step. */
const agree = async (model: Model, paths: StatePaths): Promise<void> => {
  const listed = await listRequests(paths, 'telegram', model.now)
  expect(listed.map(({ id, code, createdAt, meta }) => [id, code, createdAt, meta['attempts']])).toEqual(
    [...model.waiting.values()].map(({ request, attempts }) => [
      request.id,
      request.code,
      request.createdAt,
      String(attempts),
    ]),
  )
  expect(new Set(await readApproved(paths, 'telegram'))).toEqual(model.approved)
  expect(new Set(await readBlocked(paths, 'telegram'))).toEqual(model.blocked)
  expect(await leftovers(paths)).toEqual([])
}

const stranger = fc.integer({ min: 1, max: 7 }).map((id) => sender(String(id)))
const within = (at: number | undefined, now: number): boolean =>
  at !== undefined && now - at < REPLY_COOL_DOWN_MS

const ask = (id: SenderId, answer: boolean): Command =>
  command(`ask ${id} ${String(answer)}`, async (model, paths) => {
    const outcome = await requestPairing(paths, 'telegram', id, {}, model.now, { answer, silent: false })
    const waits = model.waiting.get(id)
    if (model.blocked.has(id)) expect(outcome).toEqual({ kind: 'refused', why: 'blocked' })
    else if (model.approved.has(id)) expect(outcome).toEqual({ kind: 'refused', why: 'allowed' })
    else if (waits) {
      expect(outcome.kind).toBe('seen')
      waits.attempts += 1
    } else if (within(model.denied.get(id), model.now)) {
      expect(outcome).toEqual({ kind: 'refused', why: 'denied_recently' })
    } else if (model.waiting.size === MAX_PENDING) expect(outcome).toEqual({ kind: 'full' })
    else {
      if (outcome.kind !== 'created') throw new Error(`expected created, not ${outcome.kind}`)
      // With seven strangers and clock steps of seconds and more only the cool-down can be the limit.
      expect(outcome.reply).toBe(answer && !within(model.coded.get(id), model.now))
      if (outcome.reply) model.coded.set(id, model.now)
      model.waiting.set(id, { request: outcome.request, attempts: 1 })
    }
  })

/** The n-th who waits is decided, or a decision about nobody is refused. */
const decide = (
  name: string,
  nth: number,
  act: (paths: StatePaths, request: PairingRequest, now: number) => Promise<{ request: PairingRequest }>,
  after: (model: Model, request: PairingRequest) => void,
): Command =>
  command(`${name} ${String(nth)}`, async (model, paths) => {
    const found = [...model.waiting.values()][nth]?.request
    const nobody = { id: sender('999'), code: 'ZZZZZZZZ', createdAt: 0, lastSeenAt: 0, meta: {} }
    const decided = act(paths, found ?? nobody, model.now)
    if (found === undefined) {
      await expect(decided).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:code|request)_unknown$/),
      })
      return
    }
    expect((await decided).request).toMatchObject({ id: found.id, code: found.code })
    model.waiting.delete(found.id)
    model.decided = (await decided).request
    after(model, found)
  })

const letIn = (model: Model, { id }: PairingRequest): void => void model.approved.add(id)

const turnAway = (model: Model, { id }: PairingRequest): void => void model.denied.set(id, model.now)

const approveWithCode = (nth: number): Command =>
  decide(
    'approve by code',
    nth,
    (paths, { code }, now) => approveByCode(paths, 'telegram', ` ${code.toLowerCase()}`, now),
    letIn,
  )

const approveOnScreen = (nth: number): Command =>
  decide(
    'approve on screen',
    nth,
    (paths, { id, code }, now) => approveSender(paths, 'telegram', id, code, now),
    letIn,
  )

const deny = (nth: number): Command =>
  decide('deny', nth, (paths, { id }, now) => denyRequest(paths, 'telegram', { sender: id }, now), turnAway)

const revoke = (id: SenderId): Command =>
  command(`revoke ${id}`, async (model, paths) => {
    expect(await removeApproved(paths, 'telegram', id)).toBe(model.approved.delete(id))
  })

const block = (id: SenderId): Command =>
  command(`block ${id}`, async (model, paths) => {
    expect(await addBlocked(paths, 'telegram', id)).toBe(!model.blocked.has(id))
    model.blocked.add(id)
  })

const unblock = (id: SenderId): Command =>
  command(`unblock ${id}`, async (model, paths) => {
    expect(await removeBlocked(paths, 'telegram', id)).toBe(model.blocked.delete(id))
  })

const moreMessages = (id: SenderId): Command =>
  command(`more messages of ${id}`, async (model, paths) => {
    await noteAttempts(paths, 'telegram', id, 3, model.now)
    const waits = model.waiting.get(id)
    if (waits) waits.attempts += 3
  })

const takeBack = (): Command =>
  command('take back', async (model, paths) => {
    const request = model.decided
    if (request === undefined) return
    const others = [...model.waiting.keys()].filter((id) => id !== request.id).length
    const restored = restoreRequest(paths, 'telegram', request, model.now)
    if (others >= MAX_PENDING || model.now - request.createdAt > REQUEST_TTL_MS) {
      await expect(restored).rejects.toMatchObject({ code: 'request_unknown' })
      return
    }
    await restored
    // It comes back at the end, as it was when it was decided.
    model.waiting.delete(request.id)
    model.waiting.set(request.id, { request, attempts: Number(request.meta['attempts']) })
    model.denied.delete(request.id)
  })

const stop = (): Command =>
  command('stop', async (model, paths) => {
    // Expired ones that no write has dropped yet count too.
    expect(await voidAll(paths)).toBeGreaterThanOrEqual(model.waiting.size)
    model.waiting.clear()
  })

const wait = (ms: number): Command =>
  command(`wait ${String(ms)} ms`, (model) => {
    model.now += ms
    expire(model)
    return Promise.resolve()
  })

const nth = fc.nat({ max: 2 })
const asking = fc.tuple(stranger, fc.boolean()).map(([id, answer]) => ask(id, answer))
const commands = fc.commands(
  [
    asking,
    asking,
    nth.map(approveWithCode),
    nth.map(approveOnScreen),
    nth.map(deny),
    stranger.map(revoke),
    stranger.map(block),
    stranger.map(unblock),
    stranger.map(moreMessages),
    fc.constant(takeBack()),
    fc.constant(stop()),
    fc.constantFrom(11_000, 20 * 60_000, 61 * 60_000, 25 * 3_600_000).map(wait),
  ],
  { maxCommands: 60, size: '+1' },
)

const emptyModel = (): Model => ({
  now: NOW,
  waiting: new Map(),
  approved: new Set(),
  blocked: new Set(),
  denied: new Map(),
  coded: new Map(),
  decided: undefined,
})

describe('the stores', () => {
  it('say what a model of them says, in whatever order things happen', async () => {
    const paths = await tempState()
    const property = fc.asyncProperty(commands, async (steps) => {
      await rm(paths.credentials, { recursive: true })
      await prepareStateDir(paths)
      await fc.asyncModelRun(() => ({ model: emptyModel(), real: paths }), steps)
    })
    const result = await fc.check(property, { numRuns: 80 })
    expect(result.failed ? [fc.defaultReportMessage(result), result.errorInstance] : []).toEqual([])
  })
})
