// What the gateway asks to have on record before it does it.
import { z } from 'zod'
import { TOOLS } from '../domain/hands.ts'
import { id, provider } from './gateway-scalars.ts'
import { MAX_COMMAND, MAX_PATH } from './helper.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A message that is about to leave. No text: its hash stands for it. */
const messageAct = z.object({
  act: z.literal('message.send'),
  outboundId: id,
  provider,
  chatId: id,
  /** Whose chat that is, by the name that the lists know. */
  recipient: id,
  session: z.string().max(200),
  /** `answer`, `pairing`, `notice` or `message` (the tool `send`). */
  purpose: z.string().max(32),
  /** What it answers. */
  replyTo: z.string().max(200),
  part: z.number().int().positive(),
  parts: z.number().int().positive(),
  /** UTF-16 units. */
  length: z.number().int().nonnegative(),
  /** SHA-256 of the text in UTF-8, hex. */
  textSha256: sha256,
  /** Of a file, to which the text is the caption: its length, and the SHA-256 of its bytes. */
  fileBytes: z.number().int().nonnegative().exactOptional(),
  fileSha256: sha256.exactOptional(),
})

/** A tool that is about to act. `send` is a message besides. No arguments: their hash stands for them. */
const toolAct = z.object({
  act: z.literal('tool.run'),
  tool: z.enum(TOOLS),
  place: z.enum(['sandbox', 'host', 'messenger']),
  provider,
  sender: id,
  session: z.string().max(200),
  /** The message that led to it. */
  eventId: z.string().max(200),
  callId: z.string().max(200),
  /** UTF-16 units of the arguments as JSON. */
  length: z.number().int().nonnegative(),
  /** SHA-256 of the arguments as JSON; of a command for the host, of `hostCommandText`. */
  argsSha256: sha256,
  /** The owner's approval that it rests on; null where none was asked for. */
  approval: z.number().int().nullable(),
})

/** A privileged act that is about to happen. */
export const privilegedAct = z.discriminatedUnion('act', [messageAct, toolAct])
export type PrivilegedAct = z.infer<typeof privilegedAct>
export type MessageAct = z.infer<typeof messageAct>
export type ToolAct = z.infer<typeof toolAct>

/** A command that wants to run on the host, exactly. */
export const hostCommand = z.object({
  command: z.string().min(1).max(MAX_COMMAND),
  cwd: z.string().max(MAX_PATH),
  env: z.record(z.string().max(100), z.string().max(4096)),
})
export type HostCommand = z.infer<typeof hostCommand>

/** What an approval binds: this text, hashed, is the same for two commands only if they are the same. */
export const hostCommandText = ({ command, cwd, env }: HostCommand): string =>
  JSON.stringify([command, cwd, Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))])
