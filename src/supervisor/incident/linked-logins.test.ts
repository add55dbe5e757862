import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempState } from '../../shared/state/testing/temp-state.ts'
import { linkedLogins } from './linked-logins.ts'

describe('the logins to take back after an incident', () => {
  it('are those that stand on the disk', async () => {
    const paths = await tempState()
    expect(linkedLogins(paths)).toEqual([])
    const file = join(paths.credentials, 'whatsapp', 'login.jsonl')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, '')
    expect(linkedLogins(paths)).toEqual([])
    await writeFile(file, '{"t":"keys"}\n')
    expect(linkedLogins(paths)).toMatchObject([{ name: 'WhatsApp link', where: file }])
  })

  it('include one that can not be looked at', async () => {
    const paths = await tempState()
    await mkdir(paths.credentials, { recursive: true })
    await writeFile(join(paths.credentials, 'whatsapp'), 'a file where a folder belongs')
    expect(linkedLogins(paths)).toHaveLength(1)
  })
})
