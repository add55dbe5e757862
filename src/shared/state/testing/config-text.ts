// Test support: a config as text, loaded, or the sentence that refuses it.
import { writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { ClawdbotError } from '../../domain/error.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { resolveStatePaths, type StatePaths } from '../state-dir.ts'
import { tempFolder } from './temp-state.ts'

export const pathsOf = async (text?: string | Uint8Array): Promise<StatePaths> => {
  const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: await tempFolder() }, '/nowhere')
  if (text !== undefined) await writeFile(paths.config, text)
  return paths
}

export const load = async (text?: string, env: NodeJS.ProcessEnv = {}): Promise<Config> =>
  loadConfig(await pathsOf(text), env)

/** Where and why a text is refused: `line:column message | hint`, without the file's name. */
export const refusal = async (text: string | Uint8Array, env: NodeJS.ProcessEnv = {}): Promise<string> =>
  refusalIn(await pathsOf(text), env)

/** The same, of a state directory that has its config already. */
export const refusalIn = async (paths: StatePaths, env: NodeJS.ProcessEnv = {}): Promise<string> => {
  const error: unknown = await loadConfig(paths, env).catch((thrown: unknown) => thrown)
  if (!(error instanceof ClawdbotError)) throw new Error(`not refused: ${JSON.stringify(error)}`)
  expect(error.code).toBe('config_invalid')
  const place = / \([^()]*clawdbot\.json, line (\d+), column (\d+)\)\.$/.exec(error.message)
  if (place === null) return `${error.message.replace(paths.config, 'FILE')} | ${error.hint}`
  expect(error.message).toContain(paths.config)
  return `${place[1] ?? ''}:${place[2] ?? ''} ${error.message.slice(0, place.index)} | ${error.hint}`
}
