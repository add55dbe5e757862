import { readdir, readFile, stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { CODE_ALPHABET, type PairingRequest, REQUEST_TTL_MS } from '../domain/pairing.ts'
import { type ProviderId, parseProvider } from '../domain/provider.ts'
import { REPLY_COOL_DOWN_MS } from '../domain/reply-limits.ts'
import { addApproved, readApproved, removeApproved } from './allow-store.ts'
import { addBlocked } from './block-store.ts'
import { newPairingCode } from './pairing-code.ts'
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
import type { StatePaths } from './state-dir.ts'
import {
  credential,
  leftovers,
  NOW,
  readCredential,
  sender,
  tempFolder,
  tempState,
  writeCredential,
} from './testing/temp-state.ts'

const answer = { answer: true, silent: false }

const request = async (paths: StatePaths, id: string, now = NOW): Promise<PairingRequest> => {
  const outcome = await requestPairing(paths, 'telegram', sender(id), { username: `u${id}` }, now, answer)
  if (outcome.kind !== 'created' && outcome.kind !== 'seen') throw new Error(`not queued: ${outcome.kind}`)
  return outcome.request
}

describe('a request', () => {
  it('is on disk in the form of the existing Clawdbot: version 1, two spaces, ISO times, a final line break', async () => {
    const paths = await tempState()
    const { code } = await request(paths, '42')
    expect(await readFile(credential(paths, 'telegram-pairing.json'), 'utf8')).toBe(`{
  "version": 1,
  "requests": [
    {
      "id": "42",
      "code": "${code}",
      "createdAt": "2026-01-06T12:00:00.000Z",
      "lastSeenAt": "2026-01-06T12:00:00.000Z",
      "meta": {
        "username": "u42",
        "attempts": "1"
      }
    }
  ]
}
`)
    expect((await stat(credential(paths, 'telegram-pairing.json'))).mode & 0o777).toBe(0o600)
    expect(await leftovers(paths)).toEqual([])
  })

  it('has a code of 8 from the alphabet', () => {
    const codes = Array.from({ length: 2000 }, newPairingCode)
    for (const code of codes) expect(code).toMatch(new RegExp(`^[${CODE_ALPHABET}]{8}$`))
    expect(new Set(codes).size).toBe(codes.length)
    expect(new Set(codes.join(''))).toEqual(new Set(CODE_ALPHABET))
  })

  it('is answered once, and its reply is on record before the answer', async () => {
    const paths = await tempState()
    const first = await requestPairing(paths, 'telegram', sender('42'), {}, NOW, answer)
    expect(first).toMatchObject({ kind: 'created', reply: true })
    expect(await readCredential(paths, 'telegram-replies.json')).toEqual({
      version: 1,
      replies: [{ id: '42', at: '2026-01-06T12:00:00.000Z', kind: 'code' }],
    })
    const again = await requestPairing(paths, 'telegram', sender('42'), {}, NOW + 1, answer)
    expect(again).toMatchObject({ kind: 'seen', request: { meta: { attempts: '2' } } })
    // After it has expired there is a new request, but the cool-down lets no second code out.
    const later = await requestPairing(paths, 'telegram', sender('42'), {}, NOW + REQUEST_TTL_MS + 1, answer)
    expect(later).toMatchObject({ kind: 'created', reply: false })
  })

  it('of backlog, and in silent mode, is queued without an answer', async () => {
    const paths = await tempState()
    const backlog = { answer: false, silent: false }
    const silent = { answer: true, silent: true }
    expect(await requestPairing(paths, 'telegram', sender('1'), {}, NOW, backlog)).toMatchObject({
      reply: false,
    })
    expect(await requestPairing(paths, 'telegram', sender('2'), {}, NOW, silent)).toMatchObject({
      reply: false,
    })
    expect((await listRequests(paths, 'telegram', NOW)).map(({ id }) => id)).toEqual(['1', '2'])
    expect(await readdir(paths.credentials)).toEqual(['telegram-pairing.json'])
  })

  it('is refused when three wait, and a refusal writes nothing', async () => {
    const paths = await tempState()
    for (const id of ['1', '2', '3']) await request(paths, id)
    const before = await stat(credential(paths, 'telegram-pairing.json'))
    expect(await requestPairing(paths, 'telegram', sender('4'), {}, NOW, answer)).toEqual({ kind: 'full' })
    expect((await stat(credential(paths, 'telegram-pairing.json'))).ino).toBe(before.ino)
    // The cap is that of one provider: CVE-2026-41346.
    const other = await requestPairing(paths, 'simulator', sender('stranger', 'simulator'), {}, NOW, answer)
    expect(other.kind).toBe('created')
  })

  it('is refused for who is allowed, blocked, or was denied within a day', async () => {
    const paths = await tempState()
    await addApproved(paths, 'telegram', sender('1'))
    await addBlocked(paths, 'telegram', sender('2'))
    await request(paths, '3')
    await denyRequest(paths, 'telegram', { sender: sender('3') }, NOW)
    const why = async (id: string, now: number) =>
      requestPairing(paths, 'telegram', sender(id), {}, now, answer)
    expect(await why('1', NOW)).toEqual({ kind: 'refused', why: 'allowed' })
    expect(await why('2', NOW)).toEqual({ kind: 'refused', why: 'blocked' })
    expect(await why('3', NOW + REPLY_COOL_DOWN_MS - 1)).toEqual({ kind: 'refused', why: 'denied_recently' })
    expect(await why('3', NOW + REPLY_COOL_DOWN_MS)).toMatchObject({ kind: 'created', reply: true })
  })

  it('keeps no more of a stranger’s claims than fits', async () => {
    const paths = await tempState()
    const claims = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`key${String(n)}`, 'x'.repeat(5000)]),
    )
    await requestPairing(paths, 'telegram', sender('1'), claims, NOW, answer)
    expect((await stat(credential(paths, 'telegram-pairing.json'))).size).toBeLessThan(5000)
  })

  it('is harmless when a claim is called __proto__', async () => {
    const paths = await tempState()
    const claims: Record<string, string> = JSON.parse('{"__proto__":"x","constructor":"y","username":"z"}')
    await requestPairing(paths, 'telegram', sender('1'), claims, NOW, answer)
    const [listed] = await listRequests(paths, 'telegram', NOW)
    expect(Object.entries(listed?.meta ?? {})).toContainEqual(['__proto__', 'x'])
    expect(Object.getPrototypeOf(listed?.meta)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it('has its further messages counted, while it waits', async () => {
    const paths = await tempState()
    await request(paths, '42')
    await noteAttempts(paths, 'telegram', sender('42'), 7, NOW + 5)
    await noteAttempts(paths, 'telegram', sender('43'), 7, NOW + 5)
    expect(await listRequests(paths, 'telegram', NOW + 5)).toMatchObject([
      { id: '42', lastSeenAt: NOW + 5, meta: { username: 'u42', attempts: '8' } },
    ])
  })

  it('is listed until it expires', async () => {
    const paths = await tempState()
    await request(paths, '42')
    expect(await listRequests(paths, 'telegram', NOW + REQUEST_TTL_MS)).toHaveLength(1)
    expect(await listRequests(paths, 'telegram', NOW + REQUEST_TTL_MS + 1)).toHaveLength(0)
  })
})

describe('approving', () => {
  it('moves the sender from the one file to the other, whatever case and spaces the code has', async () => {
    const paths = await tempState()
    const { code } = await request(paths, '42')
    await request(paths, '43')
    const decided = await approveByCode(paths, 'telegram', `  ${code.toLowerCase()}\n`, NOW + 1)
    expect(decided.request.id).toBe('42')
    expect(await readCredential(paths, 'telegram-allowFrom.json')).toEqual({ version: 1, allowFrom: ['42'] })
    expect((await listRequests(paths, 'telegram', NOW + 1)).map(({ id }) => id)).toEqual(['43'])
    expect((await readdir(paths.credentials)).sort()).toEqual([
      'telegram-allowFrom.json',
      'telegram-pairing.json',
      'telegram-replies.json',
    ])
  })

  it('refuses a code that is unknown, of another provider, used, expired or empty, without repeating it', async () => {
    const paths = await tempState()
    const { code } = await request(paths, '42')
    const refused = { code: 'code_unknown', hint: expect.stringMatching(/pairing list/) }
    await expect(approveByCode(paths, 'telegram', 'AAAAAAAA', NOW)).rejects.toMatchObject(refused)
    await expect(approveByCode(paths, 'telegram', '', NOW)).rejects.toMatchObject(refused)
    await expect(approveByCode(paths, 'simulator', code, NOW)).rejects.toMatchObject(refused)
    await expect(approveByCode(paths, 'telegram', code, NOW + REQUEST_TTL_MS + 1)).rejects.toMatchObject(
      refused,
    )
    await approveByCode(paths, 'telegram', code, NOW)
    const used = approveByCode(paths, 'telegram', code, NOW)
    await expect(used).rejects.toMatchObject(refused)
    await expect(used).rejects.not.toThrow(code)
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
  })

  it('by sender needs the code that the owner saw', async () => {
    const paths = await tempState()
    const { code } = await request(paths, '42')
    const other = await request(paths, '43')
    const wrong = approveSender(paths, 'telegram', sender('42'), other.code, NOW)
    await expect(wrong).rejects.toMatchObject({ code: 'request_unknown' })
    expect(await readApproved(paths, 'telegram')).toEqual([])
    expect((await approveSender(paths, 'telegram', sender('42'), code, NOW)).request.id).toBe('42')
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
  })
})

describe('denying', () => {
  it('removes the request, by sender or by code, and can be taken back', async () => {
    const paths = await tempState()
    const first = await request(paths, '42')
    const second = await request(paths, '43')
    expect((await denyRequest(paths, 'telegram', { code: first.code.toLowerCase() }, NOW)).request).toEqual(
      first,
    )
    expect((await denyRequest(paths, 'telegram', { sender: sender('43') }, NOW)).request).toEqual(second)
    expect(await listRequests(paths, 'telegram', NOW)).toEqual([])
    await expect(denyRequest(paths, 'telegram', { code: first.code }, NOW)).rejects.toMatchObject({
      code: 'code_unknown',
    })
    await expect(denyRequest(paths, 'telegram', { sender: sender('43') }, NOW)).rejects.toMatchObject({
      code: 'request_unknown',
    })
    await restoreRequest(paths, 'telegram', first, NOW + 1)
    expect(await listRequests(paths, 'telegram', NOW + 1)).toEqual([first])
    expect((await approveByCode(paths, 'telegram', first.code, NOW + 2)).request.id).toBe('42')
  })

  it('that is taken back forgets the denial but not the code that was sent', async () => {
    const paths = await tempState()
    const first = await request(paths, '42')
    await denyRequest(paths, 'telegram', { sender: first.id }, NOW)
    await restoreRequest(paths, 'telegram', first, NOW + 1)
    const later = await requestPairing(paths, 'telegram', first.id, {}, NOW + REQUEST_TTL_MS + 1, answer)
    expect(later).toMatchObject({ kind: 'created', reply: false })
  })

  it('that is taken back returns with its own code, also where the sender has asked anew meanwhile', async () => {
    const paths = await tempState()
    const first = await request(paths, '42')
    await approveByCode(paths, 'telegram', first.code, NOW)
    await removeApproved(paths, 'telegram', sender('42'))
    await request(paths, '42', NOW + 1)
    await restoreRequest(paths, 'telegram', first, NOW + 2)
    expect(await listRequests(paths, 'telegram', NOW + 2)).toEqual([first])
  })

  it('can not be taken back after expiry, nor when three others wait', async () => {
    const paths = await tempState()
    const first = await request(paths, '1')
    await denyRequest(paths, 'telegram', { sender: first.id }, NOW)
    await expect(restoreRequest(paths, 'telegram', first, NOW + REQUEST_TTL_MS + 1)).rejects.toMatchObject({
      code: 'request_unknown',
      message: expect.stringMatching(/expired/),
    })
    for (const id of ['2', '3', '4']) await request(paths, id)
    await expect(restoreRequest(paths, 'telegram', first, NOW + 1)).rejects.toMatchObject({
      code: 'request_unknown',
    })
    expect(await listRequests(paths, 'telegram', NOW)).toHaveLength(3)
  })
})

describe('after a STOP', () => {
  it('nobody waits any more, on any provider', async () => {
    const paths = await tempState()
    await request(paths, '1')
    await request(paths, '2')
    await requestPairing(paths, 'simulator', sender('stranger', 'simulator'), {}, NOW, answer)
    expect(await voidAll(paths)).toBe(3)
    expect(await voidAll(paths)).toBe(0)
    expect(await listRequests(paths, 'telegram', NOW)).toEqual([])
    expect(await listRequests(paths, 'simulator', NOW)).toEqual([])
  })

  it('a corrupt file of one provider keeps nobody else waiting, and is reported', async () => {
    const paths = await tempState()
    await request(paths, '1')
    await requestPairing(paths, 'simulator', sender('stranger', 'simulator'), {}, NOW, answer)
    await writeCredential(paths, 'telegram-pairing.json', '{')
    await expect(voidAll(paths)).rejects.toMatchObject({ code: 'store_corrupt' })
    expect(await listRequests(paths, 'simulator', NOW)).toEqual([])
  })
})

describe('the files of the existing Clawdbot', () => {
  const theirs = {
    version: 1,
    requests: [
      {
        id: 'telegram:42',
        code: 'ABCDEFGH',
        createdAt: '2026-01-06T11:30:00.000Z',
        lastSeenAt: '2026-01-06T11:31:00.000Z',
        meta: { username: 'alice', firstName: 'A', lastName: 'B', future: 'kept' },
        note: 'a key that we do not know',
      },
      { id: '43', code: 'BCDEFGHJ', createdAt: '2026-01-06T11:30:00Z', lastSeenAt: '2026-01-06T11:30:00Z' },
      {
        id: '44',
        code: 'CDEFGHJK',
        createdAt: '2020-01-01T00:00:00.000Z',
        lastSeenAt: '2020-01-01T00:00:00.000Z',
      },
      { id: '45', code: 'DEFGHJKL', createdAt: 'yesterday', lastSeenAt: 'yesterday' },
      {
        id: '@gone',
        code: 'EFGHJKLM',
        createdAt: '2026-01-06T11:30:00.000Z',
        lastSeenAt: '2026-01-06T11:30:00.000Z',
      },
    ],
  }

  it('are read as they are: prefixes, unknown keys, no meta; what expired or names nobody can not be approved', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-pairing.json', theirs)
    expect(await listRequests(paths, 'telegram', NOW)).toEqual([
      {
        id: '42',
        code: 'ABCDEFGH',
        createdAt: Date.UTC(2026, 0, 6, 11, 30),
        lastSeenAt: Date.UTC(2026, 0, 6, 11, 31),
        meta: { username: 'alice', firstName: 'A', lastName: 'B', future: 'kept' },
      },
      expect.objectContaining({ id: '43', meta: {} }),
    ])
    for (const code of ['CDEFGHJK', 'DEFGHJKL', 'EFGHJKLM']) {
      await expect(approveByCode(paths, 'telegram', code, NOW)).rejects.toMatchObject({
        code: 'code_unknown',
      })
    }
  })

  it('keep what we do not know when we write them', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-pairing.json', { ...theirs, extra: { a: 1 } })
    await writeCredential(paths, 'telegram-allowFrom.json', {
      version: 1,
      allowFrom: ['telegram:7', ' 8 ', '*', '', '@alice'],
    })
    await approveByCode(paths, 'telegram', 'bcdefghj', NOW)
    const [first, , ...others] = theirs.requests
    expect(await readCredential(paths, 'telegram-pairing.json')).toEqual({
      version: 1,
      requests: [first, ...others],
      extra: { a: 1 },
    })
    expect(await readCredential(paths, 'telegram-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: ['telegram:7', ' 8 ', '*', '', '@alice', '43'],
    })
    expect(await readApproved(paths, 'telegram')).toEqual(['7', '8', '43'])
  })

  it('keep their spelling of the sender whose messages we count', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-pairing.json', theirs)
    await noteAttempts(paths, 'telegram', sender('42'), 1, NOW)
    expect(await readCredential(paths, 'telegram-pairing.json')).toMatchObject({
      requests: [
        { id: 'telegram:42', createdAt: '2026-01-06T11:30:00.000Z', note: 'a key that we do not know' },
        {},
        {},
      ],
    })
  })
})

describe('the name of a provider', () => {
  it('never becomes a path, not even where the types were circumvented', async () => {
    const paths = await tempState()
    const outside = await tempFolder()
    for (const name of ['../x', `../../${outside}/x`, '__proto__', '']) {
      expect(parseProvider(name)).toBeUndefined()
      const forged: ProviderId = JSON.parse(JSON.stringify(name))
      await expect(listRequests(paths, forged, NOW)).rejects.toMatchObject({ code: 'provider_unknown' })
      await expect(requestPairing(paths, forged, sender('1'), {}, NOW, answer)).rejects.toThrow(
        /no such provider/,
      )
    }
    expect(await readdir(outside)).toEqual([])
  })
})
