import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hasLogin } from './login-store.ts'
import { linkedLogin, openLogin, pairSuccess, tempFolder } from './testing/logged-in.ts'

interface SmallDisk {
  readonly folder: string
  readonly fill: () => void
  readonly free: () => void
}

/** A disk of its own of this many KiB, where this machine lets somebody mount one. */
const smallDisk = (kib: number, skip: (why: string) => never): SmallDisk => {
  const folder = tempFolder()
  mkdirSync(folder, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'none', folder])
  if (mounted.status !== 0) skip('this machine lets nobody mount')
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  const filler = join(folder, 'filler')
  return {
    folder,
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']),
    free: () => rmSync(filler),
  }
}

const full = expect.objectContaining({ code: 'disk_full', hint: expect.stringMatching(/Free some space/) })

test('on a full disk a change is refused, in memory too, and nothing that was written is lost', async ({
  skip,
}) => {
  const disk = smallDisk(256, skip)
  const { folder } = disk
  const store = linkedLogin(folder)
  await store.keys.set({ session: { a: Buffer.from('before') } })
  disk.fill()
  const large = { session: { a: Buffer.alloc(9_000), b: Buffer.alloc(9_000) } }
  expect(() => store.keys.set(large)).toThrow(full)
  expect(() => store.saveCreds({ routingInfo: Buffer.alloc(9_000) })).toThrow(full)
  const kept = { a: Buffer.from('before') }
  expect(await store.keys.get('session', ['a', 'b'])).toEqual(kept)
  expect(await openLogin(folder).keys.get('session', ['a', 'b'])).toEqual(kept)

  disk.free()
  await store.keys.set(large)
  store.saveCreds({})
  const again = openLogin(folder)
  expect(await again.keys.get('session', ['a', 'b'])).toEqual(large.session)
  expect(again.creds().routingInfo).toEqual(Buffer.alloc(9_000))
})

test('on a full disk nobody is linked, and with space the same pairing is', ({ skip }) => {
  const disk = smallDisk(128, skip)
  const { folder } = disk
  disk.fill()
  const store = openLogin(folder)
  expect(() => store.saveCreds(pairSuccess())).toThrow(full)
  expect([store.isLinked(), hasLogin(folder)]).toEqual([false, false])
  expect(openLogin(folder).isLinked()).toBe(false)

  disk.free()
  store.saveCreds({})
  expect(store.isLinked()).toBe(true)
  expect(openLogin(folder).creds().noiseKey).toEqual(store.creds().noiseKey)
})

test('without the space to make the file smaller the login goes on, and says so', async ({ skip }) => {
  const disk = smallDisk(256, skip)
  const { folder } = disk
  linkedLogin(folder).close()
  const problems: string[] = []
  const store = openLogin(folder, { compactAbove: 40_000, problems })
  // What the login needs is more than half of this disk, so it does not fit a second time.
  await store.keys.set({ session: { large: Buffer.alloc(110_000, 1) } })
  await store.keys.set({ session: { a: Buffer.from('after') } })
  expect(problems).toEqual([expect.stringContaining('could not be made smaller')])
  const again = openLogin(folder)
  expect(await again.keys.get('session', ['a', 'large'])).toEqual({
    a: Buffer.from('after'),
    large: Buffer.alloc(110_000, 1),
  })
})

test('what is superseded leaves the file before it is large', async () => {
  const folder = tempFolder()
  const store = linkedLogin(folder, { compactAbove: 50_000 })
  let largest = 0
  for (let round = 0; round < 120; round += 1) {
    await store.keys.set({ session: { [`chat ${round % 3}`]: Buffer.alloc(2_000, round) } })
    await store.keys.set({ 'pre-key': { [round]: { public: Buffer.alloc(32), private: Buffer.alloc(32) } } })
    await store.keys.set({ 'pre-key': { [round]: null } })
    largest = Math.max(largest, statSync(join(folder, 'login.jsonl')).size)
  }
  expect(largest).toBeLessThan(60_000)
  const again = openLogin(folder)
  expect(await again.keys.get('pre-key', ['1', '119'])).toEqual({})
  expect((await again.keys.get('session', ['chat 0']))['chat 0']).toEqual(Buffer.alloc(2_000, 117))
})

test('a login that this process may not read is an error and not an absence', () => {
  const folder = tempFolder()
  linkedLogin(folder).close()
  const before = readFileSync(join(folder, 'login.jsonl'))
  const store = new URL('./login-store.ts', import.meta.url)
  const program = `
    const { hasLogin, openLoginStore } = await import(${JSON.stringify(store.href)})
    const folder = ${JSON.stringify(folder)}
    try { openLoginStore(folder, { BufferJSON: {}, initAuthCreds: () => ({}), proto: {} }, () => undefined) }
    catch (error) { process.stdout.write(JSON.stringify([hasLogin(folder), error.code])) }`
  const root = join(import.meta.dirname, '../../../../..')
  const flags = ['--permission', `--allow-fs-read=${root}`, '--input-type=module', '--eval', program]
  const child = spawnSync(process.execPath, flags, { encoding: 'utf8' })
  expect(child).toMatchObject({ stdout: '[true,"store_unreadable"]', status: 0 })
  expect(readFileSync(join(folder, 'login.jsonl'))).toEqual(before)
})
