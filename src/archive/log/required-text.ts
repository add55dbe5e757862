// Letters that a line must have in the file for a filter to match it: finding those is much faster than parsing every
// line. Being wrong here would hide lines, so whatever is not certain gives no such letters.

/** A shorter one is in nearly every line. */
const MIN_LENGTH = 2

/**
 * Of a text that is looked for as it is. Only letters and digits count, since all others may stand in the file in
 * another form, and never `k`, which is also the small letter of a sign outside ASCII.
 */
export const requiredOfText = (text: string): string => longest(text.toLowerCase().split(/[^a-jl-z0-9]+/))

/** Of a pattern (RE2), if it has some outside of all groups and choices. Neither `k` nor `s`: they fold with others. */
export const requiredOfPattern = (pattern: string): string => {
  // Choices, quotations, classes by name and code points are not worth understanding.
  if (/[|]|\\[^dDwWsSbB.+*?()[\]{}^$/-]|\(\?/.test(pattern)) return ''
  const runs: string[] = []
  let run = ''
  let depth = 0
  const end = (): void => {
    if (depth === 0) runs.push(run)
    run = ''
  }
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at)
    if (/[a-jl-rt-z0-9]/i.test(letter)) {
      run += letter.toLowerCase()
      continue
    }
    // What may be there no time at all is not required.
    if (letter === '?' || letter === '*' || letter === '{') run = run.slice(0, -1)
    end()
    if (letter === '\\') at += 1
    else if (letter === '(') depth += 1
    else if (letter === ')') depth -= 1
    else if (letter === '{') at = endOf(pattern, at, '}')
    else if (letter === '[') {
      at = endOf(pattern, at, ']')
      // A class that holds a bracket or an escape ends elsewhere than it seems to.
      if (/[[\\]/.test(pattern.slice(pattern.lastIndexOf('[', at) + 1, at)) || pattern[at + 1] === ']')
        return ''
    }
  }
  end()
  return longest(runs)
}

const endOf = (pattern: string, from: number, close: string): number => {
  const at = pattern.indexOf(close, from)
  return at === -1 ? pattern.length : at
}

const longest = (runs: readonly string[]): string =>
  runs.reduce((best, run) => (run.length > best.length && run.length >= MIN_LENGTH ? run : best), '')
