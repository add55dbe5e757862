import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { createBoxChannel } from '../../src/gateway/hands/box-channel.ts'
import { createHands, type Hands } from '../../src/gateway/hands/hands.ts'
import type { HelperClient } from '../../src/gateway/hands/helper-client.ts'
import { parseSessionKey, type SessionKey } from '../../src/shared/domain/session.ts'
import { loadConfig } from '../../src/shared/state/config/load.ts'
import { prepareStateDir, resolveStatePaths } from '../../src/shared/state/state-dir.ts'
import { createBoxDesk } from '../../src/supervisor/sandbox/box-desk.ts'
import { boxSettings } from '../../src/supervisor/sandbox/plan-box.ts'
import { createSandboxes, type Sandboxes } from '../../src/supervisor/sandbox/sandboxes.ts'
import { dockerEnv } from '../../src/supervisor/testing/docker-env.ts'

/** Both sides of the way to the boxes, the gateway's and the supervisor's, in one process. */
export interface HandsBench {
  readonly sandboxes: Sandboxes
  readonly hands: Hands
  /** A session that was not there before. */
  readonly newSession: () => SessionKey
  readonly end: () => Promise<void>
}

const sessionOf = (text: string): SessionKey => {
  const session = parseSessionKey(text)
  if (session === undefined) throw new Error(`not a session: ${text}`)
  return session
}

export const openHandsBench = async (dockerHost: string): Promise<HandsBench> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
  await writeFile(join(stateDir, 'clawdbot.json'), '{ agent: { sandbox: { ahead: 8 } } }', { mode: 0o600 })
  const env = { ...process.env, ...dockerEnv(), DOCKER_HOST: dockerHost, CLAWDBOT_STATE_DIR: stateDir }
  const paths = resolveStatePaths(env, homedir())
  await prepareStateDir(paths)
  const sandboxes = createSandboxes({
    paths,
    appRoot: join(import.meta.dirname, '..', '..'),
    env,
    now: Date.now,
    isLocked: () => false,
    note: () => undefined,
    onChange: () => undefined,
    onError: (error) => process.stderr.write(`${String(error)}\n`),
  })
  sandboxes.adopt(boxSettings(await loadConfig(paths, env), false))
  const [ours, theirs] = duplexPair()
  const desk = createBoxDesk({
    open: async (session) => sandboxes.open({ session: sessionOf(session), trust: 'friend', network: false }),
    answer: (message) => hands.hear(message),
    endAll: (why) => void sandboxes.endAll(why),
    onError: (error) => process.stderr.write(`${String(error)}\n`),
  })
  const hands: Hands = createHands({
    ask: (askId, session) => {
      desk.asked({ type: 'box-ask', askId, session })
      return true
    },
    violation: (box, why) => desk.violated({ type: 'box-violation', box, why }),
    channel: createBoxChannel({
      channel: theirs,
      onBroken: (error) => process.stderr.write(`${error.message}\n`),
    }),
    host: undefined,
    now: Date.now,
  })
  desk.attach(ours)
  let sessions = 0
  return {
    sandboxes,
    hands,
    newSession: () => {
      sessions += 1
      return sessionOf(`telegram:dm:${1_000 + sessions}`)
    },
    end: async () => {
      await sandboxes.close()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

/** Throws unless the command ended by itself with code 0. */
export const runIn = async (client: HelperClient, command: string, timeoutMs = 60_000): Promise<string> => {
  const signal = new AbortController().signal
  const done = await client.bash({ command, cwd: '', env: {}, timeoutMs, keepBytes: 64 * 1024 }, signal)
  if (done.kind !== 'ended' || done.exitCode !== 0) throw new Error(`${command}: ${JSON.stringify(done)}`)
  return Buffer.from(done.output).toString('utf8')
}
