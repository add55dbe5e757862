// The facts of the first screen, each from what the supervisor reported, never from a guess. Pure.
import type { AppState } from '../../../shared/contracts/app-state.ts'
import type { PersonView } from '../../../shared/contracts/people-views.ts'
import { PROVIDER_LABEL, type ProviderId } from '../../../shared/domain/provider.ts'
import { describeProvider, isInUse } from '../../app/gateway/describe-gateway.ts'
import { counted, countWord, groupDigits, sentence } from '../../ui/text/words.ts'
import { describeAudit } from '../security/describe-audit.ts'
import { dockerFact, hardenedFact, spawnFact } from './box-facts.ts'
import type { Fact } from './fact.ts'
import { numberFacts } from './number-fact.ts'
import { radiusFact } from './radius-fact.ts'

/** All facts, in the order of the screen. */
export const factsOf = (state: AppState): readonly Fact[] => [
  reachFact(state),
  spawnFact(state),
  radiusFact('friend', state),
  radiusFact('guest', state),
  hardenedFact(state),
  messengersFact(state),
  ...numberFacts(state),
  auditFact(state),
  dockerFact(state),
  filesFact(state),
  unconfirmedFact(state),
  hostFact(state),
]

/** People let in now over a real messenger: those of the simulator exist in this window only. */
export const letIn = (people: readonly PersonView[]): readonly PersonView[] =>
  people.filter(({ effective, provider, id }) => effective && provider !== 'simulator' && id !== '*')

/** Messengers that let in anyone. A number that counts as the owner's own lets in nobody but them. */
const openProviders = ({ providers }: AppState): readonly ProviderId[] =>
  providers
    .filter(({ dmPolicy, everyone, onlySelf }) => dmPolicy === 'open' && everyone && !onlySelf)
    .map(({ provider }) => provider)

/** Whether there is no messenger yet, so that the owner is to be shown how to begin. */
export const isFresh = ({ providers, config, gateway, lockdown }: AppState): boolean =>
  config.error === null &&
  lockdown === null &&
  !providers.some(({ provider, state }) => provider !== 'simulator' && isInUse(state)) &&
  // While the gateway does not run, a messenger that is configured is off as well.
  (!config.exists || gateway.phase === 'running')

const reachFact = (state: AppState): Fact => {
  const people = letIn(state.people)
  const trusted = (trust: PersonView['trust']): number =>
    people.filter((person) => person.trust === trust).length
  const waiting = state.requests.length
  const detail = [
    [
      counted(trusted('owner'), 'owner', 'owners'),
      counted(trusted('friend'), 'friend', 'friends'),
      counted(trusted('guest'), 'guest', 'guests'),
    ].join(', '),
    `${waiting === 0 ? 'nobody' : countWord(waiting)} waiting`,
  ]
    .map((part) => `${sentence(part)}.`)
    .join(' ')
  const open = openProviders(state)
  if (open.length > 0) {
    const names = open.map((provider) => PROVIDER_LABEL[provider]).join(' and ')
    return { id: 'reach', tone: 'bad', title: `Anyone on ${names} can reach the agent`, detail }
  }
  const running = state.gateway.phase === 'running' || state.gateway.phase === 'starting'
  const title =
    people.length === 0
      ? 'Nobody can reach the agent over a messenger'
      : `${sentence(counted(people.length, 'person', 'people'))} ${running ? 'can reach the agent' : 'may reach the agent when it runs'}`
  return { id: 'reach', tone: state.problems.length > 0 ? 'warn' : 'good', title, detail }
}

const messengersFact = ({ providers, gateway }: AppState): Fact => {
  const running = gateway.phase === 'running' || gateway.phase === 'starting'
  const used = providers.filter(({ provider, state }) => provider !== 'simulator' && isInUse(state))
  if (!running) {
    return {
      id: 'messengers',
      tone: 'unknown',
      title: 'The messengers are not listened to',
      detail: 'The gateway does not run. What people write waits there.',
    }
  }
  if (used.length === 0) {
    return {
      id: 'messengers',
      tone: 'unknown',
      title: 'No messenger is connected',
      detail: 'Only the simulator reaches the agent.',
    }
  }
  const bad = used.filter(({ state }) => describeProvider(state).kind !== 'good')
  const detail = used
    .map(
      ({ provider, state }) => `${PROVIDER_LABEL[provider]} ${describeProvider(state).word || 'connected'}`,
    )
    .join(', ')
  const failed = bad.some(({ state }) => describeProvider(state).kind === 'bad')
  return bad.length === 0
    ? {
        id: 'messengers',
        tone: 'good',
        title: used.length === 1 ? 'The messenger is connected' : 'All messengers are connected',
        detail: `${detail}.`,
      }
    : {
        id: 'messengers',
        tone: failed ? 'bad' : 'warn',
        title: `${sentence(counted(bad.length, 'messenger is', 'messengers are'))} not connected`,
        detail: `${detail}.`,
      }
}

const auditFact = ({ audit }: AppState): Fact => {
  const { kind, title, meaning } = describeAudit(audit)
  const records = `${groupDigits(audit.records)} ${audit.records === 1 ? 'record' : 'records'}`
  return {
    id: 'audit',
    tone: kind === 'good' ? 'good' : kind === 'bad' ? 'bad' : 'unknown',
    title,
    detail: kind === 'good' && audit.head !== '' ? `${records}, head ${audit.head}.` : meaning,
  }
}

const filesFact = ({ problems, config }: AppState): Fact => {
  const count = problems.length + (config.error === null ? 0 : 1)
  if (count > 0) {
    return {
      id: 'files',
      tone: 'bad',
      title: `${sentence(counted(count, 'file', 'files'))} could not be read`,
      detail: 'What depends on them is closed until you decide.',
    }
  }
  return {
    id: 'files',
    tone: 'good',
    title: 'Every file was read',
    detail: config.exists
      ? 'The config and all lists of people.'
      : 'There is no clawdbot.json yet: the defaults hold.',
  }
}

const unconfirmedFact = ({ unconfirmed }: AppState): Fact =>
  unconfirmed.length === 0
    ? {
        id: 'unconfirmed',
        tone: 'good',
        title: 'Every reply is accounted for',
        detail: 'None was cut off while it was sent.',
      }
    : {
        id: 'unconfirmed',
        tone: 'warn',
        title: `${sentence(counted(unconfirmed.length, 'reply is', 'replies are'))} unconfirmed`,
        detail: 'Cut off while being sent: it may have arrived, and is not sent again on a guess.',
      }

const hostFact = ({ host: { notes } }: AppState): Fact =>
  notes.length === 0
    ? {
        id: 'host',
        tone: 'good',
        title: 'This computer keeps every promise above',
        detail: 'Nothing here weakens them.',
      }
    : {
        id: 'host',
        tone: 'warn',
        title: `This computer weakens ${notes.length === 1 ? 'one promise' : `${countWord(notes.length)} promises`}`,
        detail: 'Open for what and why.',
      }
