import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../../shared/state/testing/temp-state.ts'
import { createAuditLock } from './audit-lock.ts'

it('a lock that could not be given back does not shut out its own holder for ever', async () => {
  const folder = await tempFolder()
  const lock = createAuditLock(folder)
  const [path, away] = [join(folder, 'lock'), join(folder, 'away')]
  // As on a disk that is read-only for a moment: the lock stays.
  await lock.hold(() => rename(path, away))
  await rename(away, path)
  expect(await lock.hold(() => Promise.resolve('again'))).toBe('again')
  const other = createAuditLock(folder)
  expect(await other.hold(() => Promise.resolve('and others'))).toBe('and others')
})
