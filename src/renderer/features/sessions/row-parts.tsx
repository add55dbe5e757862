import type { ReactNode } from 'react'
import type { SessionRow, Snippet } from '../../../shared/contracts/archive-sessions.ts'
import { PROVIDER_LABEL, parseProvider } from '../../../shared/domain/provider.ts'
import { Tag } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'

/** When something was, short; nothing where nobody knows. */
export const When = ({ at }: { readonly at: number | null }): ReactNode => {
  const text = useClock((now) => (at === null ? '' : dayTime(at, now)))
  return <span className="shrink-0 text-s text-faint tabular-nums">{text}</span>
}

/** A text with what was searched for marked in it. */
export const Highlighted = ({ snippet }: { readonly snippet: Snippet }): ReactNode => {
  const nodes: ReactNode[] = []
  let at = 0
  for (const { text, hit } of snippet) {
    nodes.push(
      hit ? (
        <mark key={at}>
          <RemoteText text={text} />
        </mark>
      ) : (
        <RemoteText key={at} text={text} />
      ),
    )
    at += text.length
  }
  return nodes
}

/** Over which messenger, and what kind of chat. */
export const ProviderTag = ({
  provider,
  chat,
}: {
  readonly provider: string
  readonly chat: SessionRow['chat']
}): ReactNode => {
  if (chat === 'main') return <Tag>you</Tag>
  if (provider === '') return null
  return (
    <Tag>
      <ProviderName name={provider} />
      {chat === 'group' ? ' group' : ''}
    </Tag>
  )
}

/** As the product writes it; what it does not know stays as it was written. */
export const ProviderName = ({ name }: { readonly name: string }): ReactNode => {
  const known = parseProvider(name)
  return known ? PROVIDER_LABEL[known] : <RemoteText text={name} />
}

/** Where something ran. */
export const RanOnTag = ({ place }: { readonly place: 'host' | 'sandbox' }): ReactNode =>
  place === 'host' ? <Tag tone="bad">host</Tag> : <Tag>box</Tag>

/** What every row of the list looks like: a link over its whole width. */
export const ROW =
  'block border-b border-l-2 border-b-line border-l-transparent px-3 py-2.5 hover:bg-raised aria-[current]:border-l-accent aria-[current]:bg-raised forced-colors:border-l-0 forced-colors:aria-[current]:outline-2 forced-colors:aria-[current]:-outline-offset-2 forced-colors:aria-[current]:outline-[Highlight] focus-visible:-outline-offset-2'
