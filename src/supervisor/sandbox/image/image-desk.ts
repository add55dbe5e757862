import type { ImageBuildView, SandboxesView } from '../../../shared/contracts/hands-views.ts'
import { type ErrorView, toErrorView } from '../../../shared/domain/error.ts'
import { createEngineClient } from '../../docker/engine-client.ts'
import { buildSandboxImage } from './build-sandbox-image.ts'
import { lookAtImage } from './look-at-image.ts'
import { readRecipe } from './recipe.ts'

/** Lines of progress that the screen keeps. */
const KEPT_LINES = 200
/** A build prints hundreds of lines in a second; the screen is told this often (milliseconds). */
const TELL_EVERY_MS = 100

type ImageState = Pick<SandboxesView, 'image' | 'build'>

export interface ImageDesk {
  /** Looks whether Docker has the image; resolves when `view` says so. Never throws. */
  readonly refresh: () => Promise<void>
  /** Begins to build it, unless that is under way. The view shows how it goes. */
  readonly build: () => void
  /** Resolves when no build is under way. */
  readonly built: () => Promise<void>
  readonly view: () => ImageState
  /** The config names this image now. */
  readonly adopt: (image: string) => void
  /** Ends a build that is under way; nothing of it stays. */
  readonly close: () => void
}

export interface ImageDeskOptions {
  readonly env: NodeJS.ProcessEnv
  /** The folder that holds `docker/`. */
  readonly appRoot: string
  readonly image: string
  readonly onChange: (view: ImageState) => void
}

/** The sandbox image as the owner sees it, and its one build at a time. */
export const createImageDesk = ({ env, appRoot, image: first, onChange }: ImageDeskOptions): ImageDesk => {
  const closing = new AbortController()
  const { signal } = closing
  const engine = createEngineClient(env, { signal, holds: 'nothing' })
  let view: ImageState = {
    image: { name: first, state: 'unknown', detail: 'Docker has not been asked yet.' },
    build: { state: 'idle', lines: [], error: null },
  }
  let lines: string[] = []
  let building: Promise<void> | null = null
  let telling: NodeJS.Timeout | undefined

  const show = (change: Partial<ImageState>): void => {
    if (signal.aborted) return
    view = { ...view, ...change }
    onChange(view)
  }

  const refresh = async (): Promise<void> => {
    const { name } = view.image
    const hash = await readRecipe(appRoot).then(
      (recipe) => recipe.hash,
      // Then no image can be built, which the build says; what is there can be used.
      () => '',
    )
    const image = await lookAtImage(engine, name, hash)
    const changed = image.state !== view.image.state || image.detail !== view.image.detail
    if (name === view.image.name && changed) show({ image })
  }

  const showBuild = (state: ImageBuildView['state'], error: ErrorView | null): void => {
    clearTimeout(telling)
    telling = undefined
    show({ build: { state, lines: [...lines], error } })
  }

  const hear = (line: string): void => {
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
    telling ??= setTimeout(() => showBuild('building', null), TELL_EVERY_MS)
  }

  const build = async (): Promise<void> => {
    lines = []
    showBuild('building', null)
    try {
      await buildSandboxImage({ env, appRoot, image: view.image.name, onLine: hear, signal })
      showBuild('built', null)
    } catch (error) {
      showBuild('failed', toErrorView(error))
    }
    await refresh()
  }

  return {
    refresh,
    build() {
      if (signal.aborted) return
      building ??= build().finally(() => (building = null))
    },
    built: async () => {
      await building
    },
    view: () => view,
    adopt(name) {
      if (name === view.image.name) return
      show({ image: { name, state: 'unknown', detail: 'Docker has not been asked yet.' } })
      void refresh()
    },
    close() {
      closing.abort(new Error('Clawdbot is being closed.'))
      clearTimeout(telling)
    },
  }
}
