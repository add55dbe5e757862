import type { Readable } from 'node:stream'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { createEngineClient, type EngineClient } from '../../docker/engine-client.ts'
import { type RootOptions, withDebianRoot } from './debian-root.ts'
import { type StreamEnd, streamToEngine } from './engine-stream.ts'
import { isImageName, splitReference } from './image-name.ts'
import { findImage, isForeign } from './look-at-image.ts'
import { readProgress } from './progress.ts'
import { IMAGE_LABEL, type Recipe, readRecipe } from './recipe.ts'
import { removeReplaced, removeSteps } from './remove-images.ts'
import { tar } from './tar.ts'

export interface BuildOptions {
  readonly env: NodeJS.ProcessEnv
  /** The folder that holds `docker/`. */
  readonly appRoot: string
  /** The name that it gets, with or without a tag. */
  readonly image: string
  /** One line of progress, safe to show. */
  readonly onLine: (line: string) => void
  /** Ends it at any point; nothing of it stays. */
  readonly signal: AbortSignal
  /** Where the root file system comes from without a registry; made anew from Debian’s packages if not given. */
  readonly withRoot?: WithRoot
}

type WithRoot = (recipe: Recipe, options: RootOptions, use: (tar: Readable) => Promise<void>) => Promise<void>

/** Silence of the registry counts as none being reachable; Docker's own work on what it got may take longer. Milliseconds. */
const PULL_IDLE = 60_000
const WORK_IDLE = 600_000

/**
 * Makes the sandbox image: by its Dockerfile where Docker has or reaches what it is built on, else from Debian's
 * packages. Errors: `docker_unreachable`, `sandbox_image`; what `signal` was aborted with.
 */
export const buildSandboxImage = async (options: BuildOptions): Promise<void> => {
  const { withRoot = withDebianRoot, env, onLine, signal } = options
  const recipe = await readRecipe(options.appRoot)
  const engine = engineOf(env)
  const before = await findImage(engine, checkedName(options.image))
  signal.throwIfAborted()
  if (isForeign(options.image, before)) throw foreign(options.image)
  const failed = (await pullBase(recipe, options)) ?? (await buildByDockerfile(recipe, options))
  if (failed !== undefined) {
    onLine(`Not by its Dockerfile: ${failed}`)
    onLine('Making it from Debian’s packages')
    try {
      await withRoot(recipe, { env, onLine, signal }, (root) => importRoot(recipe, root, options))
    } catch (error) {
      throw neither(failed, error)
    }
  }
  if (before.kind === 'present') await removeReplaced(engine, before.id)
}

/** Both ways failed, and each reason may be the one that can be mended. */
const neither = (byDockerfile: string, error: unknown): unknown =>
  error instanceof ClawdbotError && error.code === 'sandbox_image'
    ? new ClawdbotError(
        error.code,
        `The image can not be built by its Dockerfile: ${byDockerfile}. ${error.message}`,
        error.hint,
        error,
      )
    : error

/** What tidies up is asked also after the build was ended. */
const engineOf = (env: NodeJS.ProcessEnv): EngineClient =>
  createEngineClient(env, { signal: new AbortController().signal, holds: 'process' })

/** It becomes part of a path. */
const checkedName = (image: string): string => {
  if (isImageName(image)) return image
  throw new ClawdbotError(
    'sandbox_image',
    `“${visibleLine(image.slice(0, 100))}” is no name of an image.`,
    'Correct agent.sandbox.docker.image.',
  )
}

/** An image that the owner brought is theirs to build. */
const foreign = (image: string): ClawdbotError =>
  new ClawdbotError(
    'sandbox_image',
    `The image ${image} of agent.sandbox.docker.image was not made by Clawdbot, and is not replaced.`,
    'Build it as you did before, or name another one there.',
  )

/** Docker's reason where the image that ours is built on is not there and can not be had from a registry. */
const pullBase = async ({ base }: Recipe, options: BuildOptions): Promise<string | undefined> => {
  const [name, tag] = splitReference(base)
  options.onLine(`Asking the registry for ${base}`)
  const query = new URLSearchParams({ fromImage: name, tag })
  const failed = await act(options, { path: `/images/create?${query}`, idle: PULL_IDLE })
  if (failed === undefined) return undefined
  const here = await findImage(engineOf(options.env), base)
  return here.kind === 'present' ? undefined : failed
}

/** Docker's reason where it fails. What a build leaves that failed or was ended is removed. */
const buildByDockerfile = async (recipe: Recipe, options: BuildOptions): Promise<string | undefined> => {
  // The label comes first, so that each step's image has it and can be found.
  const dockerfile = recipe.dockerfile.replace(/^FROM .+$/m, (line) => `${line}\n${labelOf(recipe)}`)
  const context = tar([
    { kind: 'file', path: 'Dockerfile', contents: Buffer.from(dockerfile) },
    { kind: 'file', path: 'tidy.sh', contents: Buffer.from(recipe.tidy) },
  ])
  const query = new URLSearchParams({
    t: splitReference(options.image).join(':'),
    // Who builds it again wants Debian's packages of today.
    nocache: '1',
    forcerm: '1',
  })
  let failed: string | undefined = 'it was ended'
  try {
    failed = await act(options, { path: `/build?${query}`, body: context, idle: WORK_IDLE })
    return failed
  } finally {
    if (failed !== undefined) await removeSteps(engineOf(options.env), recipe.hash)
  }
}

const labelOf = ({ hash }: Recipe): string => `LABEL ${IMAGE_LABEL}=${hash}`

/** Makes the image out of a whole root file system, with the recipe's settings. Errors as for the build. */
export const importRoot = async (
  recipe: Recipe,
  root: Readable,
  options: Pick<BuildOptions, 'env' | 'image' | 'onLine' | 'signal'>,
): Promise<void> => {
  const [repo, tag] = splitReference(options.image)
  const query = new URLSearchParams({ fromSrc: '-', repo, tag })
  for (const change of [...recipe.settings, labelOf(recipe)]) query.append('changes', change)
  const failed = await act(options, { path: `/images/create?${query}`, body: root, idle: WORK_IDLE })
  if (failed === undefined) return
  throw new ClawdbotError(
    'sandbox_image',
    `The image ${options.image} was not made: ${failed}`,
    'Check Docker and its disk, then try again: clawdbot sandbox build',
  )
}

type Act = Pick<Parameters<typeof streamToEngine>[1], 'path' | 'body' | 'idle'>

/** Shows how it goes; resolves with Docker's reason where it did not go well. Error: `docker_unreachable`. */
const act = async (
  { env, onLine, signal }: Pick<BuildOptions, 'env' | 'onLine' | 'signal'>,
  request: Act,
): Promise<string | undefined> => {
  let failure: string | undefined
  const hear = (line: string): void => {
    const progress = readProgress(line)
    if (progress.kind === 'failed') failure = progress.why
    else for (const shown of progress.lines) onLine(shown)
  }
  signal.throwIfAborted()
  const end = await streamToEngine(env, { ...request, onLine: hear }, signal)
  return failure ?? reasonOf(end)
}

const reasonOf = (end: StreamEnd): string | undefined => {
  if (end.kind === 'answer') {
    return end.status < 300 ? undefined : `Docker answered with error ${end.status}: ${messageOf(end.body)}`
  }
  throw new ClawdbotError(
    'docker_unreachable',
    `Docker ${end.why}: the image can not be made.`,
    'Start Docker, and let this user use it, then try again: clawdbot sandbox build',
  )
}

const messageOf = (body: string): string => {
  const said = readProgress(body)
  return said.kind === 'failed' ? said.why : said.lines.join(' ')
}
