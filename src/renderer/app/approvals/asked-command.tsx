import type { ReactNode, Ref } from 'react'
import type { ApprovalView } from '../../../shared/contracts/hands-views.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { Tag } from '../../ui/tag.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { commandSize, commandWarnings } from './approval-words.ts'

/**
 * Exactly what would run, whole, and the variables it would get; what would hide or reorder it is a visible
 * mark. It scrolls where it is long.
 */
export const AskedCommand = ({
  id,
  approval: { command, env },
  read,
  ref,
}: {
  readonly id: string
  readonly approval: ApprovalView
  readonly read: boolean
  readonly ref: Ref<HTMLElement>
}): ReactNode => (
  <div className="mt-2.5">
    <section
      ref={ref}
      id={id}
      aria-label="Command"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
      tabIndex={0}
      className="max-h-[24vh] min-h-9 overflow-auto rounded-s border border-line-strong bg-bg px-3 py-2 font-mono text-m leading-relaxed select-text"
    >
      <RemoteText text={command} shape="exact" />
      {Object.entries(env).length === 0 ? null : (
        <div className="mt-2 border-t border-line pt-1.5 text-s">
          <div className="font-sans text-soft">With these variables</div>
          {Object.entries(env).map(([name, value]) => (
            <RemoteText key={name} text={`${name}=${value}`} shape="exact" />
          ))}
        </div>
      )}
    </section>
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-s text-soft">
      <span>{commandSize(command)}</span>
      {commandWarnings(command).map((warning) => (
        <Tag key={warning} tone="warn">
          {warning}
        </Tag>
      ))}
      {read ? null : <span className="font-medium text-fg">There is more below: scroll, or press End.</span>}
    </div>
  </div>
)

/** Who asked, in which session, and the folder it would run in. */
export const WhoAsks = ({
  approval: { provider, sender, claimedName, session, cwd },
  workspace,
}: {
  readonly approval: ApprovalView
  /** Where it runs unless it names a folder. */
  readonly workspace: string
}): ReactNode => (
  <dl className="mt-2 grid grid-cols-[76px_minmax(0,1fr)] gap-x-3 gap-y-px">
    <dt className="text-soft">Asked by</dt>
    <dd className="flex flex-wrap items-center gap-x-2 overflow-clip">
      <span>
        {PROVIDER_LABEL[provider]} <RemoteText text={sender} className="mono" />
      </span>
      {claimedName === '' ? null : (
        <span>
          “<RemoteText text={claimedName} />” <Tag>unverified</Tag>
        </span>
      )}
    </dd>
    <dt className="text-soft">Session</dt>
    <dd>
      <RemoteText text={session} className="mono" />
    </dd>
    <dt className="text-soft">Folder</dt>
    <dd className="mono">
      <RemoteText text={cwd === '' ? workspace : cwd} shape="exact" />
    </dd>
  </dl>
)
