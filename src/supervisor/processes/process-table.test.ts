import { afterEach, describe, expect, it } from 'vitest'
import { ESCAPING, endPrograms, runProgram, SLEEPER } from '../testing/processes.ts'
import { parseStat } from './linux-table.ts'
import { isSameProcess, ownIdentity, processTable } from './process-table.ts'
import { parseCarriers, parsePs, psTable } from './ps-table.ts'
import { cookieOfStateDir, newRunId, RUN_ID_VARIABLE } from './run-cookie.ts'
import { parseWindowsTable } from './windows-table.ts'

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
    const line = '  12     1    12 Ss   Sat Nov 22 08:09:10 2025 /usr/bin/node main.js'
    expect(parsePs(`${line}\n  13 1 13 Z Sat Nov 22 08:09:10 2025 (node)\nnonsense\n`)).toEqual([
      {
        pid: 12,
        parent: 1,
        group: 12,
        start: 'Sat Nov 22 08:09:10 2025',
        hangs: false,
        command: '/usr/bin/node main.js',
      },
    ])
  })

  it('finds who carries the cookie from one answer for all of them', () => {
    const output = [
      '  21 /bin/sh -c true PATH=/bin CLAWDBOT_RUN_ID=abc-1 HOME=/',
      '  22 /bin/sh PATH=/bin CLAWDBOT_RUN_ID=other-1',
      'nonsense CLAWDBOT_RUN_ID=abc-1',
    ].join('\n')
    expect([...parseCarriers(output, 'CLAWDBOT_RUN_ID=abc-')]).toEqual([21])
  })
})

describe.runIf(process.platform === 'linux')('the family of a group', () => {
  it('has its members and what left it, and not its maker', async () => {
    const parent = await runProgram(ESCAPING)
    const family = await processTable.family(new Set([parent.pid]))
    expect(new Set(family.map(({ pid }) => pid))).toEqual(new Set([parent.pid, Number(parent.firstLine)]))
    expect(family.every(({ command }) => command.includes('node'))).toBe(true)
    process.kill(Number(parent.firstLine), 'SIGKILL')
  })
})

/** All that stands behind a program's name. */
const rest = (state: string): string => `${state} 7 9 9 ${'0 '.repeat(15)}4711 0`

describe('a line of /proc/<pid>/stat', () => {
  it('is understood whatever the program calls itself', () => {
    expect(parseStat(5, `5 (a) S 1 (b) ${rest('S')}`, 'boot')).toMatchObject({
      parent: 7,
      group: 9,
      hangs: false,
    })
    expect(parseStat(5, `5 (x) ${rest('D')}`, 'boot')).toMatchObject({
      start: 'boot:4711',
      hangs: true,
      name: 'x',
    })
  })

  it('of the dead, or not understood, is nobody', () => {
    for (const text of [`5 (x) ${rest('Z')}`, `5 (x) ${rest('X')}`, '', '5 (x) S']) {
      expect(parseStat(5, text, 'boot')).toBeUndefined()
    }
  })
})

const row = (pid: number, parent: number, created: string, more: object = {}): object => ({
  ProcessId: pid,
  ParentProcessId: parent,
  Name: 'node.exe',
  CommandLine: null,
  Created: created,
  ...more,
})
const parse = (...rows: readonly object[]) =>
  parseWindowsTable(JSON.stringify(rows.length === 1 ? rows[0] : rows))

// As the documentation of Win32_Process and of ConvertTo-Json has it; it was not run there.
describe('the table of Windows', () => {
  it('has each process with its parent', () => {
    expect(
      parse(row(4, 0, ''), row(100, 4, '5'), row(200, 100, '7', { CommandLine: '"C:\\node.exe" main.js ' })),
    ).toEqual([
      { pid: 4, parent: 0, group: 4, start: '', hangs: false, command: 'node.exe' },
      { pid: 100, parent: 0, group: 100, start: '5', hangs: false, command: 'node.exe' },
      { pid: 200, parent: 100, group: 200, start: '7', hangs: false, command: '"C:\\node.exe" main.js' },
    ])
  })

  it('knows no parent that is younger than its child: its number was given to another', () => {
    expect(parse(row(100, 4, '133600000000000009'), row(200, 100, '133600000000000008'))[1]).toMatchObject({
      parent: 0,
    })
  })

  it('may have one row, and is refused when it is something else', () => {
    expect(parse(row(100, 4, '5'))).toHaveLength(1)
    expect(() => parseWindowsTable('{"a":1}')).toThrow(/ProcessId/)
    expect(() => parseWindowsTable('')).toThrow(/JSON/)
  })
})
