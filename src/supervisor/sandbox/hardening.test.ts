import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { BoxConfig, SandboxConfig } from '../../shared/state/config/schema.ts'
import { boxKey, containerName, slugOf } from './box-name.ts'
import { configHash, wantedContainer } from './hardening.ts'
import { sessionOf, testSandbox } from './testing/box-world.ts'
import type { BoxFacts, WantedContainer } from './wanted-container.ts'

const PROFILE = '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}'

const facts = (
  more: Partial<BoxFacts> = {},
  sandbox: Partial<SandboxConfig> = {},
  box: Partial<BoxConfig> = {},
): BoxFacts => ({
  sandbox: testSandbox('/state/sandboxes', sandbox, box),
  readOnly: false,
  network: true,
  workspace: { own: '/state/sandboxes/friend', agent: '/state/workspace' },
  user: { uid: 1000, gid: 1000 },
  seccomp: PROFILE,
  helper: 'print()',
  limitsSwap: true,
  places: {
    closed: ['/state/credentials', '/state/audit', '/run/docker.sock', '/etc'],
    whole: ['/', '/home/owner'],
    state: '/state',
    workspaces: '/state/sandboxes',
  },
  labels: { 'clawdbot.sandbox': '1' },
  ...more,
})

const refusal = (given: BoxFacts): string => {
  try {
    wantedContainer(given)
    return 'nothing'
  } catch (error) {
    if (error instanceof ClawdbotError && error.code === 'sandbox_refused') return error.message
    throw error
  }
}

const bind = (source: string, target = '/data', readOnly = true): Partial<BoxConfig> => ({
  binds: [{ source, target, readOnly }],
})

const mounts = ({ HostConfig }: WantedContainer): readonly string[] =>
  HostConfig.Mounts.map(({ Source, Target, ReadOnly }) => `${Source} ${Target} ${ReadOnly ? 'ro' : 'rw'}`)

