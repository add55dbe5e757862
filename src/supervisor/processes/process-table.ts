import { linuxTable } from './linux-table.ts'
import type { ProcessTable } from './process-info.ts'
import { psTable } from './ps-table.ts'
import { windowsTable } from './windows-table.ts'

const tableOf = (platform: NodeJS.Platform): ProcessTable => {
  if (platform === 'linux') return linuxTable
  return platform === 'win32' ? windowsTable : psTable
}

export const processTable: ProcessTable = tableOf(process.platform)

/** Is this very process still there: the same pid and the same start? */
export const isSameProcess = (pid: number, start: string): boolean => processTable.stamp(pid)?.start === start

/** How this process itself would be recognised by another. */
export const ownIdentity = (): { readonly pid: number; readonly start: string } => ({
  pid: process.pid,
  start: processTable.stamp(process.pid)?.start ?? '',
})
