import { readdir, stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readNumberUse, removeNumberUse, writeNumberUse } from './number-store.ts'
import { repairStore } from './repair.ts'
import {
  credential,
  leftovers,
  NOW,
  readCredential,
  tempState,
  writeCredential,
} from './testing/temp-state.ts'

const NAME = 'whatsapp-number.json'

describe('whose number is linked', () => {
  it('nobody has said where there is no file', async () => {
    expect(await readNumberUse(await tempState(), 'whatsapp')).toBeUndefined()
  })

  it('is kept with the number once it is known, for the owner of the files alone', async () => {
    const paths = await tempState()
    await writeNumberUse(paths, 'whatsapp', { use: 'separate', number: null })
    expect(await readNumberUse(paths, 'whatsapp')).toEqual({ use: 'separate', number: null })
    expect(await readCredential(paths, NAME)).toEqual({ version: 1, use: 'separate' })
    await writeNumberUse(paths, 'whatsapp', { use: 'own', number: '+15550001111' })
    expect(await readCredential(paths, NAME)).toEqual({ version: 1, use: 'own', number: '+15550001111' })
    expect((await stat(credential(paths, NAME))).mode & 0o777).toBe(0o600)
    expect(await leftovers(paths)).toEqual([])
  })

  it('is forgotten with the login, however often that is said', async () => {
    const paths = await tempState()
    await writeNumberUse(paths, 'whatsapp', { use: 'separate', number: null })
    await removeNumberUse(paths, 'whatsapp')
    await removeNumberUse(paths, 'whatsapp')
    expect(await readdir(paths.credentials)).not.toContain(NAME)
  })

  it.each(['15550001111', '77712345@lid', '', '+1 555'])('refuses the number %j', async (number) => {
    const paths = await tempState()
    const write = writeNumberUse(paths, 'whatsapp', { use: 'separate', number })
    await expect(write).rejects.toMatchObject({ code: 'sender_invalid' })
    expect(await readNumberUse(paths, 'whatsapp')).toBeUndefined()
  })

  it.each([
    '',
    '{',
    '[]',
    { version: 2, use: 'separate' },
    { version: 1 },
    { version: 1, use: 'mine' },
    { version: 1, use: 'separate', number: '15550001111' },
    { version: 1, use: 'separate', number: 15550001111 },
    { version: 1, use: 'separate', number: '77712345@lid' },
  ])(
    'is not guessed from %j, which is not overwritten and is set aside on the owner’s word',
    async (content) => {
      const paths = await tempState()
      await writeCredential(paths, NAME, content)
      const refused = {
        code: 'store_corrupt',
        hint: expect.stringContaining('allow repair --provider whatsapp'),
      }
      await expect(readNumberUse(paths, 'whatsapp')).rejects.toMatchObject(refused)
      await expect(writeNumberUse(paths, 'whatsapp', { use: 'own', number: null })).rejects.toMatchObject(
        refused,
      )
      expect(await repairStore(paths, 'whatsapp', 'allow', NOW)).toMatchObject([
        { file: credential(paths, NAME) },
      ])
      expect(await readNumberUse(paths, 'whatsapp')).toBeUndefined()
    },
  )
})
