// Several real processes at once, processes killed at every step, and a disk that fails at every step.
import { readdir, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readApproved } from './allow-store.ts'
import { approveByCode, listRequests, noteAttempts, requestPairing } from './pairing-store.ts'
import { prepareStateDir, type StatePaths } from './state-dir.ts'
import { ageLocks, atEveryStep, type Child, output, start } from './testing/at-every-step.ts'
import { leftovers, NOW, readCredential, sender, tempState } from './testing/temp-state.ts'

const WORKER = new URL('./testing/store-worker.ts', import.meta.url)

const ids = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(from + index))

const done = async (child: Child): Promise<readonly unknown[]> => {
  const list: unknown = JSON.parse((await output(child)).out)
  if (!Array.isArray(list)) throw new Error('the worker prints a list')
  return list
}

describe('several processes', () => {
  it('that ask, approve and add at once lose nobody (the first Clawdbot kept 1 of 20)', async () => {
    const paths = await tempState()
    const asked = [ids(100, 6), ids(200, 6), ids(300, 6)]
    const added = [ids(500, 8), ids(600, 8)]
    const approvers = [start(WORKER, ['approver', paths.root]), start(WORKER, ['approver', paths.root])]
    const approvals = approvers.map(done)
    const requests = asked.map((list) => done(start(WORKER, ['requester', paths.root, ...list])))
    const additions = added.map((list) => done(start(WORKER, ['adder', paths.root, ...list])))
    expect((await Promise.all(requests)).flat()).toEqual(asked.flat())
    expect((await Promise.all(additions)).flat()).toEqual(added.flat())
    while ((await listRequests(paths, 'telegram', Date.now())).length > 0) await sleep(10)
    for (const { stdin } of approvers) stdin.end('stop')
    // Each was approved by exactly one of the two.
    expect((await Promise.all(approvals)).flat().map(String).sort()).toEqual(asked.flat())
    expect([...(await readApproved(paths, 'telegram'))].sort()).toEqual([...asked, ...added].flat())
    expect(await readCredential(paths, 'telegram-pairing.json')).toEqual({ version: 1, requests: [] })
    expect(await leftovers(paths)).toEqual([])
  })

  it('that ask at once never get more than three places', async () => {
    const paths = await tempState()
    const answer = { answer: true, silent: false }
    const outcomes = await Promise.all(
      ids(1, 20).map((id) => requestPairing(paths, 'telegram', sender(id), {}, NOW, answer)),
    )
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(3)
    expect(await listRequests(paths, 'telegram', NOW)).toHaveLength(3)
  })
})

const CODE = 'ABCDEFGH'

/** Sender 1 is approved, sender 42 waits with CODE. */
const afresh = async (paths: StatePaths): Promise<void> => {
  await rm(paths.credentials, { recursive: true })
  await prepareStateDir(paths)
  await requestPairing(paths, 'telegram', sender('1'), {}, NOW, { answer: true, silent: false })
  const waiting = { answer: true, silent: false, newCode: () => CODE }
  await requestPairing(paths, 'telegram', sender('42'), {}, NOW, waiting)
  await approveByCode(paths, 'telegram', (await listRequests(paths, 'telegram', NOW))[0]?.code ?? '', NOW)
}

/** Sender 42 is pending or approved, never both and never neither; sender 1, approved before, still is. */
const pendingOrApproved = async (paths: StatePaths): Promise<'pending' | 'approved'> => {
  const waits = (await listRequests(paths, 'telegram', NOW)).map(({ id }) => String(id))
  const approved = (await readApproved(paths, 'telegram')).map(String)
  const seen = JSON.stringify({ waits, approved })
  if (seen === '{"waits":["42"],"approved":["1"]}') return 'pending'
  expect(seen).toBe('{"waits":[],"approved":["1","42"]}')
  return 'approved'
}

/** What the files say after one more change by somebody else, who takes over the dead process's locks. */
const recovered = async (
  paths: StatePaths,
): Promise<{ waits: readonly string[]; approved: readonly string[] }> => {
  await ageLocks(paths)
  await noteAttempts(paths, 'telegram', sender('999'), 1, NOW)
  expect(await readdir(paths.credentials)).not.toContain('telegram-approval.json')
  return {
    waits: (await listRequests(paths, 'telegram', NOW)).map(({ id }) => String(id)),
    approved: (await readApproved(paths, 'telegram')).map(String),
  }
}

