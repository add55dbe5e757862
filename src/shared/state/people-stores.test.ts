import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { addApproved, readApproved, removeApproved } from './allow-store.ts'
import { addBlocked, readBlocked, removeBlocked } from './block-store.ts'
import { queueNotify, takeNotifies } from './notify-store.ts'
import { repairStore } from './repair.ts'
import { leftovers, NOW, readCredential, sender, tempState, writeCredential } from './testing/temp-state.ts'

describe('the allow store', () => {
  it('is empty where there is no file', async () => {
    expect(await readApproved(await tempState(), 'telegram')).toEqual([])
  })

  it('adds once and removes once', async () => {
    const paths = await tempState()
    expect(await addApproved(paths, 'telegram', sender('42'))).toBe(true)
    expect(await addApproved(paths, 'telegram', sender('42'))).toBe(false)
    expect(await readCredential(paths, 'telegram-allowFrom.json')).toEqual({ version: 1, allowFrom: ['42'] })
    expect(await removeApproved(paths, 'telegram', sender('42'))).toBe(true)
    expect(await removeApproved(paths, 'telegram', sender('42'))).toBe(false)
    expect(await readApproved(paths, 'telegram')).toEqual([])
    expect(await leftovers(paths)).toEqual([])
  })

  it('grants nothing for "*", for nothing, and for names', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-allowFrom.json', {
      version: 1,
      allowFrom: ['*', ' * ', '', ' ', '@alice', 'telegram:*', '__proto__', 'constructor', '42'],
    })
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
  })

  it('revokes every spelling of a sender', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'telegram-allowFrom.json', {
      version: 1,
      allowFrom: ['42', 'telegram:42', 'tg:42', ' 42 ', '43', '*'],
    })
    expect(await removeApproved(paths, 'telegram', sender('42'))).toBe(true)
    expect(await readCredential(paths, 'telegram-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: ['43', '*'],
    })
  })

  it('does not grow beyond what it would read again', async () => {
    const paths = await tempState()
    const allowFrom = Array.from({ length: 75_000 }, (_, index) => String(1_000_000 + index))
    const text = JSON.stringify({ version: 1, allowFrom })
    await writeCredential(paths, 'telegram-allowFrom.json', text)
    await expect(addApproved(paths, 'telegram', sender('42'))).rejects.toMatchObject({
      code: 'state_not_writable',
    })
    expect(await readApproved(paths, 'telegram')).toHaveLength(75_000)
  })
})

describe('the block store', () => {
  it('adds once and removes once', async () => {
    const paths = await tempState()
    expect(await addBlocked(paths, 'telegram', sender('42'))).toBe(true)
    expect(await addBlocked(paths, 'telegram', sender('42'))).toBe(false)
    expect(await readBlocked(paths, 'telegram')).toEqual(['42'])
    expect(await readBlocked(paths, 'simulator')).toEqual([])
    expect(await removeBlocked(paths, 'telegram', sender('42'))).toBe(true)
    expect(await removeBlocked(paths, 'telegram', sender('42'))).toBe(false)
    expect(await readBlocked(paths, 'telegram')).toEqual([])
  })
})

describe('the notifications of approved senders', () => {
  it('are taken once, and queued once for each', async () => {
    const paths = await tempState()
    await queueNotify(paths, 'telegram', sender('42'))
    await queueNotify(paths, 'telegram', sender('42'))
    await queueNotify(paths, 'simulator', sender('friend', 'simulator'))
    const taken = await Promise.all([takeNotifies(paths), takeNotifies(paths)])
    expect(taken.flat()).toEqual([
      { provider: 'telegram', sender: '42' },
      { provider: 'simulator', sender: 'friend' },
    ])
    expect(await takeNotifies(paths)).toEqual([])
    expect(await readdir(paths.root)).not.toContain('notify.json')
  })
})

describe('a repair', () => {
  it('touches nothing that is in order', async () => {
    const paths = await tempState()
    await addApproved(paths, 'telegram', sender('42'))
    for (const what of ['pairing', 'allow', 'block'] as const) {
      expect(await repairStore(paths, 'telegram', what, NOW)).toEqual([])
    }
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
  })
})
