// Indexes and searches what was written elsewhere: transcripts, log, audit. Speaks over standard input and output with whoever
// started it, ends with them, and may do nothing but read those files and write its index.
import { createArchive } from './answer-calls.ts'
import { serve } from './serve.ts'

/** After <sysexits.h>. */
const EXIT = { closed: 0, violated: 65 } as const

const endAtOnce = (): void => {
  // Not `exit`, which would close the index: the files of its name are another process's now.
  process.kill(process.pid, 'SIGKILL')
}

serve({
  input: process.stdin,
  output: process.stdout,
  begin: (start, tell) =>
    createArchive({
      start,
      tell,
      now: () => Date.now(),
      clock: () => performance.now(),
      onAbandoned: endAtOnce,
    }),
  over: (why, archive) => {
    const end = (): never => process.exit(EXIT[why])
    void (archive?.close() ?? Promise.resolve()).then(end, end)
  },
})
