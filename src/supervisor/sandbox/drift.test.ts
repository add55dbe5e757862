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
