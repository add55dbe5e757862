import type { ReactNode } from 'react'
import { useIsLive, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Section } from '../../ui/screen-frame.tsx'
import { StatusShape } from '../../ui/status-shape.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { useCommand } from '../../ui/use-command.tsx'
import { describeAudit } from './describe-audit.ts'

/** Whether the chain of records is whole, in words and shape, and the code that stands for all of it. */
export const AuditCard = (): ReactNode => {
  const audit = useSlice('audit')
  const live = useIsLive()
  const verify = useCommand('audit.verify')
  const { kind, title, meaning } = describeAudit(audit)
  const { records, head, repairs, checkedAt, error, state } = audit
  const checked = useClock((now) => (checkedAt === null ? 'not yet' : dayTime(checkedAt, now)))
  const busy = verify.pending || state === 'checking'
  return (
    <Section title="Audit">
      <div
        className={`rounded-m border px-4 py-3 ${kind === 'bad' ? 'border-bad/50 bg-bad-bg' : 'border-line'}`}
      >
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
          <output className="block min-w-60 flex-1">
            <span className="flex items-center gap-2 font-medium">
              <StatusShape kind={kind} />
              {title}
            </span>
            <span className={`mt-0.5 block max-w-[80ch] ${kind === 'bad' ? '' : 'text-soft'}`}>
              {meaning}
            </span>
            {error === null ? null : (
              <span className="mt-1.5 block">
                <ErrorText error={error} />
              </span>
            )}
          </output>
          <Button
            className={kind === 'bad' ? 'bg-bg' : ''}
            off={!live || busy}
            onClick={() => void verify.run(undefined)}
          >
            {busy ? 'Verifying…' : 'Verify now'}
          </Button>
        </div>
        <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
          <Item name="Records">{groupDigits(records)}</Item>
          <Item name="Head">{head === '' ? 'none' : <RemoteText text={head} />}</Item>
          <Item name="Checked">{checked}</Item>
          <Item name="Repairs">{repairs === 0 ? 'none' : groupDigits(repairs)}</Item>
        </dl>
        {repairs === 0 ? null : (
          <p className="mt-1.5 text-s text-soft">
            A crash left {repairs === 1 ? 'a torn last record, which was' : 'torn last records, which were'}{' '}
            cut off. Each repair is on record itself.
          </p>
        )}
      </div>
    </Section>
  )
}

const Item = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <dt className="text-s text-soft">{name}</dt>
    <dd className="mono">{children}</dd>
  </div>
)
