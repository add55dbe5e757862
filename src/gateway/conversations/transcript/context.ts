import type { TurnMessage } from '../../agent/turn.ts'
import { type Entry, textOf } from './entry.ts'
import { type InboundFact, inboundFact } from './facts.ts'

/** Follows the entries of one transcript and holds what of it the model is to see. */
export interface Context {
  /** The next entry of the same branch. */
  add(entry: Entry): void
  messages(): readonly TurnMessage[]
}

/** A message with what it costs. */
interface Weighed {
  readonly message: TurnMessage
  readonly tokens: number
}

/**
 * @param maxTokens estimated; the oldest messages are dropped whole to stay below it. The newest always stays.
 */
export const createContext = (branch: readonly Entry[], maxTokens: number): Context => {
  const origins = new Map<string, InboundFact>()
  const kept: Weighed[] = []
  let total = 0

  const add = (entry: Entry): void => {
    const fact = inboundFact(entry)
    if (fact !== undefined) origins.set(fact.entryId, fact)
    const message = messageOf(entry, origins.get(entry.id))
    origins.delete(entry.id)
    if (message === undefined) return
    const tokens = estimateTokens(message.text)
    kept.push({ message, tokens })
    total += tokens
    while (total > maxTokens && kept.length > 1) total -= kept.shift()?.tokens ?? 0
  }
  for (const entry of compacted(branch)) add(entry)
  return {
    add,
    messages: () => {
      const messages = kept.map(({ message }) => message)
      // A conversation that begins with an answer makes no sense to a model, and some refuse it.
      return messages.slice(
        Math.max(
          0,
          messages.findIndex((message) => message.role === 'user'),
        ),
      )
    },
  }
}

/** Too high rather than too low: three characters a token is dense text, or code. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 3) + 8

/** The entries from the root to the last one; entries on other branches are not part of the conversation. */
export const branchOf = (entries: readonly Entry[]): readonly Entry[] => {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const branch: Entry[] = []
  let at = entries.at(-1)
  while (at !== undefined) {
    branch.push(at)
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  }
  return branch.toReversed()
}

/** Where pi has summed up the beginning of a conversation, the summary and what it kept stand for it. */
const compacted = (branch: readonly Entry[]): readonly Entry[] => {
  const at = branch.findLastIndex((entry) => entry.type === 'compaction')
  const compaction = branch[at]
  if (compaction === undefined) return branch
  const kept = branch.findIndex((entry) => entry.id === compaction.firstKeptEntryId)
  return [compaction, ...(kept < 0 ? [] : branch.slice(kept, at)), ...branch.slice(at + 1)]
}

const messageOf = (entry: Entry, fact: InboundFact | undefined): TurnMessage | undefined => {
  if (entry.type === 'compaction' && entry.summary !== undefined) {
    const text = `Summary of the conversation so far: ${entry.summary}`
    return { role: 'user', text, boundary: entry.id, origin: undefined }
  }
  const { message } = entry
  if (message === undefined) return undefined
  const text = textOf(message.content)
  if (text.trim() === '') return undefined
  if (message.role === 'user') return { role: 'user', text, boundary: entry.id, origin: fact }
  // What was said when the model failed is not something the model said.
  if (message.role !== 'assistant' || message.stopReason === 'error' || message.stopReason === 'aborted') {
    return undefined
  }
  return { role: 'assistant', text }
}
