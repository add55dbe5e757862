import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { addApproved, readApproved, removeApproved } from './allow-store.ts'
import { addBlocked, readBlocked } from './block-store.ts'
import { queueNotify, takeNotifies } from './notify-store.ts'
import { approveByCode, denyRequest, listRequests, requestPairing } from './pairing-store.ts'
import { repairStore } from './repair.ts'
import type { StatePaths } from './state-dir.ts'
import { credential, NOW, readCredential, sender, tempState, writeCredential } from './testing/temp-state.ts'

const answer = { answer: true, silent: false }
const request = (paths: StatePaths, id: string) =>
  requestPairing(paths, 'telegram', sender(id), {}, NOW, answer)

const valid = (list: string): string => JSON.stringify({ version: 1, [list]: [] })

/** Every way in which a store can be no store, by the name of its list. */
const broken = (list: string): Readonly<Record<string, string>> => ({
  'an empty file': '',
  'a file cut off in the middle': valid(list).slice(0, -4),
  'something that is not JSON': 'version=1\n',
  'JSON5 with a comment': `{version: 1, ${list}: [] /* */}`,
  'an array': '[]',
  null: 'null',
  'a number': '7',
  'no version': JSON.stringify({ [list]: [] }),
  'another version': JSON.stringify({ version: 2, [list]: [] }),
  'a version of another type': JSON.stringify({ version: '1', [list]: [] }),
  'no list': JSON.stringify({ version: 1 }),
  'a list that is an object': JSON.stringify({ version: 1, [list]: {} }),
  'a list only in its __proto__': `{"version":1,"__proto__":{"${list}":[]}}`,
  'entries of another type': JSON.stringify({ version: 1, [list]: [7] }),
  'an entry that is null': JSON.stringify({ version: 1, [list]: [null] }),
  'more than 1 MiB': `${valid(list)}${' '.repeat(1024 * 1024)}`,
  'deeper nesting than a parser likes': `{"version":1,"${list}":${'['.repeat(100_000)}`,
})

describe.each([
  ['telegram-pairing.json', 'requests', 'pairing'],
  ['telegram-replies.json', 'replies', 'pairing'],
  ['telegram-allowFrom.json', 'allowFrom', 'allow'],
  ['telegram-blocked.json', 'blocked', 'block'],
] as const)('%s', (name, list, family) => {
  it.each(Object.entries(broken(list)))(
    'with %s refuses every request, is never overwritten, and is set aside on the owner’s word only',
    async (_, text) => {
      const paths = await tempState()
      const file = credential(paths, name)
      await writeCredential(paths, name, text)
      await expect(request(paths, '42')).rejects.toMatchObject({
        code: 'store_corrupt',
        message: expect.stringContaining(file),
        hint: expect.stringContaining(`clawdbot ${family} repair --provider telegram`),
      })
      expect(await readFile(file, 'utf8')).toBe(text)

      const [moved] = await repairStore(paths, 'telegram', family, NOW)
      expect(moved?.file).toBe(file)
      expect(await readFile(moved?.movedTo ?? '', 'utf8')).toBe(text)
      expect(await request(paths, '42')).toMatchObject({ kind: 'created' })
      expect(await repairStore(paths, 'telegram', family, NOW)).toEqual([])
    },
  )

  it('that is a folder is corrupt, not empty', async () => {
    const paths = await tempState()
    await mkdir(credential(paths, name))
    await expect(request(paths, '42')).rejects.toMatchObject({ code: 'store_corrupt' })
  })
})

describe('a corrupt allow store', () => {
  it('loses nobody: the existing Clawdbot reads it as empty and overwrites it with the next add', async () => {
    const paths = await tempState()
    const text = '{ "version": 1, "allowFrom": ["1", "2", "3"'
    await writeCredential(paths, 'telegram-allowFrom.json', text)
    await expect(readApproved(paths, 'telegram')).rejects.toMatchObject({ code: 'store_corrupt' })
    await expect(addApproved(paths, 'telegram', sender('4'))).rejects.toMatchObject({ code: 'store_corrupt' })
    await expect(removeApproved(paths, 'telegram', sender('1'))).rejects.toMatchObject({
      code: 'store_corrupt',
    })
    expect(await readFile(credential(paths, 'telegram-allowFrom.json'), 'utf8')).toBe(text)
  })

  it('stops an approval before anything is written', async () => {
    const paths = await tempState()
    const outcome = await request(paths, '42')
    const code = outcome.kind === 'created' ? outcome.request.code : ''
    await writeCredential(paths, 'telegram-allowFrom.json', 'x')
    await expect(approveByCode(paths, 'telegram', code, NOW)).rejects.toMatchObject({ code: 'store_corrupt' })
    expect(await readdir(paths.credentials)).not.toContain('telegram-approval.json')
    await rm(credential(paths, 'telegram-allowFrom.json'))
    expect(await listRequests(paths, 'telegram', NOW)).toHaveLength(1)
  })

  it('closes its provider only', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-allowFrom.json', 'x')
    await addApproved(paths, 'simulator', sender('friend', 'simulator'))
    expect(await readApproved(paths, 'simulator')).toEqual(['friend'])
  })
})

