import { memo, type ReactNode } from 'react'
import type { Hit } from '../../../shared/contracts/archive-sessions.ts'
import { Tag } from '../../ui/tag.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { hrefOfHit, type HitRow as Row } from './hit-rows.ts'
import { Highlighted, ProviderTag, RanOnTag, ROW, When } from './row-parts.tsx'

/** One place where it was found; the name of the session above the first of its neighbours. */
export const HitRow = memo(function HitRow({
  row: { hit, head },
  current,
  tabIndex,
}: {
  readonly row: Row
  readonly current: boolean
  readonly tabIndex: 0 | -1
}) {
  const { place } = hit
  return (
    <a href={hrefOfHit(hit)} tabIndex={tabIndex} aria-current={current ? 'true' : undefined} className={ROW}>
      {head === 'shown' ? (
        <span className="flex items-baseline gap-2">
          <Whence hit={hit} />
          <When at={hit.at} />
        </span>
      ) : null}
      <span className={place.in === 'audit' ? 'block text-soft' : 'line-clamp-2 text-soft'}>
        <Highlighted snippet={hit.snippet} />
      </span>
      <span className="mt-1 flex flex-wrap items-center gap-1.5">
        <What hit={hit} />
        {place.in === 'session' && head === 'shown' ? (
          <ProviderTag provider={place.provider} chat={place.key === 'main' ? 'main' : 'unknown'} />
        ) : null}
        {hit.ranOn === '' ? null : <RanOnTag place={hit.ranOn} />}
        {hit.isError ? <Tag tone="bad">error</Tag> : null}
        {hit.refused ? <Tag tone="warn">refused</Tag> : null}
        {head === 'same' ? (
          <span className="ml-auto">
            <When at={hit.at} />
          </span>
        ) : null}
      </span>
    </a>
  )
})

const Whence = ({ hit: { place } }: { readonly hit: Hit }): ReactNode => {
  const look = 'min-w-0 flex-1 truncate font-semibold'
  if (place.in === 'session') {
    return <RemoteText text={place.title || place.key || place.ref} className={look} />
  }
  return (
    <span className={look}>
      {place.in === 'log' ? 'Log' : 'Audit'}{' '}
      <RemoteText text={place.file} className="mono font-normal text-faint" />
    </span>
  )
}

/** Who said it or which tool it is; the level of a line, the act of a record. */
const What = ({ hit: { kind, role, tool } }: { readonly hit: Hit }): ReactNode => {
  const said = kind === 'call' || kind === 'result' ? tool || 'tool' : (ROLE_WORDS[role] ?? role)
  if (said === '') return null
  return (
    <span className="text-xs text-faint">
      <RemoteText text={said} />
      {kind === 'result' ? ' result' : ''}
    </span>
  )
}

const ROLE_WORDS: Readonly<Record<string, string>> = { user: 'person', assistant: 'agent' }
