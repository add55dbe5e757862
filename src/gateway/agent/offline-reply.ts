/** What the stand-in does with a message: it obeys three words and repeats everything else. */
export type OfflineReply =
  | { readonly kind: 'text'; readonly text: string }
  /** Answers after this many milliseconds. */
  | { readonly kind: 'wait'; readonly ms: number; readonly text: string }
  /** Fails as a real model may. */
  | { readonly kind: 'fail' }

const NAME = 'I am offline/obedient, a stand-in without a language model.'
const MAX_WAIT_SECONDS = 600

/** @param text the last message of the user, as the model gets it. */
export const offlineReply = (text: string): OfflineReply => {
  const forwarded = /^\[[^\]]*\]\n<forwarded-([0-9a-f]+)>\n([^]*)\n<\/forwarded-\1>$/.exec(text)
  // Somebody else's words are not obeyed, not even by the obedient.
  if (forwarded !== null) return { kind: 'text', text: `${NAME} You passed on: ${forwarded[2] ?? ''}` }
  const said = /^say\s+([^]*\S)\s*$/i.exec(text)
  if (said?.[1] !== undefined) return { kind: 'text', text: said[1] }
  const wait = /^wait\s+([0-9]{1,3})(?:\s+seconds?)?\s*$/i.exec(text)
  if (wait?.[1] !== undefined) {
    const seconds = Math.min(Number(wait[1]), MAX_WAIT_SECONDS)
    return { kind: 'wait', ms: seconds * 1000, text: `I have waited ${seconds} seconds.` }
  }
  if (/^fail\s*$/i.test(text)) return { kind: 'fail' }
  return { kind: 'text', text: `${NAME} You said: ${text}` }
}
