import { z } from 'zod'
import { MAX_BASH_TIMEOUT, MAX_COMMAND, MAX_HEADER_BYTES, MAX_PATH } from '../../shared/contracts/helper.ts'
import type { Ended } from '../hands/helper-client.ts'
import { environmentRefusal } from './environment.ts'
import { type Done, handTool, notDone, type PreparedAct, withoutNul } from './hand-tool.ts'
import { outputText } from './output-text.ts'

const DEFAULT_SECONDS = 60
/** Of a command's output: half of it from its beginning, half from its end. */
const KEEP_BYTES = 64 * 1024

export const bash = handTool({
  name: 'bash',
  description:
    'Runs a command with bash and gives its output, both streams in the order in which they came, and its exit code. Do not count on what it leaves running: that may end with it.',
  schema: z.strictObject({
    command: withoutNul(MAX_COMMAND).min(1),
    cwd: withoutNul(MAX_PATH).optional().describe('the folder to run it in; the workspace if left out'),
    env: z.record(z.string(), withoutNul(4096)).optional().describe('such as {"LANG": "C.UTF-8"}'),
    timeout: z
      .int()
      .min(1)
      .max(MAX_BASH_TIMEOUT / 1000)
      .optional()
      .describe(`seconds; ${DEFAULT_SECONDS} if left out`),
  }),
  prepare: ({ command, cwd = '', env = {}, timeout = DEFAULT_SECONDS }) =>
    environmentRefusal(env) ??
    lengthRefusal({ command, cwd, env }) ?? {
      command: { command, cwd, env },
      act: async (client, signal) => {
        const request = { command, cwd, env, timeoutMs: timeout * 1000, keepBytes: KEEP_BYTES }
        const answer = await client.bash(request, signal)
        return answer.kind === 'ended' ? ended(answer, timeout) : notDone(answer)
      },
    },
})

/** Of a request besides its command, folder and variables. Bytes, and more than it takes. */
const REST_OF_HEADER = 1024

/** Nobody is asked about a command that could not be handed over. */
const lengthRefusal = (command: NonNullable<PreparedAct['command']>): string | undefined =>
  Buffer.byteLength(JSON.stringify(command)) > MAX_HEADER_BYTES - REST_OF_HEADER
    ? 'The command is too long; nothing was done. Write it into a file with write, and run that.'
    : undefined

const ended = (answer: Ended, timeout: number): Done => {
  const { exitCode, signal, timedOut, aborted, durationMs, dropped } = answer
  const output = outputText(answer.output, answer.headBytes, dropped)
  const how = ending(answer, timeout)
  return {
    outcome: timedOut ? 'timed_out' : aborted ? 'aborted' : 'done',
    detail: how,
    text: `${output.trim() === '' ? '(no output)' : output.replace(/\n+$/, '')}\n[${how}]`,
    isError: exitCode !== 0,
    details: { exitCode, signal, timedOut, durationMs, dropped },
  }
}

const ending = ({ exitCode, signal, timedOut, aborted }: Ended, timeout: number): string => {
  if (timedOut) return `ended by us: it took longer than ${timeout} s`
  if (aborted) return 'aborted'
  return exitCode === null ? `ended by signal ${signal ?? 'unknown'}` : `exit code ${exitCode}`
}
