// Test support: gateways that are a few lines of program, at the other end of a channel.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import type { ClawdbotError } from '../../../../shared/domain/error.ts'
import { type GatewayChild, type GatewayExit, launchGateway } from '../../launch-gateway.ts'
import { pinnedNodePath } from '../../pinned-node.ts'
import type { Channel } from '../channel.ts'
import { jsonLines } from '../json-lines.ts'

export const PROJECT = resolve(import.meta.dirname, '../../../../..')
export const NODE = pinnedNodePath(PROJECT)
/** For `expect.poll`: soon, on a busy machine. */
export const SOON = { timeout: 30_000 }
export const MIB = 1024 * 1024
/** What `process.send(ack)` says. */
export const ACK = { type: 'ack', revision: 1 }

/** What every gateway of these tests can do besides speaking: write bytes of its own onto the channel. */
const PRELUDE = String.raw`
import fs from 'node:fs'
const pour = (bytes) => {
  let at = 0
  while (at < bytes.length) {
    try { at += fs.writeSync(3, bytes, at, Math.min(65536, bytes.length - at)) } catch (error) {
      if (error.code === 'EAGAIN') continue
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return at
      throw error
    }
  }
  return at
}
const ack = { type: 'ack', revision: 1 }
`

let folder = ''
let programs = 0
const running = new Set<GatewayChild>()

/** Of this test file's programs, made when it is first asked for. */
export const programFolder = (): string => {
  if (folder === '') folder = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-channel-')))
  return folder
}

export const endLaunched = (): void => {
  for (const child of running) child.signal('SIGKILL')
  running.clear()
}

export const removePrograms = (): void => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
  folder = ''
}

/** The path of a program with this text. */
export const program = (source: string): string => {
  programs += 1
  const path = join(programFolder(), `gateway-${programs}.mjs`)
  writeFileSync(path, PRELUDE + source)
  return path
}

/** As the real one has them. */
export const grantsOf = (readable: string): readonly string[] => [
  '--permission',
  '--allow-net',
  `--allow-fs-read=${readable}`,
]

export interface Launched {
  readonly child: GatewayChild
  readonly heard: readonly unknown[]
  readonly refused: readonly ClawdbotError[]
  readonly output: readonly string[]
  readonly gone: Promise<GatewayExit>
  /** Its channel for sandboxes; none where it could not be made. */
  readonly boxChannel: Duplex | undefined
}

/** A gateway with this program, under permission flags as the real one has them. */
export const launch = (source: string, channel: Channel = jsonLines, node = NODE): Launched => {
  const heard: unknown[] = []
  const refused: ClawdbotError[] = []
  const output: string[] = []
  let child: GatewayChild | undefined
  let boxChannel: Duplex | undefined
  const gone = new Promise<GatewayExit>((onExit) => {
    child = launchGateway(
      {
        node,
        main: program(source),
        grants: grantsOf(programFolder()),
        cwd: programFolder(),
        runId: 'test',
        env: {},
        redact: (line) => line,
        onOutput: (line) => output.push(line),
        onMessage: (raw) => heard.push(raw),
        onRefused: (error) => refused.push(error),
        onBoxChannel: (given) => (boxChannel = given),
        onExit,
      },
      channel,
    )
  })
  if (child === undefined) throw new Error('not launched')
  running.add(child)
  return { child, heard, refused, output, gone, boxChannel }
}

/** Writes these bytes, and ends when they are taken or nobody takes them. */
export const pours = (bytes: Uint8Array | string): string =>
  `pour(Buffer.from('${Buffer.from(bytes).toString('base64')}', 'base64')); process.exit(0)`

/** Reads nothing for a minute, by which somebody will have ended it. */
export const BLOCKED = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);'

export const ECHO = 'process.on("message", (message) => process.send(message))'
