// Test support: the real helper in a real container with every wall of the product, and the protocol spoken to it by hand.
import { readFileSync } from 'node:fs'
import { chmod, chown, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HelperAnswer, type HelperRequest, helperAnswer } from '../../../../shared/contracts/helper.ts'
import { createFrameReader, encodeFrame } from '../../../../shared/contracts/helper-frames.ts'
import { DEFAULT_LIMITS } from '../../../../shared/state/config/limits.ts'
import type { BoxConfig, SandboxConfig } from '../../../../shared/state/config/schema.ts'
import type { Attached } from '../../../docker/attach.ts'
import { dockerEnv } from '../../../testing/docker-env.ts'
import { createBoxEngine, type ExitStatus } from '../../engine/box-engine.ts'
import { wantedContainer } from '../../hardening.ts'

const FOLDER = join(import.meta.dirname, '../../../../../docker/sandbox')
const HELPER = readFileSync(join(FOLDER, 'helper.py'), 'utf8')
export const SECCOMP = readFileSync(join(FOLDER, 'seccomp.json'), 'utf8')

/** Whose the workspace is: never root, who runs these tests on some machines. */
const USER =
  process.getuid?.() === 0
    ? { uid: 1000, gid: 1000 }
    : { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 }

export interface Answer {
  readonly answer: HelperAnswer
  /** Of a read its bytes; of a command its output, both streams as they came. */
  readonly body: Buffer
}

type BashRequest = Extract<HelperRequest, { op: 'bash' }>
type BashOptions = Partial<Pick<BashRequest, 'cwd' | 'env' | 'timeoutMs' | 'keepBytes'>>

interface Ran {
  readonly end: Extract<HelperAnswer, { kind: 'end' }>
  readonly text: string
  readonly frames: readonly { readonly stream: string; readonly bytes: Buffer }[]
}

/** Without the number, which the box gives. */
type Asked<R = HelperRequest> = R extends HelperRequest ? Omit<R, 'id'> : never

export interface TestBox {
  readonly container: string
  /** Its own, on the host. */
  readonly workspace: string
  /** What it may see of the host: its own workspace, and the agent's where it is asked for. */
  readonly folders: readonly string[]
  readonly attached: Attached
  /** What came first. */
  readonly hello: HelperAnswer
  /** Resolves when the container is over. */
  readonly ended: Promise<ExitStatus>
  readonly ask: (asked: Asked, body?: Uint8Array) => Promise<Answer>
  /** For a file in pieces: a number that is not used yet, and the one answer to it. */
  readonly expect: (id?: number) => { readonly id: number; readonly answer: Promise<Answer> }
  /** A command under way: its number, and what comes of it. */
  readonly begin: (
    command: string,
    options?: BashOptions,
  ) => { readonly id: number; readonly ran: Promise<Ran> }
  readonly bash: (command: string, options?: BashOptions) => Promise<Ran>
  /** Standard output and errors of a command, without the last line break. */
  readonly text: (command: string, options?: BashOptions) => Promise<string>
  readonly read: (path: string, offset?: number, limit?: number) => Promise<Answer>
  readonly write: (path: string, content: string | Uint8Array) => Promise<Answer>
  readonly edit: (path: string, oldText: string, newText: string) => Promise<Answer>
  readonly send: (request: HelperRequest, body?: Uint8Array) => void
  /** Reads no further, as a gateway does that hangs. */
  readonly stall: () => void
  readonly remove: () => Promise<void>
}

export interface BoxShape {
  readonly docker?: Partial<BoxConfig>
  readonly workspaceAccess?: SandboxConfig['workspaceAccess']
  readonly readOnly?: boolean
  readonly network?: boolean
}

const sandboxOf = ({ docker, workspaceAccess }: BoxShape, root: string): SandboxConfig => ({
  mode: 'all',
  scope: 'session',
  workspaceAccess: workspaceAccess ?? 'none',
  workspaceRoot: root,
  docker: {
    image: 'clawdbot-sandbox:bookworm-slim',
    containerPrefix: 'clawdbot-test-',
    readOnlyRoot: true,
    tmpfs: [],
    network: 'none',
    user: undefined,
    env: {},
    setupCommand: undefined,
    memorySwap: DEFAULT_LIMITS.memory,
    ...DEFAULT_LIMITS,
    seccompProfile: undefined,
    apparmorProfile: undefined,
    dns: [],
    extraHosts: [],
    binds: [],
    ...docker,
  },
  tools: { allow: [], deny: [] },
  prune: { idleHours: 24, maxAgeDays: 7 },
  ahead: 0,
  risks: [],
})

/** A folder of the box's user. */
const ownFolder = async (name: string): Promise<string> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `clawdbot-${name}-`)))
  await chmod(folder, 0o700)
  if (process.getuid?.() === 0) await chown(folder, USER.uid, USER.gid)
  return folder
}

