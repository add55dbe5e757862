import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { driftOf } from './drift.ts'
import { createBoxEngine } from './engine/box-engine.ts'
import { type Inspection, parseInspection } from './engine/inspection.ts'
import { planBox } from './plan-box.ts'
import { createBoxWorld, friendsBox, PROJECT } from './testing/box-world.ts'
import type { WantedContainer } from './wanted-container.ts'

const world = createBoxWorld()
const OPTIONS = 'rw,nosuid,nodev,noexec,size=64m,mode=1777'
const TMPFS = { '/tmp': OPTIONS, '/var/tmp': OPTIONS, '/run': OPTIONS }
let wanted: WantedContainer
let inspected: Inspection

beforeAll(async () => {
  const engine = createBoxEngine(world.env)
  const plan = await planBox({
    wanted: friendsBox(),
    settings: world.settings(),
    paths: world.paths,
    appRoot: PROJECT,
    env: world.env,
    engine: await engine.facts(),
    holder: '1:1',
    now: 0,
  })
  wanted = plan.container
  const found = parseInspection(await engine.inspectText(await engine.create(plan.name, wanted)))
  if (found === undefined) throw new Error('not an inspection')
  inspected = found
})
afterAll(() => world.remove())

const whatDrifts = (change: (found: Inspection) => Inspection): readonly string[] =>
  driftOf(wanted, change(inspected)).map(({ what }) => what)

const inHost = (key: string, value: unknown): readonly string[] =>
  whatDrifts((found) => ({ ...found, HostConfig: { ...found.HostConfig, [key]: value } }))

const inConfig = (change: Partial<Inspection['Config']>): readonly string[] =>
  whatDrifts((found) => ({ ...found, Config: { ...found.Config, ...change } }))

const withMounts = (found: Inspection, change: object): Inspection => ({
  ...found,
  Mounts: (found.Mounts ?? []).map((one) => Object.assign(structuredClone(one), change)),
})

