/** What the stand-in does with a message: it obeys a few words and repeats everything else. */
export type OfflineReply =
  | { readonly kind: 'text'; readonly text: string }
  /** Answers after this many milliseconds. */
  | { readonly kind: 'wait'; readonly ms: number; readonly text: string }
  /** Fails as a real model may. */
  | { readonly kind: 'fail' }
  /** Calls a tool, whether it was offered or not; and says what came of it when it hears it. */
  | { readonly kind: 'call'; readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }

/** What came of the calls for this message so far, oldest first. */
export type OfflineResults = readonly string[]

const NAME = 'I am offline/obedient, a stand-in without a language model.'
/** Lines about attachments, at the end of a message. */
const NOTES = /(?:\n\[(?:Attachment saved as|An attachment was not taken in:) [^\n]*\])+$/
const MAX_WAIT_SECONDS = 600
/** Of a tool's result: what fits one message of a messenger. UTF-16 units. */
const MAX_RESULT = 3_500

/**
 * @param text the last message of the user, as the model gets it
 * @param mayCall false where it has to come to an end
 */
export const offlineReply = (
  text: string,
  results: OfflineResults = [],
  mayCall: 'may call' | 'has to answer' = 'may call',
): OfflineReply => {
  const forwarded = /^\[[^\]]*\]\n<forwarded-([0-9a-f]+)>\n([^]*)\n<\/forwarded-\1>$/.exec(text)
  // Somebody else's words are not obeyed, not even by the obedient.
  if (forwarded !== null) return { kind: 'text', text: `${NAME} You passed on: ${forwarded[2] ?? ''}` }
  // What the gateway noted below is for a reader, not for a shell.
  const said = text.replace(NOTES, '')
  const call = callFor(said, results.length)
  if (call !== undefined && mayCall === 'may call') return call
  const result = results.at(-1)
  if (result !== undefined) return { kind: 'text', text: result.slice(0, MAX_RESULT) }
  const words = /^say\s+([^]*\S)\s*$/i.exec(said)
  if (words?.[1] !== undefined) return { kind: 'text', text: words[1] }
  const wait = /^wait\s+([0-9]{1,3})(?:\s+seconds?)?\s*$/i.exec(said)
  if (wait?.[1] !== undefined) {
    const seconds = Math.min(Number(wait[1]), MAX_WAIT_SECONDS)
    return { kind: 'wait', ms: seconds * 1000, text: `I have waited ${seconds} seconds.` }
  }
  if (/^fail\s*$/i.test(said)) return { kind: 'fail' }
  return { kind: 'text', text: `${NAME} You said: ${text}` }
}

const COMMANDS: readonly (readonly [RegExp, (found: readonly string[]) => OfflineReply])[] = [
  [/^run\s+([^]*\S)\s*$/i, ([, command]) => bash({ command })],
  [
    /^for\s+([0-9]{1,3})(?:\s+seconds?)?\s+run\s+([^]*\S)\s*$/i,
    ([, seconds, command]) => bash({ command, timeout: Number(seconds) }),
  ],
  [/^host\s+run\s+([^]*\S)\s*$/i, ([, command]) => bash({ command, host: true })],
  [/^read\s+(\S+)\s*$/i, ([, path]) => ({ kind: 'call', name: 'read', arguments: { path } })],
  [
    /^write\s+(\S+)\s([^]*)$/i,
    ([, path, content]) => ({ kind: 'call', name: 'write', arguments: { path, content } }),
  ],
  [
    /^edit\s+(\S+)\s([^]*?) => ([^]*)$/i,
    ([, path, oldText, newText]) => ({ kind: 'call', name: 'edit', arguments: { path, oldText, newText } }),
  ],
  [
    /^send\s+file\s+(\S+)(?:\s+(\S+))?\s*$/i,
    ([, file, to]) => ({
      kind: 'call',
      name: 'send',
      arguments: { text: file, file, ...(to === undefined ? {} : { to }) },
    }),
  ],
  [
    /^send\s+(\S+)\s+([^]*\S)\s*$/i,
    ([, to, text]) => ({ kind: 'call', name: 'send', arguments: { to, text } }),
  ],
]

const bash = (args: Readonly<Record<string, unknown>>): OfflineReply => ({
  kind: 'call',
  name: 'bash',
  arguments: args,
})

/** One call for each command; `steps <n>` is n commands, one after the other. */
const callFor = (text: string, done: number): OfflineReply | undefined => {
  const steps = /^steps\s+([0-9]{1,2})\s*$/i.exec(text)
  if (steps?.[1] !== undefined) {
    return done < Number(steps[1]) ? bash({ command: `echo step ${done + 1}` }) : undefined
  }
  if (done > 0) return undefined
  for (const [pattern, call] of COMMANDS) {
    const found = pattern.exec(text)
    if (found !== null) return call([...found])
  }
  return undefined
}
