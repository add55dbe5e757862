import type { ReactNode } from 'react'
import { type StatusKind, StatusShape } from '../../ui/status-shape.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { sentence } from '../../ui/text/words.ts'
import { useKeptFocus } from '../../ui/use-kept-focus.ts'

/** One messenger: how it stands in shape and words, what its last word was, what that means, and what can be done. */
export const MessengerCard = ({
  name,
  kind,
  title,
  detail,
  meaning,
  action,
  children,
}: {
  readonly name: string
  readonly kind: StatusKind
  readonly title: string
  /** What the messenger itself says of its state; empty where it says nothing. */
  readonly detail: string
  readonly meaning: string
  readonly action?: ReactNode
  readonly children?: ReactNode
}): ReactNode => {
  const card = useKeptFocus(title)
  return (
    <section
      ref={card}
      tabIndex={-1}
      aria-label={name}
      className={`rounded-m border px-4 py-3 ${kind === 'bad' ? 'border-bad/50' : 'border-line'}`}
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-60 flex-1">
          <div className="flex flex-wrap items-center gap-x-3">
            <h3 className="font-semibold">{name}</h3>
            <output className={`flex items-center gap-2 ${kind === 'bad' ? 'font-medium text-bad' : ''}`}>
              <StatusShape kind={kind} />
              {title}
            </output>
          </div>
          {detail === '' ? null : (
            <p className="mt-0.5 max-w-[80ch]">
              <RemoteText text={sentence(detail)} />
            </p>
          )}
          {meaning === '' ? null : <p className="mt-0.5 max-w-[80ch] text-soft">{meaning}</p>}
        </div>
        {action ? <div className="flex flex-wrap gap-2">{action}</div> : null}
      </div>
      {children}
    </section>
  )
}

/** What is known about a messenger, name by name. */
export const CardFacts = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <dl className="mt-2.5 grid grid-cols-[104px_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1">{children}</dl>
)

export const CardFact = ({
  name,
  children,
}: {
  readonly name: string
  readonly children: ReactNode
}): ReactNode => (
  <>
    <dt className="text-faint">{name}</dt>
    <dd className="min-w-0">{children}</dd>
  </>
)
