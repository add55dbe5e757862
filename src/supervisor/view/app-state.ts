import type { AppState, ConfigView, GatewayView } from '../../shared/contracts/app-state.ts'
import type { FromGateway } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { RunnerView } from '../children/gateway-runner.ts'
import { maySpawn } from '../children/grants.ts'
import { likelyCause } from '../lifecycle/likely-cause.ts'
import type { OwnerSide } from '../people/owner-side.ts'

const MAX_ACTIVITY = 200
const MAX_UNCONFIRMED = 100
const MAX_SIMULATED = 500
const MAX_DROP_KEYS = 200

export const emptyState = (paths: StatePaths, notes: readonly string[], now: number): AppState => ({
  gateway: {
    phase: 'stopped',
    since: now,
    retryAt: null,
    pid: null,
    rssBytes: null,
    turns: 0,
    error: null,
    likelyCause: '',
    lastOutput: [],
    grants: [],
    maySpawn: false,
  },
  lockdown: null,
  incident: null,
  pastLockdowns: [],
  audit: { state: 'checking', records: 0, head: '', checkedAt: null, repairs: 0, error: null },
  docker: { state: 'unknown', containers: null, detail: '' },
  sandboxes: {
    containers: [],
    checkedAt: null,
    image: { name: '', state: 'unknown', detail: '' },
    build: { state: 'idle', lines: [], error: null },
    risks: [],
  },
  hands: {
    mode: 'non-main',
    host: { enabled: false, approve: 'always', workspace: paths.workspace, named: 0 },
    readOnly: { on: false, by: null, since: null },
    radius: [],
  },
  archive: {
    phase: 'starting',
    indexedBytes: 0,
    totalBytes: 0,
    sessions: 0,
    messages: 0,
    logLines: 0,
    brokenLines: 0,
    unreadable: { count: 0, first: '' },
    asOf: null,
    error: null,
  },
  approvals: [],
  providers: [],
  config: configView({ kind: 'unread' }, paths, ''),
  requests: [],
  decisions: [],
  people: [],
  problems: [],
  activity: [],
  unconfirmed: [],
  drops: {},
  simulator: [],
  host: { notes },
})

/** The config as the screens show it; `logFile` is the file of today. */
export const configView = (owner: OwnerSide, paths: StatePaths, logFile: string): ConfigView => ({
  path: paths.config,
  exists: owner.kind === 'broken' || (owner.kind === 'valid' && owner.config.exists),
  error: owner.kind === 'broken' ? owner.error : null,
  model: owner.kind === 'valid' ? owner.config.model.name : '',
  logFile,
  stateDir: paths.root,
})

/** The process as the screens show it; what it said about itself is kept while it lives. */
export const gatewayView = (view: RunnerView, before: GatewayView): GatewayView => {
  const { state } = view
  const failing = state.phase === 'backing-off' || state.phase === 'failed'
  const same = view.pid !== null && view.pid === before.pid
  return {
    phase: state.phase,
    since: state.since,
    retryAt: state.phase === 'backing-off' ? state.retryAt : null,
    pid: view.pid,
    rssBytes: same ? before.rssBytes : null,
    turns: same ? before.turns : 0,
    error: failing ? state.error : null,
    likelyCause: failing ? likelyCause(state.error, view.lastOutput) : '',
    lastOutput: failing ? view.lastOutput : [],
    grants: view.grants,
    maySpawn: maySpawn(view.grants),
  }
}

/** What a message of the gateway changes on the screens. */
export const stateAfter = (state: AppState, message: FromGateway): Partial<AppState> => {
  switch (message.type) {
    case 'pong':
      return { gateway: { ...state.gateway, rssBytes: message.rssBytes, turns: message.turns } }
    case 'activity':
      return { activity: bounded([...state.activity, message.activity], MAX_ACTIVITY) }
    case 'unconfirmed':
      return { unconfirmed: withUnconfirmed(state, message.reply) }
    case 'drops':
      return { drops: withDrops(state.drops, message.provider, message.counts) }
    case 'simulated': {
      const { messageId, at, sender, text } = message
      return { simulator: withSimulated(state, { id: messageId, at, sender, from: 'agent', text }) }
    }
    case 'hello':
    case 'ready':
    case 'ack':
    case 'provider':
    case 'link':
    case 'bind':
    case 'pairing-ask':
    case 'pairing-seen':
    case 'fatal':
    case 'intent':
    case 'outcome':
    case 'accepted':
    case 'stop-asked':
    case 'box-ask':
    case 'box-violation':
    case 'approval-ask':
    case 'approval-withdrawn':
    case 'progress':
      return {}
    default:
      return assertNever(message)
  }
}

const bounded = <T>(list: readonly T[], most: number): readonly T[] => list.slice(-most)

/** A gateway that starts again reports what it finds in its journal once more. */
const withUnconfirmed = (state: AppState, reply: AppState['unconfirmed'][number]): AppState['unconfirmed'] =>
  bounded(
    [...state.unconfirmed.filter(({ outboundId }) => outboundId !== reply.outboundId), reply],
    MAX_UNCONFIRMED,
  )

export const withSimulated = (state: AppState, said: AppState['simulator'][number]): AppState['simulator'] =>
  bounded([...state.simulator, said], MAX_SIMULATED)

/** Reasons are the gateway's words: their number is bounded, whatever it says. */
const withDrops = (
  drops: AppState['drops'],
  provider: string,
  counts: Readonly<Record<string, number>>,
): AppState['drops'] => {
  const sum = new Map(Object.entries(drops))
  for (const [reason, count] of Object.entries(counts)) {
    const key = `${provider} ${reason.slice(0, 60)}`
    if (sum.has(key) || sum.size < MAX_DROP_KEYS) sum.set(key, (sum.get(key) ?? 0) + count)
  }
  return Object.fromEntries(sum)
}
