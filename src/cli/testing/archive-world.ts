// Test support: the cli's program in this process, with the archive as it is built and a state directory to read.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'vite'
import { onTestFinished } from 'vitest'
import { resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import type { CliContext } from '../context.ts'
import { failureOf } from '../exit.ts'
import { createProgram } from '../program.ts'

const PROJECT = resolve(import.meta.dirname, '../../..')

/** Builds the archive into an app folder of its own; whoever made it removes it. */
export const builtApp = async (): Promise<{
  readonly appRoot: string
  readonly remove: () => Promise<void>
}> => {
  const appRoot = await mkdtemp(join(tmpdir(), 'clawdbot-app-'))
  await build({
    root: PROJECT,
    configFile: join(PROJECT, 'vite.node.config.ts'),
    mode: 'archive',
    logLevel: 'error',
    build: { outDir: join(appRoot, 'out/archive') },
  })
  await writeFile(join(appRoot, 'package.json'), '{"type":"module"}')
  await symlink(join(PROJECT, 'node_modules'), join(appRoot, 'node_modules'))
  return { appRoot, remove: () => rm(appRoot, { recursive: true, force: true }) }
}

export interface ArchiveCli {
  readonly paths: StatePaths
  readonly root: string
  readonly write: (name: string, lines: readonly (object | string)[]) => Promise<void>
  readonly run: (...args: readonly string[]) => Promise<{ code: number; out: string; err: string }>
}

/** A state directory with nothing in it but what a test puts there, as the existing Clawdbot leaves one. */
export const archiveCli = async (appRoot: string): Promise<ArchiveCli> => {
  const root = await mkdtemp(join(tmpdir(), 'clawdbot-cli-archive-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const env = { CLAWDBOT_STATE_DIR: join(root, 'state'), HOME: root }
  const paths = resolveStatePaths(env, root)
  await mkdir(paths.root)
  await writeFile(paths.config, JSON.stringify({ logging: { file: join(root, 'log/clawdbot.log') } }))
  return {
    paths,
    root,
    async write(name, lines) {
      const file = join(paths.root, name)
      await mkdir(dirname(file), { recursive: true })
      const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
      await writeFile(file, `${text}\n`)
    },
    async run(...args) {
      const out: string[] = []
      const err: string[] = []
      let code = 0
      const context: CliContext = {
        paths,
        env,
        home: root,
        appRoot,
        now: Date.now,
        print: (line) => out.push(line),
        warn: (line) => err.push(line),
        strong: (text) => `*${text}*`,
        screen: undefined,
        ask: undefined,
      }
      try {
        const program = createProgram(context, '0', (exit) => {
          code = exit
        })
        await program.parseAsync([...args], { from: 'user' })
      } catch (error) {
        const failure = failureOf(error)
        err.push(...failure.lines)
        code = failure.code
      }
      return { code, out: out.join('\n'), err: err.join('\n') }
    },
  }
}

const at = (second: number): string => `2026-01-06T12:00:0${String(second)}.000Z`

/** A transcript as version 3 has it: a question, a command and its output, and an answer. */
export const transcript = (id: string, question: string): readonly object[] => {
  const entry = (second: number, message: object): object => ({
    type: 'message',
    id: `e${String(second)}`,
    parentId: second === 1 ? null : `e${String(second - 1)}`,
    timestamp: at(second),
    message: { ...message, timestamp: Date.parse(at(second)) },
  })
  const call = { type: 'toolCall', id: 'c1', name: 'bash', arguments: { command: 'uname -a' } }
  return [
    { type: 'session', version: 3, id, timestamp: at(0), cwd: '/work' },
    entry(1, { role: 'user', content: question }),
    entry(2, { role: 'assistant', content: [call], model: 'm', provider: 'p', stopReason: 'toolUse' }),
    entry(3, {
      role: 'toolResult',
      toolCallId: 'c1',
      toolName: 'bash',
      content: [{ type: 'text', text: 'Linux box' }],
      isError: false,
    }),
    entry(4, {
      role: 'assistant',
      content: [{ type: 'text', text: 'It is a penguin.' }],
      model: 'm',
      provider: 'p',
      stopReason: 'stop',
    }),
  ]
}
