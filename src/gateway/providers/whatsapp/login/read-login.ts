import { lstatSync } from 'node:fs'
import { ClawdbotError } from '../../../../shared/domain/error.ts'
import { readLines } from '../../../journal/line-file.ts'
import { createKeyTable, type KeyTable } from './key-table.ts'
import { parseLine } from './login-lines.ts'

/** What the file of a login comes to. */
export interface LoginRead {
  /** As `BufferJSON` writes them. */
  readonly creds: string
  readonly table: KeyTable
}

/**
 * Reads the file of a login. A last line that a crash tore is not counted: who wrote it was not told that it is written. Any other
 * line that can not be read may be a key that changed, and with the one before it the conversations of the account would break
 * or, worse, repeat a key: so nothing is read then, and the file stays as it is.
 * @throws ClawdbotError `store_corrupt` or `store_unreadable`.
 */
export const readLogin = (path: string): LoginRead => {
  const table = createKeyTable()
  let creds: string | undefined
  for (const [index, text] of linesOf(path).entries()) {
    const line = parseLine(text)
    const isHead = line?.kind === 'head'
    if (line === undefined || isHead !== (index === 0))
      throw corruptLogin(path, `line ${index + 1} can not be read`)
    if (line.kind === 'creds') creds = line.json
    if (line.kind === 'keys') table.apply(line.changes)
  }
  if (creds === undefined) throw corruptLogin(path, 'it does not say whose login it is')
  return { creds, table }
}

export const corruptLogin = (path: string, what: string): ClawdbotError =>
  new ClawdbotError(
    'store_corrupt',
    `The login ${path} is broken: ${what}.`,
    'Nothing was changed. Put back a whole copy of the file, or unlink WhatsApp in Clawdbot, remove the device on the phone (WhatsApp, Linked devices), and link it again.',
  )

const linesOf = (path: string): readonly string[] => {
  try {
    if (!lstatSync(path).isFile()) throw corruptLogin(path, 'it is not a file')
    return readLines(path).lines
  } catch (error) {
    if (error instanceof ClawdbotError) throw error
    if (error instanceof TypeError) throw corruptLogin(path, 'it is not UTF-8 text')
    throw new ClawdbotError(
      'store_unreadable',
      `The login ${path} can not be read.`,
      'Check that the file belongs to you and that the disk is well.',
      error,
    )
  }
}
