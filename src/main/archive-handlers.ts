import type { ArchiveCall, ArchiveInput, ArchiveOutput } from '../shared/contracts/archive.ts'
import type { Answer, CallChannel, CommandResult } from '../shared/contracts/bridge.ts'
import { toErrorView } from '../shared/domain/error.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { AskWhere } from './ask-where.ts'
import type { Handlers } from './router.ts'

type ArchiveChannel = Extract<
  CallChannel,
  `archive.${string}` | 'sessions.export' | 'logs.export' | 'turn.watch'
>

const done = (note: string): CommandResult => ({ ok: true, note })

/** What the window asks the archive, handed on; and what of it the owner takes away as a file. */
export const createArchiveHandlers = (
  supervisor: Supervisor,
  where: AskWhere,
): Pick<Handlers, ArchiveChannel> => {
  const ask =
    <K extends ArchiveCall>(call: K) =>
    async (input: ArchiveInput<K>): Promise<Answer<ArchiveOutput<K>>> => {
      try {
        return { ok: true, value: await supervisor.archive.ask(call, input) }
      } catch (error) {
        return { ok: false, error: toErrorView(error) }
      }
    }
  return {
    'archive.sessions': ask('sessions'),
    'archive.session': ask('session'),
    'archive.search': ask('search'),
    'archive.page': ask('page'),
    'archive.seek': ask('seek'),
    'archive.find': ask('find'),
    'archive.raw': ask('raw'),
    'archive.watch': ask('watch'),
    'archive.logOpen': ask('logOpen'),
    'archive.logPage': ask('logPage'),
    'archive.logSeek': ask('logSeek'),
    'archive.logFind': ask('logFind'),
    'archive.logClose': ask('logClose'),
    'archive.rebuild': async () => {
      await supervisor.archive.ask('rebuild', {})
      return done('The index is made anew')
    },
    'archive.restart': async () => {
      supervisor.archive.restart()
      return done('Starting the archive')
    },
    'sessions.export': async ({ ref, format, secrets }) => {
      const target = await where.transcript(ref, format)
      return done(target === null ? '' : await supervisor.exportSession(target, { ref, format, secrets }))
    },
    'logs.export': async ({ view, secrets }) => {
      const target = await where.log()
      return done(target === null ? '' : await supervisor.exportLog(target, { view, secrets }))
    },
    'turn.watch': async ({ session }) => {
      supervisor.watchTurn(session)
      return done('')
    },
  }
}
