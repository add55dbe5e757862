import { type ZodObject, z } from 'zod'
import { MAX_PATH } from '../../shared/contracts/helper.ts'
import type { HandName, ToolRight } from '../../shared/domain/hands.ts'
import type { ToolOffer } from '../agent/turn.ts'
import type { Fault, Gone, HelperClient } from '../hands/helper-client.ts'
import type { ToolDetails } from './tool-result.ts'

/** What an act came to. The texts are as the helper gave them: nobody has cleaned them yet. */
export interface Done {
  readonly outcome: 'done' | 'failed' | 'timed_out' | 'aborted' | 'withheld'
  /** For the audit: one sentence without a word of what was read or written. */
  readonly detail: string
  readonly text: string
  readonly isError: boolean
  readonly details?: Partial<ToolDetails>
}

/** A call whose arguments are good, not yet allowed to happen. */
export interface PreparedAct {
  /** Of a command that may need the owner's word: exactly what would run. */
  readonly command?: {
    readonly command: string
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
  }
  act(client: HelperClient, signal: AbortSignal): Promise<Done>
}

type Prepared =
  | { readonly kind: 'ready'; readonly wantsHost: boolean; readonly prepared: PreparedAct }
  | { readonly kind: 'refused'; readonly why: string }

/** A tool that acts in a place. */
export interface HandTool {
  readonly name: HandName
  offer(right: Exclude<ToolRight['kind'], 'refused'>): ToolOffer
  /** Checks the arguments. Nothing has happened when it returns. */
  prepare(args: Readonly<Record<string, unknown>>): Prepared
}

const WHERE: Readonly<Record<Exclude<ToolRight['kind'], 'refused'>, string>> = {
  sandbox: 'It acts in a sandbox of this conversation; its folder is /workspace.',
  host: 'It acts on the computer of the owner, in the folder of the workspace.',
  either:
    'It acts in a sandbox of this conversation, with the folder /workspace; with host: true on the computer of the owner, in the folder of the workspace.',
}

/** @param prepare may refuse what the schema can not, by returning a sentence. */
export const handTool = <Shape extends ZodObject>(tool: {
  readonly name: HandName
  readonly description: string
  readonly schema: Shape
  readonly prepare: (args: z.output<Shape>) => PreparedAct | string
}): HandTool => {
  const { name, description, schema, prepare } = tool
  const anywhere = z.strictObject({ ...schema.shape, host: z.boolean().optional() })
  return {
    name,
    offer: (right) => ({
      name,
      description: `${description} ${WHERE[right]}`,
      schema: right === 'either' ? anywhere : z.strictObject(schema.shape),
    }),
    prepare: ({ host, ...args }) => {
      const wanted = z.boolean().optional().safeParse(host)
      const parsed = schema.safeParse(args)
      if (!wanted.success) return { kind: 'refused', why: badArguments(name, wanted.error) }
      if (!parsed.success) return { kind: 'refused', why: badArguments(name, parsed.error) }
      const prepared = prepare(parsed.data)
      return typeof prepared === 'string'
        ? { kind: 'refused', why: prepared }
        : { kind: 'ready', wantsHost: wanted.data ?? false, prepared }
    },
  }
}

const MAX_PROBLEMS = 1_000

/** For the model, so that it can do better. */
export const badArguments = (name: string, error: z.ZodError): string =>
  `The arguments of ${name} are not right; nothing was done. ${z.prettifyError(error).slice(0, MAX_PROBLEMS)}`

/** A text that no system call would cut short, and that is the same in UTF-8: what is shown is what is used. */
export const withoutNul = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not contain NUL')
    .refine((text) => !/\p{Cs}/u.test(text), 'must not contain half of a character')

export const filePath = withoutNul(MAX_PATH)
  .min(1)
  .describe('relative to the workspace, such as notes/todo.txt')

/** What is said of a helper that did not do it. */
export const notDone = (answer: Fault | Gone): Done => {
  if (answer.kind === 'gone') {
    const text = `${sentence(answer.why)} Whether it happened is not known.`
    return { outcome: 'failed', detail: 'the place where it ran has ended', text, isError: true }
  }
  const text = `${sentence(answer.why)} (${answer.fault})`
  return { outcome: 'failed', detail: answer.fault, text, isError: true }
}

const sentence = (why: string): string => {
  const text = why.trim()
  if (text === '') return 'It failed.'
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/**
 * What a file tool of the helper answers, or that nobody waits for it any more. The helper itself can not be stopped in
 * the middle of one file, which it is quick with.
 */
export const unlessAborted = async <Answer>(
  signal: AbortSignal,
  working: Promise<Answer>,
): Promise<Answer | { readonly kind: 'aborted' }> => {
  const listening = new AbortController()
  const aborted = new Promise<{ readonly kind: 'aborted' }>((resolve) => {
    const stop = (): void => resolve({ kind: 'aborted' })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true, signal: listening.signal })
  })
  try {
    return await Promise.race([working, aborted])
  } finally {
    listening.abort()
  }
}

export const ABORTED: Done = {
  outcome: 'aborted',
  detail: 'aborted',
  text: 'Aborted. Whether it happened is not known.',
  isError: true,
}
