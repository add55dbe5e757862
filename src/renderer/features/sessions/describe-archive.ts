// How far the archive has come, in words. Pure.
import type { ArchiveView } from '../../../shared/contracts/app-state.ts'
import { groupDigits } from '../../ui/text/words.ts'

/** `Read so far: 412 of 1,000 MB, 412,000 messages in 5,000 sessions.` */
export const describeProgress = ({ indexedBytes, totalBytes, messages, sessions }: ArchiveView): string =>
  `Read so far: ${ofBytes(indexedBytes, totalBytes)}, ${groupDigits(messages)} ${
    messages === 1 ? 'message' : 'messages'
  } in ${groupDigits(sessions)} ${sessions === 1 ? 'session' : 'sessions'}.`

/** `2 files or folders can not be read, and are missing here. This user may not read ….` Remote text only in a path. */
export const describeUnreadable = ({ unreadable }: ArchiveView): string =>
  `${
    unreadable.count === 1
      ? 'One file or folder can not be read, and is missing here.'
      : `${groupDigits(unreadable.count)} files or folders can not be read, and are missing here.`
  } ${unreadable.first}`

const ofBytes = (done: number, all: number): string => `${inMegabytes(done)} of ${inMegabytes(all)} MB`

const inMegabytes = (bytes: number): string => groupDigits(Math.ceil(bytes / 1_000_000))

/** The share that is read, 0 to 1; less than all as long as it is not all. */
export const shareRead = ({ indexedBytes, totalBytes }: ArchiveView): number =>
  totalBytes <= 0 ? 0 : Math.min(1, indexedBytes / totalBytes)
