// States for the tests of this folder: everything quiet, and what a test changes about it.

import type {
  AppState,
  AuditView,
  DockerView,
  GatewayView,
  LinkView,
  ProviderView,
} from '../../shared/contracts/app-state.ts'
import type {
  ApprovalView,
  HandsView,
  SandboxesView,
  SandboxView,
} from '../../shared/contracts/hands-views.ts'
import type { PairingRequestView, PersonView } from '../../shared/contracts/people-views.ts'
import type { IncidentView, LockdownView, StopResultView } from '../../shared/contracts/stop-views.ts'

export const gatewayView = (changed: Partial<GatewayView> = {}): GatewayView => ({
  phase: 'running',
  since: 1_000_000,
  retryAt: null,
  pid: 42,
  rssBytes: 84_000_000,
  turns: 0,
  error: null,
  likelyCause: '',
  lastOutput: [],
  grants: ['--permission', '--allow-net'],
  maySpawn: false,
  ...changed,
})

export const providerView = (changed: Partial<ProviderView> = {}): ProviderView => ({
  provider: 'telegram',
  state: 'connected',
  detail: '',
  dmPolicy: 'pairing',
  everyone: false,
  silent: false,
  onlySelf: false,
  link: null,
  ...changed,
})

/** An account of the agent's own, as the owner said. */
export const linkView = (changed: Partial<LinkView> = {}): LinkView => ({
  code: null,
  self: { number: '+15550001111', account: '77712345678901@lid', name: 'Clawd' },
  use: 'separate',
  isOwners: false,
  warnings: [],
  ...changed,
})

export const personView = (changed: Partial<PersonView> = {}): PersonView => ({
  provider: 'telegram',
  id: '811204553',
  account: '',
  source: 'approved',
  trust: 'friend',
  effective: true,
  why: '',
  blocked: false,
  claimedName: '',
  lastSeenAt: null,
  session: '',
  ...changed,
})

export const requestView = (changed: Partial<PairingRequestView> = {}): PairingRequestView => ({
  provider: 'telegram',
  id: '5028834417',
  account: '',
  code: 'K7QM2ZXA',
  createdAt: 1_000_000,
  lastSeenAt: 1_000_000,
  expiresAt: 4_600_000,
  attempts: 1,
  claimedName: '',
  claimedUsername: '',
  warnings: [],
  wouldGet: '',
  ...changed,
})

/** A stop that went as it should. */
export const stopResult = (changed: Partial<StopResultView> = {}): StopResultView => ({
  latchMs: 2,
  frozenMs: 41,
  deadMs: 9,
  containersDeadMs: 118,
  verifiedMs: 140,
  killed: 14,
  containers: { found: 3, frozen: 3, dead: 3 },
  survivors: [],
  latchError: null,
  containersError: null,
  recordError: null,
  steps: [{ at: 2, what: 'the latch is on disk' }],
  ...changed,
})

export const lockdownView = (changed: Partial<LockdownView> = {}): LockdownView => ({
  at: 1_000_000,
  by: 'you, from this window',
  reason: '',
  incident: 'incident-2026-11-22-140322',
  result: stopResult(),
  ...changed,
})

export const incidentView = (changed: Partial<IncidentView> = {}): IncidentView => ({
  id: 'incident-2026-11-22-140322',
  folder: '',
  files: 14,
  logLines: 212,
  logWarnings: 3,
  logFrom: 1_000_000,
  sessions: [],
  secrets: [],
  done: { stop: null, logs: null, sessions: null, secrets: null, rules: null },
  error: null,
  ...changed,
})

export const auditView = (changed: Partial<AuditView> = {}): AuditView => ({
  state: 'whole',
  records: 18_204,
  head: '7F2A·91C0',
  checkedAt: 1_000_000,
  repairs: 0,
  error: null,
  ...changed,
})

export const dockerView = (changed: Partial<DockerView> = {}): DockerView => ({
  state: 'reachable',
  containers: 0,
  detail: '',
  ...changed,
})

/** One as it was asked for. */
export const sandboxView = (changed: Partial<SandboxView> = {}): SandboxView => ({
  id: '4f1c8e0b7d2a4f1c8e0b7d2a4f1c8e0b7d2a4f1c8e0b7d2a4f1c8e0b7d2a4f1c',
  name: 'clawdbot-telegram-dm-811204553',
  session: 'telegram:dm:811204553',
  image: 'clawdbot-sandbox:bookworm-slim',
  state: 'running',
  createdAt: 1_000_000,
  memory: 18 * 1_048_576,
  memoryLimit: 512 * 1_048_576,
  processes: 3,
  processLimit: 256,
  network: 'none',
  readOnlyRoot: true,
  capabilities: 'none',
  user: '1000:1000',
  mounts: [
    { source: '/home/olga/.clawdbot/sandboxes/telegram-dm-811204553', target: '/workspace', mode: 'rw' },
  ],
  drift: [],
  held: 'in use',
  ...changed,
})

export const sandboxesView = (changed: Partial<SandboxesView> = {}): SandboxesView => ({
  containers: [],
  checkedAt: 1_000_000,
  image: { name: 'clawdbot-sandbox:bookworm-slim', state: 'present', detail: '' },
  build: { state: 'idle', lines: [], error: null },
  risks: [],
  ...changed,
})

/** The default blast radius, in words. */
export const handsView = (changed: Partial<HandsView> = {}): HandsView => ({
  mode: 'non-main',
  host: { enabled: false, approve: 'always', workspace: '/home/olga/clawd', named: 0 },
  readOnly: { on: false, by: null, since: null },
  radius: [
    {
      trust: 'owner',
      tools: ['bash', 'read', 'write', 'edit', 'send'],
      reach: 'box',
      place: 'in a box without network',
      send: 'everybody who is let in',
    },
    {
      trust: 'friend',
      tools: ['bash', 'read', 'write', 'edit', 'send'],
      reach: 'box',
      place: 'in a box without network',
      send: 'their own conversation',
    },
    { trust: 'guest', tools: [], reach: 'nothing', place: 'nowhere', send: 'nobody' },
  ],
  ...changed,
})

export const approvalView = (changed: Partial<ApprovalView> = {}): ApprovalView => ({
  id: 1,
  askedAt: 1_000_000,
  expiresAt: 1_300_000,
  provider: 'telegram',
  sender: '811204553',
  claimedName: '',
  session: 'main',
  command: 'git status',
  cwd: '/home/olga/clawd',
  env: {},
  sha256: 'a'.repeat(64),
  ...changed,
})

export const appState = (changed: Partial<AppState> = {}): AppState => ({
  gateway: gatewayView(),
  lockdown: null,
  incident: null,
  pastLockdowns: [],
  audit: auditView(),
  docker: dockerView(),
  sandboxes: sandboxesView(),
  hands: handsView(),
  archive: {
    phase: 'ready',
    indexedBytes: 0,
    totalBytes: 0,
    sessions: 0,
    messages: 0,
    logLines: 0,
    brokenLines: 0,
    unreadable: { count: 0, first: '' },
    asOf: 0,
    error: null,
  },
  approvals: [],
  providers: [providerView()],
  config: { path: '', exists: true, error: null, model: 'offline/obedient', logFile: '', stateDir: '' },
  requests: [],
  decisions: [],
  people: [],
  problems: [],
  activity: [],
  unconfirmed: [],
  drops: {},
  simulator: [],
  host: { notes: [] },
  ...changed,
})
