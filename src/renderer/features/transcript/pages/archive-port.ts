import type { Answer, CallChannel, InputOf, OutputOf } from '../../../../shared/contracts/bridge.ts'
import { callMain, toBridgeError } from '../../../bridge.ts'

type ArchiveChannel = Extract<CallChannel, `archive.${'page' | 'session' | 'seek' | 'raw' | 'watch'}`>

/** What a transcript asks the archive. */
export interface ArchivePort {
  readonly page: (input: InputOf<'archive.page'>) => Promise<OutputOf<'archive.page'>>
  readonly session: (input: InputOf<'archive.session'>) => Promise<OutputOf<'archive.session'>>
}

/** Asks the archive; a call that main refused or never got is an answer like any other. */
export const askArchive = async <K extends ArchiveChannel>(
  channel: K,
  input: InputOf<K>,
): Promise<OutputOf<K> | Extract<Answer<never>, { readonly ok: false }>> => {
  try {
    return await callMain(channel, input)
  } catch (thrown) {
    return { ok: false, error: toBridgeError(thrown) }
  }
}

export const archivePort: ArchivePort = {
  page: (input) => askArchive('archive.page', input),
  session: (input) => askArchive('archive.session', input),
}
