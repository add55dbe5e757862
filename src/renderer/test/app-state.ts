// States for the tests of this folder: everything quiet, and what a test changes about it.
import type {
  AppState,
  GatewayView,
  PairingRequestView,
  PersonView,
  ProviderView,
} from '../../shared/contracts/app-state.ts'

export const gatewayView = (changed: Partial<GatewayView> = {}): GatewayView => ({
  phase: 'running',
  since: 1_000_000,
  retryAt: null,
  pid: 42,
  rssBytes: 84_000_000,
  turns: 0,
  error: null,
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
  ...changed,
})

export const personView = (changed: Partial<PersonView> = {}): PersonView => ({
  provider: 'telegram',
  id: '811204553',
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

export const appState = (changed: Partial<AppState> = {}): AppState => ({
  gateway: gatewayView(),
  lockdown: null,
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
