import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveElectron } from '../../scripts/electron/runtime.ts'
import { withDisplay } from '../../scripts/system/virtual-display.ts'
import { type Benchmark, median, rounded } from '../figure.ts'

const RUNS = 5

/** From the start of the program to a window that has drawn the state it asked main for. */
export const appUsable: Benchmark = {
  name: 'app',
  run: async () => {
    const electron = await resolveElectron()
    const appRoot = join(import.meta.dirname, '..', '..')
    const start = async (env: NodeJS.ProcessEnv): Promise<number> => {
      const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
      const started = performance.now()
      const child = spawn(electron.path, ['--no-sandbox', appRoot], {
        env: { ...env, CLAWDBOT_STATE_DIR: stateDir },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      try {
        let output = ''
        while (!output.includes('window ready')) {
          const [chunk] = await once(child.stdout, 'data')
          output += String(chunk)
        }
        return performance.now() - started
      } finally {
        const exited = once(child, 'exit')
        child.kill('SIGTERM')
        await exited
        await rm(stateDir, { recursive: true, force: true })
      }
    }
    return withDisplay(async (env) => {
      await start(env)
      const times: number[] = []
      for (let run = 0; run < RUNS; run += 1) times.push(await start(env))
      return [{ name: 'app.usable_ms', value: rounded(median(times), 0), unit: 'ms', goal: 'under 1,500' }]
    })
  },
}
