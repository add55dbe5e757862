import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { isSameProcess, processTable } from '../../processes/process-table.ts'
import { endPrograms, runProgram } from '../../testing/processes.ts'
import {
  BLOCKED,
  ECHO,
  grantsOf,
  NODE,
  PROJECT,
  program,
  programFolder,
  removePrograms,
  SOON,
} from './testing/launched.ts'

afterEach(endPrograms)
afterAll(removePrograms)

/** Launches this program as a gateway, says its process id, and then does what `afterwards` says. */
const supervisorOf = (main: string, grants: readonly string[], afterwards: string): string => `
import { launchGateway } from ${JSON.stringify(pathToFileURL(join(PROJECT, 'src/supervisor/children/launch-gateway.ts')).href)}
const child = launchGateway({
  node: ${JSON.stringify(NODE)}, main: ${JSON.stringify(main)}, grants: ${JSON.stringify(grants)},
  cwd: ${JSON.stringify(programFolder())}, runId: 'test', env: {}, redact: (line) => line,
  onOutput: () => {}, onRefused: () => {}, onBoxChannel: () => {}, onExit: () => {},
  onMessage: () => { if (!said) console.log(child.pid); said = true; ${afterwards} },
})
let said = false
`

describe('a gateway whose supervisor was killed with SIGKILL', () => {
  it.each([
    ['is idle', ECHO, ''],
    [
      'has not been listened to',
      'setInterval(() => { for (let n = 0; n < 999; n += 1) process.send(ack) })',
      BLOCKED,
    ],
    [
      'has not listened to all it was told',
      'setInterval(() => { for (const end = Date.now() + 50; Date.now() < end;); })',
      'for (let n = 0; n < 1999; n += 1) child.send({ type: "simulate", sender: "me", name: "", text: "x".repeat(8000) })',
    ],
  ])('ends when it %s', async (_when, source, afterwards) => {
    const main = program(`process.on('disconnect', () => process.exit(0)); process.on('message', () => {})
      process.send(ack); ${source}`)
    const supervisor = await runProgram(supervisorOf(main, grantsOf(programFolder()), afterwards))
    const pid = Number(supervisor.firstLine)
    const start = processTable.read(pid)?.start ?? ''
    expect(isSameProcess(pid, start)).toBe(true)
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => isSameProcess(pid, start), SOON).toBe(false)
  })

  it('ends when it is the real one, which said hello', async () => {
    const main = join(PROJECT, 'src/gateway/main.ts')
    const supervisor = await runProgram(supervisorOf(main, grantsOf(`${PROJECT}/*`), ''))
    const pid = Number(supervisor.firstLine)
    const start = processTable.read(pid)?.start ?? ''
    expect(isSameProcess(pid, start)).toBe(true)
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => isSameProcess(pid, start), SOON).toBe(false)
  })
})
