// From a wanted container to one that runs, was looked at, and has said its first word.

import type { DriftView } from '../../shared/contracts/hands-views.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { Attached } from '../docker/attach.ts'
import { type HeldBox, holdBox, lastWords } from './box.ts'
import { driftOf } from './drift.ts'
import { type BoxEngine, imageRefused } from './engine/box-engine.ts'
import type { Inspection } from './engine/inspection.ts'
import type { WantedContainer } from './wanted-container.ts'

/** How long (ms) the helper may need to its first byte, and how much longer where a setup command comes before it. */
const HELLO_PATIENCE_MS = 15_000
const SETUP_PATIENCE_MS = 300_000

export interface StartBoxOptions {
  readonly engine: BoxEngine
  readonly key: string
  readonly name: string
  readonly wanted: WantedContainer
  /** Aborted at a STOP and when the box is not wanted any more, with the error that says so. */
  readonly signal: AbortSignal
  /** Throws where nothing may begin: asked before each step that Docker could still do after a STOP. */
  readonly mayBegin: () => void
  /** Called at each piece that is written to it. */
  readonly onUse: () => void
}

/**
 * Makes it, compares it with what was asked, attaches, starts it, waits for the helper, compares again. Whatever goes
 * wrong, nothing is left. Errors: `locked_down`, `sandbox_refused`, `sandbox_drift`, `sandbox_image`,
 * `docker_unreachable`.
 */
export const startBox = async (options: StartBoxOptions): Promise<HeldBox> => {
  const { engine, key, name, wanted, mayBegin } = options
  mayBegin()
  const container = await engine.create(name, wanted)
  let attached: Attached | undefined
  try {
    mayBegin()
    refuseDrift(wanted, await engine.inspect(container))
    attached = await engine.attach(container, options.signal, options.onUse)
    const exit = engine.ended(container)
    mayBegin()
    await engine.start(container)
    mayBegin()
    const [found] = await Promise.all([
      engine.inspect(container),
      firstByte(attached, patienceFor(wanted), options.signal),
    ])
    refuseDrift(wanted, found)
    if (!found.State.Running || found.State.Paused) throw ended(attached)
    mayBegin()
    return holdBox({ key, container, attached, engine, exit })
  } catch (error) {
    attached?.stream.destroy()
    await engine.remove(container)
    options.signal.throwIfAborted()
    throw error
  }
}

/** Errors: `sandbox_drift`. */
export const refuseDrift = (wanted: WantedContainer, found: Inspection): void => {
  const drift = driftOf(wanted, found)
  if (drift.length === 0) return
  throw new ClawdbotError(
    'sandbox_drift',
    `Docker did not make the sandbox as it was asked to: ${driftWords(drift)}. It is not used.`,
    "Look at the image (volumes, health checks) and at Docker's own configuration. Nothing runs on the host instead.",
  )
}

/** One line; at most three of them. */
export const driftWords = (drift: readonly DriftView[]): string => {
  const shown = drift
    .slice(0, 3)
    .map(({ what, wanted, found }) => `${what}: wanted ${wanted}, found ${found}`)
  return [...shown, ...(drift.length > 3 ? [`and ${drift.length - 3} more`] : [])].join('; ')
}

const patienceFor = ({ Env }: WantedContainer): number =>
  HELLO_PATIENCE_MS + (Env.some((entry) => entry.startsWith('CLAWDBOT_SETUP=')) ? SETUP_PATIENCE_MS : 0)

const ended = (attached: Attached): ClawdbotError => {
  const words = lastWords(attached)
  if (words.includes('setup command')) {
    return new ClawdbotError(
      'sandbox_refused',
      'No sandbox is made: agent.sandbox.docker.setupCommand failed in it.',
      'Correct the command: it runs as the sandbox’s user, without network unless the sandbox has one, and may take 5 minutes.',
    )
  }
  return imageRefused(`The helper did not start in this image${words === '' ? '' : `: ${words}`}.`)
}

/** Waits until there is something to read, and leaves it there. */
const firstByte = (attached: Attached, patience: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const { stream } = attached
    const settle = (error?: unknown): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      stream.off('readable', onReadable)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onReadable = (): void => {
      if (stream.readableLength > 0) settle()
    }
    const onAbort = (): void => settle(signal.reason)
    const timer = setTimeout(
      () => settle(imageRefused(`The helper did not answer within ${patience / 1000} s.`)),
      patience,
    )
    signal.addEventListener('abort', onAbort)
    stream.on('readable', onReadable)
    const onClosed = (): void => {
      // It may have said something and ended; then its end is the box's.
      if (stream.readableLength === 0) settle(ended(attached))
    }
    void attached.closed.then(onClosed)
    if (signal.aborted) onAbort()
  })
