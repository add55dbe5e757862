// TOCTOU symlink swap, read and write: CVE-2026-44112, CVE-2026-44113, CVE-2026-31990.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HelperProcess, type Said, startHelper } from './testing/helper-process.ts'
import { CANARY, createPlayground, type Playground } from './testing/playground.ts'

let playground: Playground
beforeEach(() => {
  playground = createPlayground()
})
afterEach(() => playground.remove())

/** Of each kind, and not less than this long: what the swap needs to have met every window. */
const ENOUGH = 1_000
const AT_LEAST_MS = 15_000
/** Requests on their way at once, so that the helper never waits for us. */
const BATCH = 32

const kinds: Readonly<Record<string, (helper: HelperProcess) => Promise<Said | undefined>>> = {
  'read through a folder': (helper) => helper.read('dir/canary'),
  'read of a file': (helper) => helper.read('leaf'),
  'write through a folder': (helper) => helper.write('dir/written', 'by the agent'),
  'write of a file': (helper) => helper.write('leaf', 'by the agent'),
  'new folders through a folder': (helper) => helper.write('dir/new/deep/written', 'by the agent'),
  'edit of a file': (helper) => helper.edit('leaf', 'e', 'e'),
}

describe.runIf(process.platform === 'linux').each(['openat2', 'walk'] as const)(
  'file tools by %s while names are swapped for links to outside',
  (way) => {
    it('read nothing and write nothing outside', async () => {
      const flipper = spawn(
        process.execPath,
        [
          '--experimental-ffi',
          '--disable-warning=ExperimentalWarning',
          join(import.meta.dirname, 'testing/flipper.ts'),
          playground.workspace,
          playground.outside,
        ],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      )
      await once(flipper.stdout, 'data')
      const before = playground.outsideNow()
      const helper = startHelper(playground.workspace, way)
      const tally = new Map<string, { served: number; refused: number }>()
      const leaks: string[] = []
      const until = performance.now() + AT_LEAST_MS
      const isEnough = (): boolean =>
        Object.keys(kinds).every((kind) => {
          const { served, refused } = tally.get(kind) ?? { served: 0, refused: 0 }
          return served > 0 && refused > 0 && served + refused >= ENOUGH
        })
      while (performance.now() < until || !isEnough()) {
        for (const [kind, act] of Object.entries(kinds)) {
          const count = tally.get(kind) ?? { served: 0, refused: 0 }
          tally.set(kind, count)
          for (const said of await Promise.all(Array.from({ length: BATCH }, () => act(helper)))) {
            if (said === undefined) throw new Error('the helper is gone')
            if (said.body.includes(CANARY)) leaks.push(kind)
            if (said.kind === 'fault') count.refused += 1
            else count.served += 1
          }
        }
      }
      flipper.kill('SIGKILL')
      await helper.close()
      expect(leaks).toEqual([])
      expect(playground.outsideNow()).toBe(before)
      console.log(way, tally)
    })
  },
)
