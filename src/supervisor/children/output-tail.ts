const MAX_LINES = 50
/** UTF-16 units; the rest of a longer line is left out. */
const MAX_LINE = 2_000
/** Of one chunk. More is no output that anybody reads, and each line costs the time that STOP may need. */
const MAX_LINES_AT_ONCE = 200

export interface OutputTail {
  readonly push: (chunk: string) => void
  /** The last lines, oldest first, with what has no line break yet. */
  readonly lines: () => readonly string[]
}

/** Keeps the end of a child's output, redacted line by line, in bounded memory whatever the child writes. */
export const createOutputTail = (
  redact: (line: string) => string,
  onLine: (line: string) => void,
): OutputTail => {
  const kept: string[] = []
  let partial = ''
  const keep = (line: string): void => {
    const clean = redact(line)
    kept.push(clean)
    if (kept.length > MAX_LINES) kept.shift()
    onLine(clean)
  }
  return {
    push(chunk) {
      const end = chunk.lastIndexOf('\n')
      if (end !== -1) {
        const from = beforeLast(chunk, end, MAX_LINES_AT_ONCE)
        if (from > 0) keep('… (output that came too quickly is left out)')
        for (const line of (from > 0 ? chunk.slice(from, end) : partial + chunk.slice(0, end)).split('\n'))
          keep(line.slice(0, MAX_LINE))
        partial = ''
      }
      partial = (partial + chunk.slice(end + 1)).slice(0, MAX_LINE)
    },
    lines: () => (partial === '' ? [...kept] : [...kept, redact(partial)].slice(-MAX_LINES)),
  }
}

/** Where the last so many lines of `text` begin, of those that end before `end`. */
const beforeLast = (text: string, end: number, lines: number): number => {
  let from = end
  for (let left = lines; left > 0; left -= 1) {
    if (from <= 0) return 0
    from = text.lastIndexOf('\n', from - 1)
  }
  return from + 1
}
