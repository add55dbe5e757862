import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Benchmark, median, rounded } from '../figure.ts'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'clawdbot.js')
const RUNS = 15

/** The whole process as its user waits for it: launcher, command, output, exit. */
export const cliPairingList: Benchmark = {
  name: 'cli pairing list',
  run: async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'clawdbot-bench-'))
    // The peak is the process's own figure, written at its exit; it costs the run nothing that could be seen.
    const probe = join(stateDir, 'peak.cjs')
    const peakFile = join(stateDir, 'peak')
    writeFileSync(
      probe,
      `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)))`,
    )
    const run = (args: readonly string[]): number => {
      const started = performance.now()
      const { status, stderr } = spawnSync(
        process.execPath,
        [...args, LAUNCHER, 'pairing', 'list', '--provider', 'telegram'],
        { env: { ...process.env, CLAWDBOT_STATE_DIR: stateDir } },
      )
      if (status !== 0) throw new Error(`pairing list failed: ${stderr.toString()}`)
      return performance.now() - started
    }
    try {
      run([])
      const times = Array.from({ length: RUNS }, () => run([]))
      run(['--require', probe])
      const peakKb = Number(readFileSync(peakFile, 'utf8'))
      return [
        { name: 'cli.pairing_list_ms', value: rounded(median(times)), unit: 'ms', goal: 'under 150' },
        { name: 'cli.pairing_list_rss_mb', value: rounded(peakKb / 1024), unit: 'MB', goal: 'under 70' },
      ]
    } finally {
      rmSync(stateDir, { recursive: true, force: true })
    }
  },
}