export const startTestBox = async (shape: BoxShape = {}): Promise<TestBox> => {
  const env = dockerEnv()
  const engine = createBoxEngine(env)
  const [workspace, agent] = await Promise.all([ownFolder('box'), ownFolder('agent')])
  const folders = [workspace, agent]
  const [label = '', value = ''] = (env['CLAWDBOT_TEST_SANDBOX_LABEL'] ?? '').split('=')
  const container = await engine.create(
    `clawdbot-test-${label.split('-').at(-1)}`,
    wantedContainer({
      sandbox: sandboxOf(shape, tmpdir()),
      readOnly: shape.readOnly ?? false,
      network: shape.network ?? false,
      workspace: { own: workspace, agent },
      user: USER,
      seccomp: SECCOMP,
      helper: HELPER,
      limitsSwap: (await engine.facts()).limitsSwap,
      places: { closed: [], whole: [], state: '/nowhere', workspaces: workspace },
      labels: { [label]: value },
    }),
  )
  const attached = await engine.attach(container, new AbortController().signal, () => undefined)
  const ended = engine.ended(container)
  await engine.start(container)
  const spoken = speak(attached)
  const box: Omit<TestBox, 'hello'> = {
    container,
    workspace,
    folders,
    attached,
    ended,
    ...spoken,
    remove: async () => {
      attached.stream.destroy()
      await engine.remove(container)
      engine.close()
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
    },
  }
  try {
    const hello = await spoken.hello
    return { ...box, hello }
  } catch (error) {
    await box.remove()
    throw error
  }
}

const speak = (attached: Attached) => {
  const { stream } = attached
  const read = createFrameReader()
  const open = new Map<
    number,
    { take: (answer: HelperAnswer, body: Buffer) => void; fail: (e: Error) => void }
  >()
  let lastId = 0

  const answerTo = (id: number): Promise<Answer & { frames: { stream: string; bytes: Buffer }[] }> =>
    new Promise((resolve, reject) => {
      const frames: { stream: string; bytes: Buffer }[] = []
      const take = (answer: HelperAnswer, body: Buffer): void => {
        if (answer.kind === 'output') return void frames.push({ stream: answer.stream, bytes: body })
        open.delete(id)
        resolve({
          answer,
          frames,
          body: frames.length > 0 ? Buffer.concat(frames.map((f) => f.bytes)) : body,
        })
      }
      open.set(id, { take, fail: reject })
    })

  const hello = answerTo(0).then(({ answer }) => answer)
  const lost = (why: string): void => {
    for (const { fail } of open.values()) fail(new Error(`${why}; its stderr: ${attached.stderr()}`))
    open.clear()
  }
  stream.on('data', (bytes: Buffer) => {
    for (const { header, body } of read(bytes)) {
      const answer = helperAnswer.parse(header)
      const asked = open.get(answer.id)
      if (asked === undefined) return lost(`it answered what nobody asked: ${JSON.stringify(answer)}`)
      asked.take(answer, Buffer.from(body))
    }
  })
  stream.on('close', () => lost('the box has ended'))

  const send = (request: HelperRequest, body?: Uint8Array): void => {
    stream.write(encodeFrame(request, body))
  }
  const ask = (asked: Asked, body?: Uint8Array): Promise<Answer> => {
    const id = (lastId += 1)
    const answer = answerTo(id)
    send({ ...asked, id }, body)
    return answer
  }
  const begin: TestBox['begin'] = (command, options = {}) => {
    const id = (lastId += 1)
    const ran = answerTo(id).then(({ answer, frames, body }): Ran => {
      if (answer.kind !== 'end') throw new Error(`no end, but ${JSON.stringify(answer)}`)
      return { end: answer, text: body.toString('utf8'), frames }
    })
    send({ op: 'bash', id, command, cwd: '', env: {}, timeoutMs: 60_000, keepBytes: 64 * 1024, ...options })
    return { id, ran }
  }
  const bash: TestBox['bash'] = (command, options) => begin(command, options).ran
  return {
    hello,
    send,
    ask,
    expect: (id = (lastId += 1)) => ({ id, answer: answerTo(id) }),
    begin,
    bash,
    text: async (command: string, options?: BashOptions) =>
      (await bash(command, options)).text.replace(/\n$/, ''),
    read: (path: string, offset = 0, limit = 64 * 1024) => ask({ op: 'read', path, offset, limit }),
    write: (path: string, content: string | Uint8Array) =>
      ask({ op: 'write', path, offset: 0, more: false }, Buffer.from(content)),
    edit: (path: string, oldText: string, newText: string) =>
      ask(
        { op: 'edit', path, oldBytes: Buffer.byteLength(oldText) },
        Buffer.concat([Buffer.from(oldText), Buffer.from(newText)]),
      ),
    stall: () => void stream.pause(),
  }
}

/** What came of a file tool, in one word: `read`, `written`, `edited`, or the fault. */
export const outcome = ({ answer }: Answer): string => (answer.kind === 'fault' ? answer.fault : answer.kind)
