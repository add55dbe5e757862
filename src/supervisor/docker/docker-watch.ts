import type { DockerView } from '../../shared/contracts/app-state.ts'
import { isNothingRunning } from './docker-state.ts'
import { createEngineClient } from './engine-client.ts'
import { isLiving, listOurs, type OurContainer, sandboxLabel } from './our-containers.ts'

/** Milliseconds from one look to the next. */
const EVERY_MS = 5_000
const EVERY_MS_WHILE_ABSENT = 30_000

/** An engine that needs longer than this (milliseconds) for a list counts as one that does not answer. */
const PATIENCE_MS = 2_000

export interface DockerWatch {
  readonly view: () => DockerView
  /** Our containers as they were when they could last be seen: STOP kills these without waiting for a list. */
  readonly known: () => readonly OurContainer[]
  /** Looks now; resolves when `view` and `known` say what was seen. Never throws. */
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

export interface DockerWatchOptions {
  readonly env: NodeJS.ProcessEnv
  readonly onChange: (view: DockerView) => void
}

const WITHOUT = 'tools in boxes are refused; nothing runs on this machine instead.'

/** Looks at Docker from time to time. It keeps no process alive and nothing in it throws. */
export const createDockerWatch = ({ env, onChange }: DockerWatchOptions): DockerWatch => {
  const closing = new AbortController()
  const engine = createEngineClient(env, { signal: closing.signal, holds: 'nothing' })
  let view: DockerView = { state: 'unknown', containers: null, detail: 'Docker has not been looked for yet.' }
  let known: readonly OurContainer[] = []
  let looking: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const show = (next: DockerView): void => {
    if (closing.signal.aborted) return
    const { state, containers, detail } = view
    if (next.state === state && next.containers === containers && next.detail === detail) return
    view = next
    onChange(view)
  }

  const look = async (): Promise<void> => {
    const list = await listOurs(engine, sandboxLabel(env), PATIENCE_MS)
    if (list.kind === 'list') {
      known = list.containers.filter(isLiving)
      show({ state: 'reachable', containers: known.length, detail: '' })
    } else if (isNothingRunning(list, env)) {
      known = []
      const why = list.kind === 'refused' ? 'is not running' : list.why
      show({ state: 'absent', containers: 0, detail: `Docker ${why}: ${WITHOUT}` })
    } else {
      const detail = `Docker ${list.why}: nobody can say whether containers of the agent run, and ${WITHOUT}`
      show({ state: 'unreachable', containers: null, detail })
    }
  }

  const again = (): void => {
    clearTimeout(timer)
    if (closing.signal.aborted) return
    timer = setTimeout(() => void refresh(), view.state === 'absent' ? EVERY_MS_WHILE_ABSENT : EVERY_MS)
    timer.unref()
  }

  const refresh = (): Promise<void> => {
    looking ??= look().finally(() => {
      looking = null
      again()
    })
    return looking
  }

  void refresh()
  return {
    view: () => view,
    known: () => known,
    refresh,
    close: () => {
      closing.abort()
      clearTimeout(timer)
    },
  }
}
