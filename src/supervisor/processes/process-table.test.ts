import { afterEach, describe, expect, it } from 'vitest'
import { endPrograms, runProgram, SLEEPER } from '../testing/processes.ts'
import { isSameProcess, ownIdentity, processTable } from './process-table.ts'
import { parsePs, psTable } from './ps-table.ts'
import { cookieOfStateDir, newRunId, RUN_ID_VARIABLE } from './run-cookie.ts'

afterEach(endPrograms)

describe.runIf(process.platform !== 'win32')('the process table', () => {
  it('knows this process, and that it is the same one later', () => {
    const { pid, start } = ownIdentity()
    expect(start).not.toBe('')
    expect(isSameProcess(pid, start)).toBe(true)
    expect(isSameProcess(pid, 'another start')).toBe(false)
    expect(processTable.list().some((listed) => listed.pid === process.pid)).toBe(true)
  })

  it('finds a process by its environment, and knows its group and command', async () => {
    const runId = newRunId('/some/dir')
    const { pid } = await runProgram(SLEEPER, { [RUN_ID_VARIABLE]: runId })
    expect(processTable.read(pid)).toMatchObject({
      pid,
      group: pid,
      command: expect.stringContaining('node'),
    })
    expect(processTable.carries(pid, cookieOfStateDir('/some/dir'))).toBe(true)
    expect(processTable.carries(pid, cookieOfStateDir('/another/dir'))).toBe(false)
    expect(processTable.carries(process.pid, cookieOfStateDir('/some/dir'))).toBe(false)
  })

  it('does not list what is dead, also where nobody has fetched its exit yet', async () => {
    const { pid, child } = await runProgram(SLEEPER)
    child.kill('SIGKILL')
    await expect.poll(() => processTable.read(pid), { timeout: 30_000 }).toBeUndefined()
  })
})

describe.runIf(process.platform === 'linux')('the table of ps, which macOS has', () => {
  it('agrees with this system about who is who', async () => {
    const { pid } = await runProgram(SLEEPER)
    const seen = psTable.read(pid)
    expect(seen).toMatchObject({ pid, group: pid, command: expect.stringContaining('node') })
    expect(psTable.read(pid)?.start).toBe(seen?.start)
    expect(psTable.list().find((listed) => listed.pid === pid)).toEqual(seen)
    expect(psTable.read(2 ** 22 + 1)).toBeUndefined()
  })

  it('passes over zombies and what it does not understand', () => {
    const line = '  12    12 Ss   Sat Nov 22 08:09:10 2025 /usr/bin/node main.js'
    expect(parsePs(`${line}\n  13 13 Z Sat Nov 22 08:09:10 2025 (node)\nnonsense\n`)).toEqual([
      { pid: 12, group: 12, start: 'Sat Nov 22 08:09:10 2025', command: '/usr/bin/node main.js' },
    ])
  })
})
