import type { ReactNode } from 'react'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { describeProvider, isInUse } from '../../app/gateway/describe-gateway.ts'
import { useSlice } from '../../store/app-store.ts'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { counted, sentence } from '../../ui/text/words.ts'
import { describeSource } from '../people/people-order.ts'
import { describeNumber, namesOwner, USE_WORDS } from '../settings/whatsapp/describe-number.ts'
import type { Fact } from './fact.ts'
import { letIn } from './facts.ts'
import { HardenedEvidence, RadiusEvidence, SpawnEvidence } from './hands-evidence.tsx'
import { OpenScreen } from './open-screen.tsx'

/** What a fact was made from, in full. */
export const Evidence = ({ id }: { readonly id: Fact['id'] }): ReactNode => {
  switch (id) {
    case 'reach':
      return <ReachEvidence />
    case 'spawn':
      return <SpawnEvidence />
    case 'friend':
    case 'guest':
      return <RadiusEvidence trust={id} />
    case 'hardened':
      return <HardenedEvidence />
    case 'messengers':
      return <MessengersEvidence />
    case 'number':
      return <NumberEvidence />
    case 'audit':
      return <AuditEvidence />
    case 'docker':
      return <DockerEvidence />
    case 'files':
      return <FilesEvidence />
    case 'unconfirmed':
      return <UnconfirmedEvidence />
    case 'host':
      return <HostEvidence />
    default:
      return assertNever(id)
  }
}

const ReachEvidence = (): ReactNode => {
  const people = useSlice('people')
  const providers = useSlice('providers')
  const simulated = people.filter(({ provider, effective }) => provider === 'simulator' && effective).length
  return (
    <>
      <ul>
        {providers
          .filter(({ provider }) => provider !== 'simulator')
          .map(({ provider, dmPolicy, silent, everyone, onlySelf, link, state }) => (
            <li key={provider}>
              {PROVIDER_LABEL[provider]}: <span className="mono">dmPolicy {dmPolicy}</span>
              {everyone ? <span className="mono">, "*" in allowFrom</span> : null}
              {silent ? ', strangers get no answer' : null}
              {link?.self ? (
                <>
                  , linked as <RemoteText text={link.self.number} className="mono" />
                </>
              ) : null}
              {onlySelf && isInUse(state) ? ', only your chat with yourself is heard' : null}
            </li>
          ))}
        {letIn(people).map((person) => (
          <li key={`${person.provider}:${person.id}`}>
            {PROVIDER_LABEL[person.provider]} <RemoteText text={person.id} className="mono" />: {person.trust}
            , {describeSource(person)}
          </li>
        ))}
        <li>
          Simulator: {simulated} made-up {simulated === 1 ? 'person' : 'people'}, only from this window
        </li>
      </ul>
      <OpenScreen screen="people" />
    </>
  )
}

const MessengersEvidence = (): ReactNode => {
  const providers = useSlice('providers')
  return (
    <>
      <ul>
        {providers.map(({ provider, state, detail }) => (
          <li key={provider}>
            {PROVIDER_LABEL[provider]}: {describeProvider(state).word || 'connected'}
            {detail === '' ? null : (
              <>
                . <RemoteText text={detail} />
              </>
            )}
          </li>
        ))}
      </ul>
      <OpenScreen screen="settings" />
    </>
  )
}

const NumberEvidence = (): ReactNode => {
  const providers = useSlice('providers')
  const people = useSlice('people')
  return (
    <>
      {providers.map((view) => {
        const words = describeNumber(view, namesOwner(view, people) ? 'named' : 'not-named')
        const { provider, link } = view
        return words === null || link === null ? null : (
          <p key={provider}>
            {PROVIDER_LABEL[provider]} is linked as{' '}
            <RemoteText text={link.self?.number ?? ''} className="mono" />. Whose number:{' '}
            {USE_WORDS[link.use]}. {words.meaning}
          </p>
        )
      })}
      <OpenScreen screen="settings" />
    </>
  )
}

