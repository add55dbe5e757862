// The gateway's process: told everything by its supervisor, ended by it, and never longer alive than it.
import { Socket } from 'node:net'
import { join } from 'node:path'
import { BOX_CHANNEL_FD } from '../shared/contracts/box-frames.ts'
import { ClawdbotError, type ErrorView, toErrorView } from '../shared/domain/error.ts'
import { createLogger } from '../shared/log/logger.ts'
import { secretTag } from '../shared/log/secret-tag.ts'
import { createRedactor, createStreamRedactor } from '../shared/redact/redactor.ts'
import { createFailpoint } from './failpoint.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { connectSupervisor } from './ipc/supervisor-link.ts'
import { createLatch } from './outbound/latch.ts'

/** A start that another try can not mend (sysexits.h, EX_CONFIG). */
const EXIT_NOT_STARTABLE = 78
const EXIT_FAULT = 1
/** The supervisor sends SIGTERM after three seconds. */
const STOP_WITHIN_MS = 2_000

const startedAt = Date.now()
const underTest = process.env['CLAWDBOT_TEST'] === '1'
let redact = (text: string): string => text
let gateway: Gateway | undefined
let ending = false

// Ctrl+C in a terminal goes to the whole group; what it means is for the supervisor to say.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => void stop())
process.on('uncaughtException', (error) => void die(error, EXIT_FAULT))
process.on('unhandledRejection', (error) => void die(error, EXIT_FAULT))

const link = connectSupervisor({
  channel: process,
  now: () => performance.now(),
  onGone: () => {
    gateway?.mute()
    // One turn of the loop, in which what was not on record yet is noted as not sent.
    setImmediate(() => process.exit(0))
  },
  onRefused: (error) => void die(error, EXIT_FAULT),
})
link.send({ type: 'hello', runId: process.env['CLAWDBOT_RUN_ID'] ?? '', pid: process.pid })

try {
  const start = await link.started
  const known = { secrets: start.secrets, tag: secretTag }
  redact = createRedactor(known)
  const isLocked = createLatch(start.stateDir)
  if (isLocked()) throw lockedDown()
  const log = createLogger({ file: start.logFile, level: start.logLevel, redact, source: 'gateway' })
  log.info('the gateway starts', { runId: start.runId, pid: process.pid, grants: start.grants })
  gateway = await createGateway({
    start,
    link,
    boxes: new Socket({ fd: BOX_CHANNEL_FD }),
    onFault: (error) => void die(error, EXIT_FAULT),
    env: process.env,
    log,
    redact,
    redactForModel: createRedactor({ ...known, purpose: 'model' }),
    streamRedactor: () => createStreamRedactor({ ...known, purpose: 'model' }),
    isLocked,
    onLocked: () => void die(lockedDown(), EXIT_NOT_STARTABLE),
    reached: createFailpoint(process.env, join(start.stateDir, 'gateway')),
    underTest,
    startedAt,
  })
  const running = gateway
  link.listen((message) => (message.type === 'stop' ? void stop() : running.hear(message)))
  link.send({ type: 'ready', runId: start.runId })
  log.info('the gateway is ready', { afterMs: Date.now() - startedAt })
} catch (error) {
  await die(error, EXIT_NOT_STARTABLE)
}

function lockedDown(): ClawdbotError {
  return new ClawdbotError(
    'locked_down',
    'Everything is stopped: the lockdown is on.',
    'Resume in the app or with `clawdbot resume`.',
  )
}

/** What runs gets a moment to end; what does not end by then is as after a crash, which loses nothing. */
async function stop(): Promise<void> {
  if (ending) return
  ending = true
  const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS))
  await Promise.race([gateway?.close().catch(() => undefined), limit])
  process.exit(0)
}

/** The last words, then the end. */
async function die(error: unknown, exitCode: number): Promise<never> {
  if (!ending) {
    ending = true
    gateway?.mute()
    const { code, message, hint }: ErrorView = toErrorView(error)
    await link.sendLast({
      type: 'fatal',
      code,
      message: redact(message).slice(0, 4096),
      hint: redact(hint).slice(0, 4096),
    })
  }
  process.exit(exitCode)
}
