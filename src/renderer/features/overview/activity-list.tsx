import { type ReactNode, useState } from 'react'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Section } from '../../ui/screen-frame.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { counted, groupDigits, sentence } from '../../ui/text/words.ts'
import { SessionLink } from '../sessions/session-link.tsx'
import { type ActivityRow, activityRows, dropCounts } from './activity-rows.ts'
import { useLastLook } from './last-look.ts'

/** What happened since the owner last looked, and on request what happened before. */
export const ActivityList = (): ReactNode => {
  const activity = useSlice('activity')
  const drops = dropCounts(useSlice('drops'))
  const look = useLastLook()
  const [earlier, setEarlier] = useState(false)
  const title = useClock((now) =>
    look === null ? 'What happened' : `Since you last looked, ${dayTime(look, now)}`,
  )
  const fresh = look === null ? activity : activity.filter(({ at }) => at > look)
  const rows = activityRows(earlier ? activity : fresh)
  const hidden = activity.length - fresh.length
  return (
    <Section
      title={title}
      aside={
        hidden > 0 ? (
          <Button look="quiet" size="s" aria-pressed={earlier} onClick={() => setEarlier(!earlier)}>
            {earlier ? 'Only what is new' : 'Show earlier'}
          </Button>
        ) : null
      }
    >
      <ul aria-label="Activity" className="rounded-m border border-line">
        {rows.length === 0 ? <li className="px-4 py-2.5 text-soft">Nothing has happened.</li> : null}
        {rows.map((row) => (
          <Row key={row.key} row={row} />
        ))}
        {drops.length > 0 ? (
          <li className="border-t border-line px-4 py-2.5 first:border-t-0">
            <Disclosure
              title={`${sentence(
                counted(
                  drops.reduce((sum, { count }) => sum + count, 0),
                  'message was',
                  'messages were',
                ),
              )} dropped since the gateway started`}
            >
              <ul className="mt-1 text-soft">
                {drops.map(({ provider, reason, count }) => (
                  <li key={`${provider} ${reason}`} className="flex gap-3">
                    <span className="mono w-16 shrink-0 text-right">{groupDigits(count)}</span>
                    <span>
                      <RemoteText text={provider} />: <RemoteText text={reason} />
                    </span>
                  </li>
                ))}
              </ul>
            </Disclosure>
          </li>
        ) : null}
      </ul>
    </Section>
  )
}

const Row = ({ row }: { readonly row: ActivityRow }): ReactNode => {
  const when = useClock((now) => dayTime(row.at, now))
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b border-line px-4 py-2.5 last:border-0">
      <span className="mono shrink-0 text-faint">{when}</span>
      <span className="min-w-40 flex-1">
        <What row={row} />
      </span>
      <Aside row={row} />
    </li>
  )
}

const Who = ({ row }: { readonly row: ActivityRow }): ReactNode => (
  <>
    {PROVIDER_LABEL[row.provider]}{' '}
    {row.sender === null ? 'somebody' : <RemoteText text={row.sender} className="mono" />}
  </>
)

const What = ({ row }: { readonly row: ActivityRow }): ReactNode => {
  const detail = row.detail === '' ? null : <RemoteText text={row.detail} className="text-soft" />
  switch (row.kind) {
    case 'talk':
      return (
        <>
          <Who row={row} />: {counted(row.count, 'message', 'messages')},{' '}
          {counted(row.answers, 'answer', 'answers')}
        </>
      )
    case 'dropped':
      return (
        <>
          {PROVIDER_LABEL[row.provider]}: {counted(row.count, 'message', 'messages')} dropped, {detail}
        </>
      )
    case 'paired':
      return (
        <>
          <Who row={row} /> {row.detail === '' ? 'asked for access' : <RemoteText text={row.detail} />}
        </>
      )
    case 'failed':
      return (
        <>
          <Who row={row} />: a turn failed. {detail}
        </>
      )
    case 'unconfirmed':
      return (
        <>
          <Who row={row} />: a reply was cut off while it was sent. {detail}
        </>
      )
    case 'withheld':
      return (
        <>
          <Who row={row} />: a reply was held back. {detail}
        </>
      )
    default:
      return assertNever(row.kind)
  }
}

const Aside = ({ row }: { readonly row: ActivityRow }): ReactNode => {
  const requests = useSlice('requests')
  switch (row.kind) {
    case 'talk':
      return row.session === null ? null : <SessionLink session={row.session} />
    case 'dropped':
      return <Tag>dropped</Tag>
    case 'paired': {
      const request = requests.find(({ provider, id }) => provider === row.provider && id === row.sender)
      return request ? (
        <a href={hrefOf('pairing', request)} className="underline-offset-2 hover:underline">
          <Tag tone="accent">waiting</Tag>
        </a>
      ) : (
        <Tag>asked</Tag>
      )
    }
    case 'failed':
      return <Tag tone="bad">failed</Tag>
    case 'unconfirmed':
      return <Tag tone="warn">unconfirmed</Tag>
    case 'withheld':
      return <Tag tone="warn">held</Tag>
    default:
      return assertNever(row.kind)
  }
}
