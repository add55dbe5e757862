import { z } from 'zod'
import type { LineFacts } from '../read/entry.ts'

const MAX_PEOPLE = 10
const MAX_NAME = 300
const MAX_PREVIEW = 200

const summary = z.object({
  /** Of the header; empty where there is none. */
  id: z.string(),
  startedAt: z.number().nullable(),
  people: z.array(z.string()),
  /** Who it goes over, as the first inbound fact says. */
  provider: z.string(),
  calls: z.number(),
  errors: z.number(),
  refusals: z.number(),
  host: z.boolean(),
  sandbox: z.boolean(),
  model: z.string(),
  preview: z.string(),
})
type Unfrozen = z.infer<typeof summary>
/** What the list of sessions says of one, beside its counts. */
export type SessionSummary = Readonly<Unfrozen>

const NO_SUMMARY: SessionSummary = {
  id: '',
  startedAt: null,
  people: [],
  provider: '',
  calls: 0,
  errors: 0,
  refusals: 0,
  host: false,
  sandbox: false,
  model: '',
  preview: '',
}

export const parseSummary = (text: string): SessionSummary => {
  try {
    return summary.safeParse(JSON.parse(text)).data ?? NO_SUMMARY
  } catch {
    // Of a file that was read no line yet.
    return NO_SUMMARY
  }
}

/** Adds up a session, line after line. It is changed in place: it is asked for each of a million lines. */
export interface SummaryCount {
  readonly header: (id: string, startedAt: number | null) => void
  readonly add: (facts: LineFacts) => void
  readonly provider: () => string
  readonly done: () => SessionSummary
}

export const countSummary = (from: SessionSummary): SummaryCount => {
  const sum: Unfrozen = { ...from, people: [...from.people] }
  return {
    header(id, startedAt) {
      sum.id = id.slice(0, MAX_NAME)
      sum.startedAt = startedAt
    },
    add(facts) {
      const { person, provider, model, at, hitKind, ranOn, text } = facts
      if (sum.startedAt === null) sum.startedAt = at
      if (sum.provider === '') sum.provider = provider.slice(0, MAX_NAME)
      if (person !== '' && person.length <= MAX_NAME && sum.people.length < MAX_PEOPLE) {
        if (!sum.people.includes(person)) sum.people.push(person)
      }
      if (hitKind === 'call') sum.calls += 1
      if (facts.isError) sum.errors += 1
      if (facts.refused) sum.refusals += 1
      if (ranOn === 'host') sum.host = true
      if (ranOn === 'sandbox') sum.sandbox = true
      if (model !== '') sum.model = model.slice(0, MAX_NAME)
      if (hitKind === 'message' && text !== '') sum.preview = text
    },
    provider: () => sum.provider,
    done: () => ({ ...sum, preview: oneLine(sum.preview) }),
  }
}

const oneLine = (text: string): string =>
  text
    .slice(0, MAX_PREVIEW * 2)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_PREVIEW)