const AuditEvidence = (): ReactNode => {
  const { head, checkedAt, repairs, error } = useSlice('audit')
  return (
    <>
      {error === null ? null : (
        <p className="text-bad">
          <RemoteText text={error.message} /> <RemoteText text={error.hint} className="text-soft" />
        </p>
      )}
      <p>
        Each record carries the hash of the one before it. The newest one's code is{' '}
        {head === '' ? 'not there yet' : <RemoteText text={head} className="mono" />}: note it down, and no
        record up to it can be changed unseen.{' '}
        {checkedAt === null ? (
          'The whole chain was not verified yet.'
        ) : (
          <>
            The whole chain was verified last at <When at={checkedAt} />.
          </>
        )}
        {repairs === 0
          ? ''
          : ` ${sentence(counted(repairs, 'torn end was', 'torn ends were'))} cut off after a crash, on record.`}
      </p>
      <OpenScreen screen="security" />
    </>
  )
}

const DockerEvidence = (): ReactNode => {
  const { detail, state } = useSlice('docker')
  return (
    <p>
      {detail === '' ? null : (
        <>
          <RemoteText text={detail} />{' '}
        </>
      )}
      {state === 'reachable'
        ? "Asked of Docker's own list, by the label that every box of ours carries."
        : ''}
    </p>
  )
}

const FilesEvidence = (): ReactNode => {
  const problems = useSlice('problems')
  const { path, exists, error, logFile, stateDir, model } = useSlice('config')
  return (
    <>
      {error === null ? null : (
        <p className="text-bad">
          <RemoteText text={error.message} /> <RemoteText text={error.hint} className="text-soft" />
        </p>
      )}
      {problems.map((problem) => (
        <p key={problem.file}>
          <RemoteText text={problem.file} className="mono" />:{' '}
          <RemoteText text={problem.error.message} className="text-bad" />{' '}
          <RemoteText text={problem.error.hint} />
        </p>
      ))}
      <dl className="grid grid-cols-[72px_minmax(0,1fr)] gap-x-3">
        <dt className="text-faint">Config</dt>
        <dd className="mono">
          <RemoteText text={path} />
          {exists ? '' : ' (not there)'}
        </dd>
        <dt className="text-faint">State</dt>
        <dd className="mono">
          <RemoteText text={stateDir} />
        </dd>
        <dt className="text-faint">Log</dt>
        <dd className="mono">
          <RemoteText text={logFile} />
        </dd>
        <dt className="text-faint">Model</dt>
        <dd className="mono">
          <RemoteText text={model} />
        </dd>
      </dl>
    </>
  )
}

const UnconfirmedEvidence = (): ReactNode => {
  const unconfirmed = useSlice('unconfirmed')
  if (unconfirmed.length === 0)
    return <p>Each reply's send was written down before it began, and its end after it.</p>
  return (
    <ul className="flex flex-col gap-2">
      {unconfirmed.map((reply) => (
        <li key={reply.outboundId}>
          <div className="text-faint">
            <When at={reply.at} /> to {PROVIDER_LABEL[reply.provider]}{' '}
            <RemoteText text={reply.chatId} className="mono" /> (
            <RemoteText text={reply.session} className="mono" />)
          </div>
          <blockquote className="mt-0.5 border-l-2 border-warn pl-2.5">
            <RemoteText text={reply.text} shape="block" />
          </blockquote>
        </li>
      ))}
    </ul>
  )
}

const When = ({ at }: { readonly at: number }): ReactNode => useClock((now) => dayTime(at, now))

const HostEvidence = (): ReactNode => {
  const { notes } = useSlice('host')
  return notes.length === 0 ? (
    <p>Checked when the app started.</p>
  ) : (
    <ul className="list-disc pl-4">
      {notes.map((note) => (
        <li key={note}>
          <RemoteText text={note} />
        </li>
      ))}
    </ul>
  )
}