describe('a sandbox as it is asked for', () => {
  it('has every wall by default', () => {
    const { HostConfig, User, Tty, Healthcheck } = wantedContainer(facts())
    expect({ User, Tty, Healthcheck }).toEqual({
      User: '1000:1000',
      Tty: false,
      Healthcheck: { Test: ['NONE'] },
    })
    expect(HostConfig).toEqual({
      NetworkMode: 'none',
      Dns: [],
      ExtraHosts: [],
      ReadonlyRootfs: true,
      Privileged: false,
      CapAdd: [],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${PROFILE}`],
      PidsLimit: 256,
      Memory: 512 * 1024 * 1024,
      MemorySwap: 512 * 1024 * 1024,
      NanoCpus: 1_000_000_000,
      Ulimits: [
        { Name: 'nofile', Soft: 768, Hard: 768 },
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'fsize', Soft: 256 * 1024 * 1024, Hard: 256 * 1024 * 1024 },
        { Name: 'sigpending', Soft: 1024, Hard: 1024 },
        { Name: 'msgqueue', Soft: 0, Hard: 0 },
      ],
      Tmpfs: {
        '/tmp': 'rw,nosuid,nodev,noexec,size=64m,mode=1777',
        '/var/tmp': 'rw,nosuid,nodev,noexec,size=64m,mode=1777',
        '/run': 'rw,nosuid,nodev,noexec,size=64m,mode=1777',
      },
      Mounts: [
        {
          Type: 'bind',
          Source: '/state/sandboxes/friend',
          Target: '/workspace',
          ReadOnly: false,
          BindOptions: { Propagation: 'rprivate', NonRecursive: true },
        },
      ],
      IpcMode: 'private',
      CgroupnsMode: 'private',
      PidMode: '',
      UTSMode: '',
      ShmSize: 64 * 1024 * 1024,
      OomScoreAdj: 500,
      Init: false,
      AutoRemove: true,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'none' },
    })
  })

  it('gives a network only to whom the rights give one, and name servers only with it', () => {
    const online = { network: 'bridge', dns: ['192.0.2.1'], extraHosts: ['a:192.0.2.2'] }
    expect(wantedContainer(facts({ network: false }, {}, online)).HostConfig).toMatchObject({
      NetworkMode: 'none',
      Dns: [],
      ExtraHosts: [],
    })
    expect(wantedContainer(facts({}, {}, online)).HostConfig).toMatchObject({
      NetworkMode: 'bridge',
      Dns: ['192.0.2.1'],
      ExtraHosts: ['a:192.0.2.2'],
    })
  })

  it("shows the agent's own files as far as workspaceAccess says, and read-only mode takes writing away", () => {
    expect(mounts(wantedContainer(facts({}, { workspaceAccess: 'ro' })))).toEqual([
      '/state/sandboxes/friend /workspace rw',
      '/state/workspace /agent ro',
    ])
    expect(mounts(wantedContainer(facts({}, { workspaceAccess: 'rw' })))).toEqual([
      '/state/workspace /workspace rw',
    ])
    const bound = facts({ readOnly: true }, { workspaceAccess: 'rw' }, bind('/srv/data', '/data', false))
    expect(mounts(wantedContainer(bound))).toEqual(['/state/workspace /workspace ro', '/srv/data /data ro'])
  })

  it('keeps PATH and HOME whatever the config says, because the helper is looked for there', () => {
    const { Env } = wantedContainer(facts({}, {}, { env: { PATH: '/evil', HOME: '/evil', A: 'b' } }))
    expect(Env).toContain('A=b')
    expect(Env.filter((entry) => /^(?:PATH|HOME)=/.test(entry))).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/workspace',
    ])
  })

  it.each<[string, BoxFacts, RegExp]>([
    ['the host network (CVE-2026-27002)', facts({}, {}, { network: 'host' }), /network would be "host"/],
    [
      "another container's network (GHSA-ww6v-v748-x7g9)",
      facts({}, {}, { network: 'container:abc' }),
      /network/,
    ],
    ['the host network in other letters', facts({}, {}, { network: 'Host' }), /network/],
    ['a network by an id, which may be the host’s', facts({}, {}, { network: '3c0e6ee5d28f' }), /network/],
    ['a namespace by path', facts({}, {}, { network: 'ns:/proc/1/ns/net' }), /network/],
    ['root', facts({}, {}, { user: '0:0' }), /user/],
    ["root's group", facts({}, {}, { user: '1000:0' }), /user/],
    ['a user by name', facts({}, {}, { user: 'root' }), /user/],
    ['a workspace of root', facts({ user: { uid: 0, gid: 0 } }), /user/],
    ['no limit of processes', facts({}, {}, { pidsLimit: -1 }), /processes/],
    ['no limit of memory', facts({}, {}, { memory: 0 }), /memory/],
    ['unlimited swap', facts({}, {}, { memorySwap: -1 }), /swap/],
    ['no limit of processor time', facts({}, {}, { cpus: 0 }), /processor/],
    ['unconfined seccomp', facts({ seccomp: 'unconfined' }), /seccomp/],
    ['a profile that allows by default', facts({ seccomp: '{"defaultAction":"SCMP_ACT_ALLOW"}' }), /seccomp/],
    ['a profile that only logs', facts({ seccomp: '{"defaultAction":"SCMP_ACT_LOG"}' }), /seccomp/],
    ['unconfined AppArmor', facts({}, {}, { apparmorProfile: 'unconfined' }), /AppArmor/],
    ['a mount of everything', facts({}, {}, bind('/')), /would show/],
    ['a mount of the home', facts({}, {}, bind('/home/owner')), /would show \/home\/owner/],
    ['a mount of what holds the home', facts({}, {}, bind('/home')), /would show/],
    ["a mount of the engine's socket", facts({}, {}, bind('/run/docker.sock')), /would show/],
    ['a mount of what holds the socket', facts({}, {}, bind('/run')), /would show/],
    ['a mount of the system’s configuration', facts({}, {}, bind('/etc/ssl')), /part of \/etc/],
    ['a mount of the state directory', facts({}, {}, bind('/state')), /would show/],
    ['a mount of a part of it', facts({}, {}, bind('/state/sessions')), /part of \/state/],
    ['a mount of credentials', facts({}, {}, bind('/state/credentials/telegram')), /would show/],
    ["a mount of another's workspace", facts({}, {}, bind('/state/sandboxes/other')), /part of/],
    ['a relative mount', facts({}, {}, bind('data')), /not an absolute path/],
    ['something over the workspace', facts({}, {}, bind('/srv/data', '/workspace/x')), /mounted at/],
    ['something over /proc', facts({}, {}, bind('/srv/data', '/proc/sys')), /mounted at/],
    ['memory over the workspace', facts({}, {}, { tmpfs: ['/workspace'] }), /mounted at/],
    ['two things at one place', facts({}, {}, bind('/srv/data', '/tmp')), /two things/],
    [
      "an agent's workspace that is the home",
      facts(
        { workspace: { own: '/state/sandboxes/friend', agent: '/home/owner' } },
        { workspaceAccess: 'rw' },
      ),
      /would show \/home\/owner/,
    ],
    [
      "an agent's workspace around everybody's",
      facts(
        {
          workspace: { own: '/srv/all/friend', agent: '/srv' },
          places: { closed: [], whole: [], state: '/state', workspaces: '/srv/all' },
        },
        { workspaceAccess: 'ro' },
      ),
      /would show \/srv\/all/,
    ],
  ])('is not asked for with %s', (_what, given, why) => {
    expect(refusal(given)).toMatch(why)
  })

  it('has no mount whose place another, writable one could move by a symlink', () => {
    const binds = [
      { source: '/srv/project', target: '/project', readOnly: false },
      { source: '/srv/project/docs', target: '/docs', readOnly: true },
    ]
    expect(refusal(facts({}, {}, { binds }))).toMatch(/lies in \/srv\/project, which is mounted writable/)
  })

  it('has no place inside that could be moved by a symlink in a writable one around it (CVE-2021-30465)', () => {
    const inner = { source: '/srv/docs', target: '/project/docs', readOnly: true }
    const around = { source: '/srv/project', target: '/project' }
    const binds = (readOnly: boolean) => [{ ...around, readOnly }, inner]
    expect(refusal(facts({}, {}, { binds: binds(false) }))).toMatch(/lies in \/project/)
    expect(refusal(facts({}, {}, { binds: binds(true) }))).toBe('nothing')
    expect(refusal(facts({}, {}, bind('/srv/var', '/var', false)))).toMatch(/\/var\/tmp lies in \/var/)
  })

  it('has a hash that only what Docker is asked for changes', () => {
    const one = wantedContainer(facts({ labels: { 'clawdbot.createdAtMs': '1' } }))
    const other = wantedContainer(facts({ labels: { 'clawdbot.createdAtMs': '2' } }))
    expect(configHash(one)).toBe(configHash(other))
    expect(one.Labels['clawdbot.configHash']).toBe(configHash(one))
    expect(configHash(wantedContainer(facts({}, {}, { pidsLimit: 255 })))).not.toBe(configHash(one))
  })
})

describe('the name of a sandbox', () => {
  it('has a folder of its own for each session, whatever its id is', () => {
    assert(
      property(string(), string(), (one, other) => {
        expect(slugOf(one)).toMatch(/^[a-z0-9._-]{0,32}-[0-9a-f]{16}$/)
        expect(slugOf(one) === slugOf(other)).toBe(one === other)
      }),
    )
  })

  it('is one that Docker and a host name take', () => {
    assert(
      property(string(), (key) => {
        expect(containerName('clawdbot-sbx-', key, 'abc123')).toMatch(
          /^clawdbot-sbx-[a-z0-9._-]{1,43}-abc123$/,
        )
      }),
    )
  })

  it('is shared, with a wider scope, by those of the same trust only', () => {
    const session = sessionOf('telegram:dm:1')
    expect(boxKey('session', session, 'friend')).toBe('telegram:dm:1')
    expect(boxKey('agent', session, 'friend')).toBe('shared:friend')
    expect(boxKey('shared', sessionOf('main'), 'owner')).toBe('shared:owner')
  })
})