describe('a corrupt request', () => {
  const entry = {
    id: '42',
    code: 'ABCDEFGH',
    createdAt: new Date(NOW).toISOString(),
    lastSeenAt: new Date(NOW).toISOString(),
  }
  it.each([
    ['no id', { ...entry, id: undefined }],
    ['a number as id', { ...entry, id: 42 }],
    ['no code', { ...entry, code: undefined }],
    ['an empty code', { ...entry, code: '' }],
    ['a code of other symbols', { ...entry, code: 'ABCDEFG0' }],
    ['no time', { ...entry, createdAt: undefined }],
    ['a number as time', { ...entry, createdAt: NOW }],
  ])('with %s is refused by its number', async (_, corrupt) => {
    const paths = await tempState()
    const other = { ...entry, id: '43', code: 'BCDEFGHJ' }
    await writeCredential(paths, 'telegram-pairing.json', { version: 1, requests: [other, corrupt] })
    await expect(listRequests(paths, 'telegram', NOW)).rejects.toMatchObject({
      code: 'store_corrupt',
      message: expect.stringMatching(/number 2/),
    })
  })

  it('is refused when two share a code, because approving could let in the wrong one', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-pairing.json', {
      version: 1,
      requests: [entry, { ...entry, id: '43' }],
    })
    await expect(approveByCode(paths, 'telegram', 'ABCDEFGH', NOW)).rejects.toMatchObject({
      code: 'store_corrupt',
    })
  })
})

describe('a corrupt approval under way', () => {
  const approval = {
    id: '42',
    code: 'ABCDEFGH',
    createdAt: new Date(NOW).toISOString(),
    lastSeenAt: new Date(NOW).toISOString(),
    meta: {},
  }
  it.each([
    ['cut off', '{"version":1,"approval":{"id":"4'],
    ['empty', ''],
    ['of another form', '{"version":1,"approval":["42"]}'],
    ['without an approval', '{"version":1}'],
    ['of an id that is none', JSON.stringify({ version: 1, approval: { ...approval, id: '*' } })],
  ])('(%s) is refused by readers and writers, and nothing is lost', async (_, text) => {
    const paths = await tempState()
    await request(paths, '7')
    await addApproved(paths, 'telegram', sender('8'))
    await writeCredential(paths, 'telegram-approval.json', text)
    const refused = { code: 'store_corrupt', message: expect.stringContaining('telegram-approval.json') }
    await expect(listRequests(paths, 'telegram', NOW)).rejects.toMatchObject(refused)
    await expect(readApproved(paths, 'telegram')).rejects.toMatchObject(refused)
    await expect(addApproved(paths, 'telegram', sender('9'))).rejects.toMatchObject(refused)
    await expect(denyRequest(paths, 'telegram', { sender: sender('7') }, NOW)).rejects.toMatchObject(refused)
    expect(await readFile(credential(paths, 'telegram-approval.json'), 'utf8')).toBe(text)
    expect(await repairStore(paths, 'telegram', 'pairing', NOW)).toHaveLength(1)
    expect(await listRequests(paths, 'telegram', NOW)).toHaveLength(1)
    expect(await readApproved(paths, 'telegram')).toEqual(['8'])
  })
})

describe('a corrupt block store', () => {
  it.each([['"@alice"'], ['""'], ['"*"'], ['" 42"'], ['"telegram:42"']])(
    'with the entry %s is refused, because passing over it would let somebody in',
    async (entry) => {
      const paths = await tempState()
      await writeCredential(paths, 'telegram-blocked.json', `{"version":1,"blocked":[${entry}]}`)
      await expect(readBlocked(paths, 'telegram')).rejects.toMatchObject({ code: 'store_corrupt' })
      await expect(addBlocked(paths, 'telegram', sender('1'))).rejects.toMatchObject({
        code: 'store_corrupt',
      })
    },
  )

  it('is the only thing that stops a block: the other stores may be corrupt', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-allowFrom.json', 'x')
    await writeCredential(paths, 'telegram-pairing.json', 'x')
    await writeCredential(paths, 'telegram-approval.json', 'x')
    expect(await addBlocked(paths, 'telegram', sender('1'))).toBe(true)
    expect(await readCredential(paths, 'telegram-blocked.json')).toEqual({ version: 1, blocked: ['1'] })
  })
})

describe('a corrupt list of notifications', () => {
  it('is refused, and set aside with the pairing files', async () => {
    const paths = await tempState()
    await queueNotify(paths, 'telegram', sender('42'))
    await writeCredential(
      paths,
      '../notify.json',
      '{"version":1,"notify":[{"provider":"../x","sender":"1"}]}',
    )
    await expect(takeNotifies(paths)).rejects.toMatchObject({ code: 'store_corrupt' })
    expect(await repairStore(paths, 'telegram', 'pairing', NOW)).toHaveLength(1)
    expect(await takeNotifies(paths)).toEqual([])
  })
})

describe('a store that can not be read', () => {
  it('names no content in its error', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-pairing.json', '{"version":1,"requests":[{"code":"SECRETAA"} oops')
    const error: unknown = await listRequests(paths, 'telegram', NOW).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('SECRETAA')
  })
})
