// The owner's commands. Reads from top to bottom: the world, the program, the exit code.
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { resolveStatePaths } from '../shared/state/state-dir.ts'
import type { CliContext } from './context.ts'
import { failureOf, UsageError } from './exit.ts'
import { createProgram } from './program.ts'

// Whoever reads our output may stop reading, as `head` does; that is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const home = homedir()
const context: CliContext = {
  paths: resolveStatePaths(process.env, home),
  env: process.env,
  home,
  appRoot: fileURLToPath(new URL('../..', import.meta.url)),
  now: Date.now,
  print: (line) => void process.stdout.write(`${line}\n`),
  warn: (line) => void process.stderr.write(`${line}\n`),
  strong: (text) =>
    process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' ? `\x1b[1m${text}\x1b[22m` : text,
  screen: process.stdout.isTTY
    ? {
        width: () => process.stdout.columns,
        height: () => process.stdout.rows,
        write: (text) => void process.stdout.write(text),
      }
    : undefined,
  ask:
    process.stdin.isTTY && process.stdout.isTTY
      ? async (question) => {
          const { createInterface } = await import('node:readline/promises')
          const terminal = createInterface({ input: process.stdin, output: process.stdout })
          try {
            return await terminal.question(question)
          } finally {
            terminal.close()
          }
        }
      : undefined,
}

/** Commander's refusals as ours; help and version, which it throws too, are none. */
const usageOf = (error: CommanderError): UsageError =>
  new UsageError(
    error.code === 'commander.help' ? 'which command?' : error.message.replace(/^error: /, ''),
    'See: clawdbot --help',
  )

try {
  await createProgram(context, manifest.version, (code) => {
    process.exitCode = code
  }).parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) {
    const { lines, code } = failureOf(error instanceof CommanderError ? usageOf(error) : error)
    for (const line of lines) context.warn(line)
    process.exitCode = code
  }
}
