import type { ReactNode } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { whoseBox } from '../sandboxes/describe-sandboxes.ts'
import { OpenScreen } from './open-screen.tsx'

export const SpawnEvidence = (): ReactNode => {
  const { grants, pid } = useSlice('gateway')
  const { host } = useSlice('hands')
  return (
    <>
      <p>
        {pid === null ? 'No process runs.' : `Process ${pid} was started with`}
        {grants.length === 0 ? ' No flags are known.' : ' these permissions of Node, and no other:'}
      </p>
      {grants.length === 0 ? null : (
        <ul
          aria-label="Permission flags"
          className="mt-1 rounded-s border border-line bg-sunken px-3 py-2 font-mono text-s"
        >
          {grants.map((grant) => (
            <li key={grant}>
              <RemoteText text={grant} />
            </li>
          ))}
        </ul>
      )}
      <p className="mt-1">
        Starting a program needs <span className="mono">--allow-child-process</span>, which the supervisor
        gives only while <span className="mono">agent.elevated.enabled</span> is set.{' '}
        {host.enabled ? (
          <>
            It is. Approval: <span className="mono">{host.approve}</span>. Folder:{' '}
            <RemoteText text={host.workspace} className="mono" />.
          </>
        ) : (
          'It is not.'
        )}
      </p>
      <OpenScreen screen="security" />
    </>
  )
}

/** The row of the table that a fact about somebody's message was made from, and what holds it. */
export const RadiusEvidence = ({ trust }: { readonly trust: 'friend' | 'guest' }): ReactNode => {
  const { radius, mode, readOnly } = useSlice('hands')
  const row = radius.find((candidate) => candidate.trust === trust)
  return (
    <>
      {row === undefined ? null : (
        <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3">
          <dt className="text-faint">Tools</dt>
          <dd>{row.tools.length === 0 ? 'none' : row.tools.join(', ')}</dd>
          <dt className="text-faint">Where</dt>
          <dd>
            <RemoteText text={row.place} />
          </dd>
          <dt className="text-faint">Can write to</dt>
          <dd>
            <RemoteText text={row.send} />
          </dd>
        </dl>
      )}
      <p className="mt-1">
        By <span className="mono">agent.sandbox.mode {mode}</span>
        {readOnly.on ? ', and read-only mode, which is on' : ''}. The supervisor looks at these rules again
        before each act, and a {trust}'s chat never shares your session.
      </p>
      <OpenScreen screen="sandboxes" />
    </>
  )
}

export const HardenedEvidence = (): ReactNode => {
  const { containers, risks } = useSlice('sandboxes')
  return (
    <>
      <ul>
        {containers.map((box) => (
          <li key={box.id}>
            <span className="mono">{whoseBox(box)}</span>:{' '}
            {box.drift.length === 0 ? (
              'as configured'
            ) : (
              <ul className="pl-4 text-bad">
                {box.drift.map(({ what, wanted, found }) => (
                  <li key={what}>
                    <RemoteText text={`${what}: wanted ${wanted}, found ${found}`} />
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
        {risks.map((risk) => (
          <li key={risk}>
            <RemoteText text={risk} />
          </li>
        ))}
      </ul>
      <p className="mt-1">
        Each box is inspected before it is used, and compared with what the config asks for.
      </p>
      <OpenScreen screen="sandboxes" />
    </>
  )
}
