const MAX_LINES = 50
/** UTF-16 units; the rest of a longer line is left out. */
const MAX_LINE = 2_000

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
      const parts = chunk.split('\n')
      for (const part of parts.slice(0, -1)) {
        keep((partial + part).slice(0, MAX_LINE))
        partial = ''
      }
      partial = (partial + (parts.at(-1) ?? '')).slice(0, MAX_LINE)
    },
    lines: () => (partial === '' ? [...kept] : [...kept, redact(partial)].slice(-MAX_LINES)),
  }
}
