import type { Duplex } from 'node:stream'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { Attached } from '../docker/attach.ts'
import { killWithoutEngine } from '../docker/container-processes.ts'
import type { BoxEngine, ExitStatus } from './engine/box-engine.ts'

/** A running sandbox. */
export interface Box {
  /** The session, or what stands for all that share it. */
  readonly key: string
  /** Docker's id. */
  readonly container: string
  /** Written: what the helper is asked. Read: what it answers, untrusted. */
  readonly stream: Duplex
  /** Resolves when it has ended, with why: completes “The sandbox ended: …”. Never rejects. */
  readonly ended: Promise<string>
  /** Ends it and everything inside, now. `why` is what `ended` says. */
  readonly kill: (why: string) => void
}

export interface HeldBox extends Box {
  /** Resolves after `ended`, when Docker says that it is gone, or can not say. Never rejects. */
  readonly gone: Promise<void>
}

/** How long (ms) after the stream's end Docker is waited for to say how the first process ended. */
const REASON_PATIENCE_MS = 2_000

/** Takes over a container that has been started. */
export const holdBox = (options: {
  readonly key: string
  readonly container: string
  readonly attached: Attached
  readonly engine: BoxEngine
  /** How its first process ended; asked for before the start, so that no end is too early to be seen. */
  readonly exit: Promise<ExitStatus>
}): HeldBox => {
  const { key, container, attached, engine, exit } = options
  let told: ((why: string) => void) | undefined
  const killed = new Promise<string>((resolve) => (told = resolve))

  // Its stdin ends with this, and the helper with that, whatever Docker does.
  const cut = (): void => void attached.stream.destroy()
  const endedByItself = Promise.race([attached.closed, exit]).then(() => reasonOf(exit, attached))
  const ended = Promise.race([killed, endedByItself])
  const leave = async (): Promise<void> => {
    await ended
    cut()
    // Most are gone already, by AutoRemove. What Docker does not answer for is killed without it.
    if ((await engine.remove(container)) === 'unknown') killWithoutEngine(new Set([container]))
  }

  return {
    key,
    container,
    stream: attached.stream,
    ended,
    gone: leave(),
    kill: (why) => {
      told?.(why)
      cut()
    },
  }
}

const reasonOf = async (exit: Promise<ExitStatus>, attached: Attached): Promise<string> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<ExitStatus>((resolve) => {
    timer = setTimeout(() => resolve(undefined), REASON_PATIENCE_MS)
  })
  const status = await Promise.race([exit, late])
  clearTimeout(timer)
  const words = lastWords(attached)
  return `${exitWords(status)}${words === '' ? '' : ` (${words})`}`
}

const exitWords = (status: ExitStatus): string => {
  if (status === undefined) return 'the connection to its container is gone'
  if (status === 137) return 'its container was killed, from outside or because it used up its memory'
  return `its first process ended with code ${status}`
}

/** The last line that it wrote to stderr, harmless on a screen. */
export const lastWords = (attached: Attached): string =>
  visibleLine(attached.stderr().trim().split('\n').at(-1)?.trim() ?? '').slice(0, 200)
