import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { BOX_CHANNEL_FD } from '../../../shared/contracts/box-frames.ts'
import { type GatewayChild, launchGateway } from '../launch-gateway.ts'
import {
  ACK,
  BLOCKED,
  endLaunched,
  grantsOf,
  launch,
  NODE,
  program,
  programFolder,
  removePrograms,
  SOON,
} from './testing/launched.ts'

let spawning: GatewayChild | undefined

afterEach(() => {
  endLaunched()
  spawning?.signal('SIGKILL')
})
afterAll(removePrograms)

const OPENED = `
import { Socket } from 'node:net'
const boxes = new Socket({ fd: ${BOX_CHANNEL_FD} })
`

describe('the file for sandboxes', () => {
  it('is opened by a gateway under its grants, and carries bytes both ways', async () => {
    const { boxChannel } = launch(`${OPENED} boxes.on('data', (bytes) => boxes.write(bytes))`)
    const echoed: Buffer[] = []
    boxChannel?.on('data', (bytes: Buffer) => echoed.push(bytes))
    const sent = Buffer.alloc(3_000_000, 'abc')
    boxChannel?.write(sent)
    await expect.poll(() => Buffer.concat(echoed).length, SOON).toBe(sent.length)
    expect(Buffer.concat(echoed).equals(sent)).toBe(true)
  })

  it('does not get into the way of what is told besides, full as it may be', async () => {
    const { boxChannel, child, heard } = launch(
      `${OPENED} const flood = () => { while (boxes.write(Buffer.alloc(65536))) ; }
       boxes.on('drain', flood); flood()
       process.on('message', () => process.send(ack))`,
    )
    expect(boxChannel).toBeDefined()
    for (let sent = 1; sent <= 20; sent += 1) {
      child.send({ type: 'ping', sequence: sent })
      await expect.poll(() => heard.length, SOON).toBe(sent)
    }
    expect(heard.at(-1)).toEqual(ACK)
  })

  it('is gone with the gateway', async () => {
    const { boxChannel, child, gone } = launch(`${OPENED} ${BLOCKED}`)
    boxChannel?.resume()
    child.signal('SIGKILL')
    await gone
    expect(boxChannel?.destroyed).toBe(true)
  })

  it('is not there where the gateway could not be made', async () => {
    const { boxChannel, gone } = launch('', undefined, '/no-node')
    expect(await gone).toMatchObject({ how: expect.stringMatching(/could not be started|code 127/) })
    expect(boxChannel?.destroyed ?? true).toBe(true)
  })

  it.runIf(process.platform === 'linux')(
    'is not handed on to what the gateway starts, and nothing else of ours either',
    async () => {
      const main = program(`${OPENED}
        const { spawnSync } = await import('node:child_process')
        const listed = spawnSync('/bin/ls', ['-1', '-l', '/proc/self/fd'], { encoding: 'utf8' })
        console.log(listed.stdout.split('\\n').filter((line) => line.includes('->'))
          .map((line) => line.replace(/.* (\\d+) -> .*/, '$1')).join())
        ${BLOCKED}`)
      const output: string[] = []
      spawning = launchGateway({
        node: NODE,
        main,
        grants: [...grantsOf(programFolder()), '--allow-child-process'],
        cwd: programFolder(),
        runId: 'test',
        env: {},
        redact: (line) => line,
        onOutput: (line) => output.push(line),
        onMessage: () => undefined,
        onRefused: () => undefined,
        onBoxChannel: () => undefined,
        onExit: () => undefined,
      })
      // 3 is the folder that it lists.
      await expect.poll(() => output, SOON).toContain('0,1,2,3')
    },
  )
})
