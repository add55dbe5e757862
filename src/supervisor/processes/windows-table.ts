import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { familyOf } from './family.ts'
import type { ProcessInfo, ProcessTable } from './process-info.ts'
import { visiting } from './visiting.ts'

const MAX_COMMAND = 200

// Nothing in here was ever run on Windows: only the parser is tested, on output as the documentation of
// Win32_Process and of ConvertTo-Json describes it.
const SCRIPT =
  'Get-CimInstance Win32_Process | Select-Object ProcessId, ParentProcessId, Name, CommandLine, ' +
  "@{n='Created';e={if ($_.CreationDate) {$_.CreationDate.ToFileTimeUtc().ToString()} else {''}}} | ConvertTo-Json -Compress"

const row = z.object({
  ProcessId: z.number().int().nonnegative(),
  ParentProcessId: z.number().int().nonnegative(),
  Name: z.string().nullish(),
  CommandLine: z.string().nullish(),
  /** Units of 100 ns since 1601, in digits. */
  Created: z.string().regex(/^\d*$/),
})

/**
 * What the script prints. Windows keeps the pid of a parent that is long dead, and gives pids to others soon: a parent
 * that is younger than its child is none. There are no groups: each process is its own.
 */
export const parseWindowsTable = (output: string): readonly ProcessInfo[] => {
  const parsed: unknown = JSON.parse(output)
  // ConvertTo-Json makes no array of a single row.
  const rows = z.array(row).parse(Array.isArray(parsed) ? parsed : [parsed])
  const created = new Map(rows.map(({ ProcessId, Created }) => [ProcessId, Created]))
  return rows.map(({ ProcessId, ParentProcessId, Name, CommandLine, Created }) => {
    const born = created.get(ParentProcessId)
    const isParent = born !== undefined && born !== '' && Created !== '' && BigInt(born) <= BigInt(Created)
    return {
      pid: ProcessId,
      parent: isParent && ParentProcessId !== ProcessId ? ParentProcessId : 0,
      group: ProcessId,
      start: Created,
      hangs: false,
      command: (CommandLine?.trim() || Name || `process ${String(ProcessId)}`).slice(0, MAX_COMMAND),
    }
  })
}

/** Never what a folder of the search path calls so. */
const powerShell = (): string =>
  join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')
const ARGUMENTS = ['-NoProfile', '-NonInteractive', '-Command', SCRIPT]
const OPTIONS = { encoding: 'utf8', timeout: 5_000, maxBuffer: 64 * 1024 * 1024, windowsHide: true } as const

const list = (): readonly ProcessInfo[] =>
  parseWindowsTable(
    execFileSync(powerShell(), ARGUMENTS, { ...OPTIONS, stdio: ['ignore', 'pipe', 'ignore'] }),
  )

const run = promisify(execFile)

/** A single process is known by being alive only: asking for more takes half a second. */
const read = (pid: number): ProcessInfo | undefined =>
  isAlive(pid)
    ? { pid, parent: 0, group: pid, start: '', hangs: false, command: `process ${String(pid)}` }
    : undefined

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // ESRCH: gone. EPERM: alive, but not ours, so not the one that we look for.
    return false
  }
}

/** Windows has neither groups nor readable environments: what is ours is found by the process tree. */
export const windowsTable: ProcessTable = {
  scanning: 'slow',
  stamp: read,
  scan: visiting(list),
  family: async (groups) =>
    familyOf(parseWindowsTable((await run(powerShell(), ARGUMENTS, OPTIONS)).stdout), groups),
  read,
  list,
  carries: () => false,
  carriers: () => ({ found: new Set(), unclear: new Set() }),
}
