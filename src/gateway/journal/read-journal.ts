import { ClawdbotError } from '../../shared/domain/error.ts'
import { type LinesRead, readLines } from './line-file.ts'

/**
 * The lines of a journal, each as `parse` reads it. A line that can not be read may be the one that says that a
 * message was answered, and going on without it could run or answer it twice: so the start is refused, and the
 * file stays as it is. Setting it aside here would let the next start, which may come by itself, go on without it
 * in silence; that is for the owner to decide.
 * @throws ClawdbotError `store_corrupt` or `store_unreadable`.
 */
export const readJournal = <T>(path: string, parse: (text: string) => T | undefined): readonly T[] =>
  readAll(path).lines.map((text, index) => {
    const line = parse(text)
    if (line === undefined) throw corrupt(path, `line ${index + 1} can not be read`)
    return line
  })

const readAll = (path: string): LinesRead => {
  try {
    return readLines(path)
  } catch (error) {
    if (error instanceof TypeError) throw corrupt(path, 'it is not UTF-8 text', error)
    throw new ClawdbotError(
      'store_unreadable',
      `The journal ${path} can not be read.`,
      'Check that the file belongs to you and that the disk is well.',
      error,
    )
  }
}

const corrupt = (path: string, what: string, cause?: unknown): ClawdbotError =>
  new ClawdbotError(
    'store_corrupt',
    `The journal ${path} is broken: ${what}.`,
    `It may hold messages that are not answered yet. To go on without them, move it away: mv ${path} ${path}.broken`,
    cause,
  )
