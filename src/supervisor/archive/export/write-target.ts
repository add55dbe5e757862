import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { type Existing, openTarget } from '../../incident/bundle/bundle-target.ts'

/** UTF-16 units that are gathered before they are written. */
const PIECE = 256 * 1024

export interface WhereTo {
  /** Absolute, or relative to where the program was started. */
  readonly target: string
  readonly paths: StatePaths
  /** What is to happen to a file that is there already. */
  readonly existing: Existing
}

export interface Written {
  /** The path with every link in its folder's name resolved. */
  readonly file: string
  readonly bytes: number
}

/**
 * Writes a new file, 0600, piece by piece; it is in its place when all of it is on the disk, and not at all where
 * anything failed. Errors: those of `openTarget`, and whatever the pieces throw.
 */
export const writeTarget = async (
  { target, paths, existing }: WhereTo,
  pieces: AsyncIterable<string>,
): Promise<Written> => {
  const opened = await openTarget(target, paths, existing, 'export')
  let bytes = 0
  const write = async (text: string): Promise<void> => {
    const encoded = Buffer.from(text)
    await opened.write(encoded)
    bytes += encoded.length
  }
  try {
    let gathered = ''
    for await (const piece of pieces) {
      gathered += piece
      if (gathered.length < PIECE) continue
      await write(gathered)
      gathered = ''
    }
    await write(gathered)
    await opened.finish()
  } catch (error) {
    await opened.abandon()
    throw error
  }
  return { file: opened.path, bytes }
}
