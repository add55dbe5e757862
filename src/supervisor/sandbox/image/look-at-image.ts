import { z } from 'zod'
import type { SandboxImageView } from '../../../shared/contracts/hands-views.ts'
import type { EngineClient } from '../../docker/engine-client.ts'
import { isImageName, splitReference } from './image-name.ts'
import { IMAGE_LABEL } from './recipe.ts'

/** Milliseconds. */
const WITHIN = 5_000

const inspected = z.object({
  // It becomes part of a path.
  Id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  RepoTags: z.array(z.string()).nullish(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
})

/** The name that we give to images by ourselves, and nobody else. */
const OUR_NAME = 'clawdbot-sandbox'

export type FoundImage =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present'
      readonly id: string
      /** How many it has, tags included. */
      readonly names: number
      /** Of the recipe that it was made from; undefined: it was not made by Clawdbot. */
      readonly hash: string | undefined
    }
  /** `why` completes the sentence “Docker …”. */
  | { readonly kind: 'unknown'; readonly why: string }

/** `image`: a name, or an id. Never throws. */
export const findImage = async (engine: EngineClient, image: string): Promise<FoundImage> => {
  const answer = await engine.ask({ method: 'GET', path: `/images/${image}/json`, within: WITHIN })
  if (answer.kind !== 'answer') return { kind: 'unknown', why: answer.why }
  if (answer.status === 404) return { kind: 'absent' }
  if (answer.status !== 200) return { kind: 'unknown', why: `answered with error ${answer.status}` }
  return parseFound(answer.body) ?? { kind: 'unknown', why: 'gave an answer that is about no image' }
}

const parseFound = (body: string): FoundImage | undefined => {
  try {
    const { Id, RepoTags, Config } = inspected.parse(JSON.parse(body))
    return { kind: 'present', id: Id, names: RepoTags?.length ?? 0, hash: Config?.Labels?.[IMAGE_LABEL] }
  } catch {
    // Not JSON, or not of this form: its caller says so.
    return undefined
  }
}

/** Is it somebody else's, which a build of ours must not replace? */
export const isForeign = (image: string, found: FoundImage): boolean =>
  found.kind === 'present' && found.hash === undefined && splitReference(image)[0] !== OUR_NAME

/**
 * Whether Docker has the image, and whether it is of this version: `hash` is that of the recipe now. One that is not
 * ours has no hash, and is the owner's business. Never throws.
 */
export const lookAtImage = async (
  engine: EngineClient,
  image: string,
  hash: string,
): Promise<SandboxImageView> => {
  if (!isImageName(image)) return { name: image, state: 'absent', detail: 'This is no name of an image.' }
  const found = await findImage(engine, image)
  if (found.kind === 'unknown') return { name: image, state: 'unknown', detail: `Docker ${found.why}.` }
  if (found.kind === 'absent') return { name: image, state: 'absent', detail: MISSING }
  const isOutdated = found.hash !== undefined && found.hash !== hash
  const detail = isOutdated ? 'It was built by another version of Clawdbot: build it again.' : ''
  return { name: image, state: 'present', detail }
}

const MISSING =
  'Docker does not have it: tools that need a box are refused until it is there. Build it here, or with clawdbot sandbox build.'
