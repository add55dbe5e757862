import type { InputOf, OutputOf } from '../../../../shared/contracts/bridge.ts'
import { askArchive } from '../../../ask-archive.ts'

/** What a transcript asks the archive. */
export interface ArchivePort {
  readonly page: (input: InputOf<'archive.page'>) => Promise<OutputOf<'archive.page'>>
  readonly session: (input: InputOf<'archive.session'>) => Promise<OutputOf<'archive.session'>>
}

export const archivePort: ArchivePort = {
  page: (input) => askArchive('archive.page', input),
  session: (input) => askArchive('archive.session', input),
}