describe('drift', () => {
  it('is none in what the real engine made of the request', () => {
    expect(driftOf(wanted, inspected)).toEqual([])
  })

  it.each<[string, unknown]>([
    ['NetworkMode', 'bridge'],
    ['NetworkMode', 'host'],
    ['ReadonlyRootfs', false],
    ['Privileged', true],
    ['CapAdd', ['CAP_SYS_ADMIN']],
    ['CapDrop', ['CAP_CHOWN']],
    ['CapDrop', null],
    ['SecurityOpt', []],
    ['SecurityOpt', ['no-new-privileges', 'seccomp=unconfined']],
    ['SecurityOpt', null],
    ['PidsLimit', 4096],
    ['PidsLimit', null],
    ['Memory', 0],
    ['MemorySwap', -1],
    ['NanoCpus', 2_000_000_000],
    ['Ulimits', []],
    ['Ulimits', null],
    ['Tmpfs', { '/tmp': 'rw,exec' }],
    ['Tmpfs', { ...TMPFS, '/more': '' }],
    ['StorageOpt', { size: '' }],
    ['Mounts', []],
    ['Binds', ['/:/host']],
    ['Devices', [{ PathOnHost: '/dev/mem', PathInContainer: '/dev/mem', CgroupPermissions: 'rwm' }]],
    ['DeviceCgroupRules', ['a *:* rwm']],
    ['DeviceRequests', [{ Driver: 'nvidia', Count: -1 }]],
    ['VolumesFrom', ['other']],
    ['IpcMode', 'host'],
    ['IpcMode', 'shareable'],
    ['PidMode', 'host'],
    ['PidMode', 'container:abc'],
    ['UTSMode', 'host'],
    ['UsernsMode', 'host'],
    ['CgroupnsMode', 'host'],
    ['CgroupParent', '/'],
    ['ShmSize', 1],
    ['OomScoreAdj', -1000],
    ['OomKillDisable', true],
    ['Init', true],
    ['AutoRemove', false],
    ['RestartPolicy', { Name: 'always', MaximumRetryCount: 0 }],
    ['LogConfig', { Type: 'json-file', Config: {} }],
    ['PortBindings', { '80/tcp': [{ HostPort: '80' }] }],
    ['PublishAllPorts', true],
    ['MaskedPaths', []],
    ['MaskedPaths', null],
    ['ReadonlyPaths', []],
    ['Runtime', 'something-else'],
    ['Sysctls', { 'net.ipv4.ip_forward': '1' }],
    ['GroupAdd', ['0']],
    ['ExtraHosts', ['a:192.0.2.1']],
    ['Dns', ['192.0.2.1']],
    ['Links', ['/other:/other']],
    ['CpusetCpus', '0'],
    ['SomethingNewerThanThis', { On: true }],
  ])('is seen in %s = %j', (key, value) => {
    expect(inHost(key, value)).not.toEqual([])
  })

  // Docker's benchmark of the Center for Internet Security, section 5, as far as one container goes.
  it.each<[string, string, unknown, unknown]>([
    ['5.2 AppArmor', 'SecurityOpt', expect.anything(), ['apparmor=unconfined']],
    ['5.3 SELinux', 'SecurityOpt', expect.anything(), ['label=disable']],
    ['5.4 capabilities', 'CapDrop', ['ALL'], []],
    ['5.4 capabilities', 'CapAdd', [], ['SYS_PTRACE']],
    ['5.5 privileged', 'Privileged', false, true],
    ['5.6 folders of the host', 'Binds', undefined, ['/etc:/etc']],
    ['5.8 ports', 'PortBindings', undefined, { '22/tcp': [{ HostPort: '22' }] }],
    ['5.10 network of the host', 'NetworkMode', 'none', 'host'],
    ['5.11 memory', 'Memory', 512 * 1024 * 1024, 0],
    ['5.12 processor', 'NanoCpus', 1e9, 0],
    ['5.12 processor', 'CpuShares', undefined, 2048],
    ['5.13 read-only root', 'ReadonlyRootfs', true, false],
    ['5.15 restart', 'RestartPolicy', { Name: 'no' }, { Name: 'on-failure', MaximumRetryCount: 5 }],
    ['5.16 processes of the host', 'PidMode', '', 'host'],
    ['5.17 shared memory of the host', 'IpcMode', 'private', 'host'],
    ['5.18 devices', 'Devices', undefined, [{ PathOnHost: '/dev/kmsg' }]],
    ['5.19 limits of a process', 'Ulimits', expect.anything(), [{ Name: 'nofile', Soft: 1e6, Hard: 1e6 }]],
    ['5.21 name of the host', 'UTSMode', '', 'host'],
    ['5.22 seccomp', 'SecurityOpt', expect.anything(), ['no-new-privileges', 'seccomp=unconfined']],
    ['5.25 control group', 'CgroupParent', undefined, '/'],
    ['5.26 new privileges', 'SecurityOpt', expect.anything(), []],
    ['5.29 processes', 'PidsLimit', 256, -1],
    ['5.31 user namespace of the host', 'UsernsMode', undefined, 'host'],
    ['5.32 the engine’s socket', 'Binds', undefined, ['/var/run/docker.sock:/x']],
  ])('is what breaks rule %s of the benchmark by %s', (_rule, key, asked, broken) => {
    expect(Reflect.get(wanted.HostConfig, key)).toEqual(asked)
    expect(inHost(key, broken)).not.toEqual([])
  })

  it('is seen in each field that was asked for when it is missing', () => {
    // What was asked to be nothing is nothing when it is missing.
    const said = Object.entries(wanted.HostConfig).filter(
      ([, value]) => !['""', 'false', '[]'].includes(JSON.stringify(value)),
    )
    const unseen = said.filter(([key]) => inHost(key, undefined).length === 0)
    expect(said.length).toBeGreaterThan(15)
    expect(unseen).toEqual([])
  })

  it('is seen in the first process, the user, the environment, volumes, a health check and a terminal', () => {
    expect(inConfig({ Cmd: ['sleep', 'infinity'] })).toEqual(['first process'])
    expect(whatDrifts((found) => ({ ...found, Path: '/docker-init' }))).toEqual(['first process'])
    expect(inConfig({ Entrypoint: ['/evil'] })).toEqual(['entry point'])
    expect(inConfig({ User: '' })).toEqual(['user'])
    expect(inConfig({ Env: [] })).toEqual(['environment LANG', 'environment PATH', 'environment HOME'])
    expect(inConfig({ Volumes: { '/data': {} } })).toEqual(['volumes'])
    expect(inConfig({ Healthcheck: { Test: ['CMD', 'true'] } })).toEqual(['health check'])
    expect(inConfig({ Tty: true })).toEqual(['terminal'])
    expect(inConfig({ OpenStdin: false })).toEqual(['open stdin'])
    expect(inConfig({ Image: 'other' })).toEqual(['image'])
    expect(inConfig({ Labels: {} })).toContain('label clawdbot.configHash')
  })

  it('is seen in what is really mounted and connected', () => {
    const extra = {
      Type: 'volume',
      Source: '/var/lib/docker/volumes/x',
      Destination: '/data',
      RW: true,
      Propagation: '',
    }
    expect(whatDrifts((found) => ({ ...found, Mounts: [...(found.Mounts ?? []), extra] }))).toEqual([
      'mounts',
    ])
    expect(whatDrifts((found) => ({ ...found, Mounts: [] }))).toEqual(['mounts'])
    expect(whatDrifts((found) => withMounts(found, { Propagation: 'rshared' }))).toEqual(['mounts'])
    const connected = { Networks: { none: {}, bridge: {} }, Ports: {} }
    expect(whatDrifts((found) => ({ ...found, NetworkSettings: connected }))).toEqual(['networks'])
    const published = { Networks: {}, Ports: { '80/tcp': [{ HostPort: '80' }] } }
    expect(whatDrifts((found) => ({ ...found, NetworkSettings: published }))).toEqual(['published ports'])
  })

  it('is seen in the AppArmor profile that a running one has, which an engine without AppArmor takes and forgets', () => {
    const asked = { ...wanted.HostConfig, SecurityOpt: [...wanted.HostConfig.SecurityOpt, 'apparmor=ours'] }
    const running = (profile: string): Inspection => ({
      ...inspected,
      HostConfig: { ...inspected.HostConfig, SecurityOpt: [...asked.SecurityOpt] },
      AppArmorProfile: profile,
      State: { ...inspected.State, Running: true },
    })
    const found = (profile: string) => driftOf({ ...wanted, HostConfig: asked }, running(profile))
    expect(found('ours')).toEqual([])
    expect(found('')).toEqual([{ what: 'AppArmor profile', wanted: 'ours', found: 'none' }])
    const ran = { ...inspected, State: { ...inspected.State, Running: true } }
    expect(driftOf(wanted, { ...ran, AppArmorProfile: 'docker-default' })).toEqual([])
    expect(driftOf(wanted, { ...ran, AppArmorProfile: 'unconfined' })).toHaveLength(1)
  })

  it('does not mind a folder under the name that Docker Desktop has for it', () => {
    const source = inspected.Mounts?.[0]?.Source ?? ''
    expect(whatDrifts((found) => withMounts(found, { Source: `/host_mnt${source}` }))).toEqual([])
  })

  it('says in words what was wanted and what was found, and no whole profile', () => {
    const drift = driftOf(wanted, { ...inspected, HostConfig: { ...inspected.HostConfig, PidsLimit: 9 } })
    expect(drift).toEqual([{ what: 'process limit', wanted: '256', found: '9' }])
    const [options] = driftOf(wanted, {
      ...inspected,
      HostConfig: { ...inspected.HostConfig, SecurityOpt: [] },
    })
    expect(options?.wanted).toMatch(/^no-new-privileges, seccomp profile [0-9a-f]{8}$/)
  })
})