describe('an approval', () => {
  it('that is killed at any of its file operations is not begun or done: at once for readers, and on disk', async () => {
    const paths = await tempState()
    const states: string[] = []
    const steps = await atEveryStep(
      paths,
      { fault: 'kill', what: 'approve', argument: CODE },
      () => afresh(paths),
      async () => {
        const state = await pendingOrApproved(paths)
        states.push(state)
        await recovered(paths)
        expect(await pendingOrApproved(paths)).toBe(state)
        if (state === 'pending') await approveByCode(paths, 'telegram', CODE, NOW)
        const allowed = { version: 1, allowFrom: ['1', '42'] }
        expect(await readCredential(paths, 'telegram-allowFrom.json')).toEqual(allowed)
        expect(await readCredential(paths, 'telegram-pairing.json')).toEqual({ version: 1, requests: [] })
      },
    )
    expect(steps).toBeGreaterThan(25)
    // Once approved it never falls back: the later the death, the further it was.
    expect(states).toEqual([...states].sort((a, b) => b.localeCompare(a)))
    expect(new Set(states)).toEqual(new Set(['pending', 'approved']))
  })

  it.each([
    ['ENOSPC', 'disk_full'],
    ['EROFS', 'state_not_writable'],
    ['EIO', 'state_not_writable'],
  ])(
    'that meets %s at any of its writes says so, and leaves the sender pending or approved',
    async (fault, code) => {
      const paths = await tempState()
      const errors = new Set<string | undefined>()
      const steps = await atEveryStep(
        paths,
        { fault, what: 'approve', argument: CODE },
        () => afresh(paths),
        async ({ report }) => {
          errors.add(report?.error)
          const state = await pendingOrApproved(paths)
          expect((await leftovers(paths)).filter((name) => name.endsWith('.tmp'))).toEqual([])
          await recovered(paths)
          expect(await pendingOrApproved(paths)).toBe(state)
        },
      )
      expect(steps).toBeGreaterThan(8)
      // No error is that of the last attempt, which met no fault.
      expect(errors).toEqual(new Set([code, undefined]))
    },
  )
})

describe('a request', () => {
  it('that is killed at any of its file operations never gets a second reply out of the cool-down', async () => {
    const paths = await tempState()
    const outcomes: string[] = []
    await atEveryStep(
      paths,
      { fault: 'kill', what: 'request', argument: '7' },
      () => afresh(paths),
      async () => {
        await ageLocks(paths)
        const answer = { answer: true, silent: false }
        const again = await requestPairing(paths, 'telegram', sender('7'), {}, NOW + 1, answer)
        outcomes.push(again.kind)
        const replies = JSON.stringify(await readCredential(paths, 'telegram-replies.json'))
        // Either the killed process had recorded its reply, or this one did; the record is there once.
        expect(replies.split('"7"')).toHaveLength(2)
        expect((await listRequests(paths, 'telegram', NOW)).map(({ id }) => id)).toEqual(['42', '7'])
      },
    )
    expect(outcomes.at(0)).toBe('created')
    expect(outcomes.at(-1)).toBe('seen')
  })
})

describe('a change that is killed at any of its file operations', () => {
  it('is not begun or done, when it is a revoke', async () => {
    const paths = await tempState()
    const seen: string[] = []
    await atEveryStep(
      paths,
      { fault: 'kill', what: 'revoke', argument: '1' },
      () => afresh(paths),
      async () => {
        seen.push(JSON.stringify(await recovered(paths)))
      },
    )
    expect(seen.at(-1)).toBe('{"waits":["42"],"approved":[]}')
    expect(new Set(seen)).toEqual(new Set(['{"waits":["42"],"approved":["1"]}', seen.at(-1)]))
  })

  it('is not begun or done, when it is a denial', async () => {
    const paths = await tempState()
    const seen: string[] = []
    await atEveryStep(
      paths,
      { fault: 'kill', what: 'deny', argument: '42' },
      () => afresh(paths),
      async () => {
        seen.push(JSON.stringify(await recovered(paths)))
      },
    )
    expect(seen.at(-1)).toBe('{"waits":[],"approved":["1"]}')
    expect(new Set(seen)).toEqual(new Set(['{"waits":["42"],"approved":["1"]}', seen.at(-1)]))
  })
})
