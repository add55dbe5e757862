// TOCTOU symlink swap, read and write: CVE-2026-44112, CVE-2026-44113, CVE-2026-31990.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HelperProcess, type Said, startHelper } from './testing/helper-process.ts'
import { CANARY, createPlayground, type Playground } from './testing/playground.ts'

let playground: Playground
let flipper: ChildProcess | undefined
let running: HelperProcess | undefined
beforeEach(() => {
  playground = createPlayground()
})
afterEach(async () => {
  flipper?.kill('SIGKILL')
  await running?.close()
  playground.remove()
})

const startFlipper = async (): Promise<ChildProcess> => {
  const child = spawn(
    process.execPath,
    [
      '--experimental-ffi',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./testing/flipper.ts', import.meta.url)),
      playground.workspace,
      playground.outside,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  await once(child.stdout, 'data')
  return child
}

interface Tally {
  served: number
  refused: number
}

/** Of each kind, and not less than this long: what the swap needs to have met every window. */
const ENOUGH = 300
const AT_LEAST_MS = 15_000
/** Requests on their way at once, so that the helper never waits for us. */
const BATCH = 32

const kinds: Readonly<Record<string, (helper: HelperProcess) => Promise<Said | undefined>>> = {
  'read through a folder': (helper) => helper.read('dir/canary'),
  'read of a file': (helper) => helper.read('leaf'),
  'write through a folder': (helper) => helper.write('dir/written', 'by the agent'),
  'write of a file': (helper) => helper.write('leaf', 'benign still'),
  'new folders through a folder': (helper) => helper.write('dir/new/deep/written', 'by the agent'),
  'edit of a file': (helper) => helper.edit('leaf', 'benign', 'benign'),
}

describe.runIf(process.platform === 'linux').each(['openat2', 'walk'] as const)(
  'file tools by %s while names are swapped for links to outside',
  (way) => {
    it('read nothing and write nothing outside', async () => {
      flipper = await startFlipper()
      const before = playground.outsideNow()
      const helper = startHelper(playground.workspace, way)
      running = helper
      const tally = new Map(
        Object.keys(kinds).map((kind): [string, Tally] => [kind, { served: 0, refused: 0 }]),
      )
      const leaks: string[] = []
      const until = performance.now() + AT_LEAST_MS
      const isEnough = (): boolean =>
        [...tally.values()].every(
          ({ served, refused }) => served > 0 && refused > 0 && served + refused >= ENOUGH,
        )
      while (leaks.length === 0 && (performance.now() < until || !isEnough())) {
        if (flipper.exitCode !== null) throw new Error('nobody swaps names any more')
        for (const [kind, act] of Object.entries(kinds)) {
          for (const said of await Promise.all(Array.from({ length: BATCH }, () => act(helper)))) {
            if (said === undefined) throw new Error('the helper is gone')
            if (said.body.includes(CANARY)) leaks.push(kind)
            const count = tally.get(kind)
            if (count !== undefined) count[said.kind === 'fault' ? 'refused' : 'served'] += 1
          }
        }
      }
      expect(leaks).toEqual([])
      expect(playground.outsideNow()).toBe(before)
    })
  },
)
