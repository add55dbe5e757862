import { linuxTable } from './linux-table.ts'
import type { ProcessTable } from './process-info.ts'
import { psTable } from './ps-table.ts'

/** Windows has neither groups nor readable environments; there a process is known by being alive only. */
const windowsTable: ProcessTable = {
  read: (pid) => (isAlive(pid) ? { pid, group: pid, start: '', command: `process ${pid}` } : undefined),
  list: () => [],
  carries: () => false,
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // ESRCH: gone. EPERM: alive, but not ours, so not the one that we look for.
    return false
  }
}

const tableOf = (platform: NodeJS.Platform): ProcessTable => {
  if (platform === 'linux') return linuxTable
  return platform === 'win32' ? windowsTable : psTable
}

export const processTable: ProcessTable = tableOf(process.platform)

/** Is this very process still there: the same pid and the same start? */
export const isSameProcess = (pid: number, start: string): boolean => processTable.read(pid)?.start === start

/** How this process itself would be recognised by another. */
export const ownIdentity = (): { readonly pid: number; readonly start: string } => ({
  pid: process.pid,
  start: processTable.read(process.pid)?.start ?? '',
})
