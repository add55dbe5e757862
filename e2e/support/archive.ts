// The archive as a test sees it: through the window's own bridge, and as a process of the machine.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import type { ArchiveView } from '../../src/shared/contracts/app-state.ts'
import type { ArchiveCall, ArchiveInput, ArchiveOutput } from '../../src/shared/contracts/archive.ts'
import type { Hit } from '../../src/shared/contracts/archive-sessions.ts'
import type { Answer } from '../../src/shared/contracts/bridge.ts'

/** Indexing a million messages takes its time on a busy machine. A limit for a hang, no measure. */
const INDEXED_WITHIN = { timeout: 300_000 }

export const archiveView = (page: Page): Promise<ArchiveView> =>
  page.evaluate<ArchiveView>("window.clawdbot.call('state.get').then(({ state }) => state.archive)")

export const untilArchive = async (page: Page, phase: ArchiveView['phase']): Promise<ArchiveView> => {
  await expect.poll(async () => (await archiveView(page)).phase, INDEXED_WITHIN).toBe(phase)
  return archiveView(page)
}

/** Asks the archive what the window may ask it. */
export const askArchive = async <K extends ArchiveCall>(
  page: Page,
  call: K,
  input: ArchiveInput<K>,
): Promise<ArchiveOutput<K>> => {
  // An expression, because a function in a string would only be looked at and not be called.
  const answer = await page.evaluate<Answer<ArchiveOutput<K>>>(
    `window.clawdbot.call('archive.${call}', ${JSON.stringify(input)})`,
  )
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
  return answer.value
}

/** The first page of hits, newest first. */
export const hitsOf = async (page: Page, query: string, limit = 200): Promise<readonly Hit[]> =>
  (await askArchive(page, 'search', { query, order: 'newest', before: null, limit })).hits

/** The processes that serve the archive of this state directory; their grants name it. */
export const archivePids = (stateDir: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return command.includes('/out/archive/main.js') && command.includes(stateDir)
      } catch {
        // It ended while we looked.
        return false
      }
    })
