// Test support: a state directory of its own for each test, removed after it.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseSenderId, type SenderId } from '../../domain/identity.ts'
import type { ProviderId } from '../../domain/provider.ts'
import { prepareStateDir, resolveStatePaths, type StatePaths } from '../state-dir.ts'

/** A time for tests of stores, where nothing depends on the real one. */
export const NOW = Date.UTC(2026, 0, 6, 12)

export const tempFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const tempState = async (): Promise<StatePaths> => {
  const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: await tempFolder() }, '/nowhere')
  await prepareStateDir(paths)
  return paths
}

export const sender = (id: string, provider: ProviderId = 'telegram'): SenderId => {
  const parsed = parseSenderId(provider, id)
  if (parsed === undefined) throw new Error(`not an id of ${provider}: ${id}`)
  return parsed
}

export const credential = (paths: StatePaths, name: string): string => join(paths.credentials, name)

export const readCredential = async (paths: StatePaths, name: string): Promise<unknown> =>
  JSON.parse(await readFile(credential(paths, name), 'utf8'))

export const writeCredential = (paths: StatePaths, name: string, content: unknown): Promise<void> =>
  writeFile(
    credential(paths, name),
    typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
  )

/** Locks and temporary files that somebody left behind. */
export const leftovers = async (paths: StatePaths): Promise<readonly string[]> =>
  (await readdir(paths.credentials)).filter((name) => /\.(?:lock|tmp|steal)$/.test(name))
