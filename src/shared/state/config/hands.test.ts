// The keys that say what the agent's tools may touch: what they come to, and everything that would open a sandbox refused.
import { linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import JSON5 from 'json5'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StatePaths } from '../state-dir.ts'
import { load, pathsOf, refusal, refusalIn } from '../testing/config-text.ts'
import { tempFolder } from '../testing/temp-state.ts'
import { parseBytes } from './amounts.ts'
import { loadConfig } from './load.ts'
import type { Config } from './schema.ts'

const MIB = 1024 * 1024

const text = (config: object): string => JSON5.stringify(config)
const box = (docker: object): string => text({ agent: { sandbox: { docker } } })
const boxOf = async (docker: object): Promise<Config['sandbox']['docker']> =>
  (await load(box(docker))).sandbox.docker

const write = (paths: StatePaths, config: object): StatePaths => {
  writeFileSync(paths.config, text(config))
  return paths
}

const bind = async (paths: StatePaths, source: string, env: NodeJS.ProcessEnv = {}): Promise<string> =>
  refusalIn(write(paths, { agent: { sandbox: { docker: { binds: [`${source}:/data:ro`] } } } }), env)

const refusedBind = (written: string): Promise<string> => refusal(box({ binds: [written] }))

const refusedAs = async (agent: object, env: NodeJS.ProcessEnv = {}): Promise<string> =>
  refusalIn(write(await pathsOf(), { agent }), env)

describe('without a word of the owner', () => {
  it('every session but main has a hardened sandbox of its own, nothing runs on the host, and nobody is elevated', async () => {
    const paths = await pathsOf()
    const { workspace, sandbox, elevated, allowTo, readOnlyMode } = await loadConfig(paths, {})
    expect({ workspace, sandbox, elevated, allowTo, readOnlyMode }).toEqual({
      workspace: paths.workspace,
      sandbox: {
        mode: 'non-main',
        scope: 'session',
        workspaceAccess: 'none',
        workspaceRoot: paths.sandboxes,
        docker: {
          image: 'clawdbot-sandbox:bookworm-slim',
          containerPrefix: 'clawdbot-sbx-',
          readOnlyRoot: true,
          tmpfs: ['/tmp', '/var/tmp', '/run'],
          network: 'none',
          user: undefined,
          env: { LANG: 'C.UTF-8' },
          setupCommand: undefined,
          pidsLimit: 256,
          memory: 512 * MIB,
          memorySwap: 512 * MIB,
          cpus: 1,
          ulimits: {
            nofile: { soft: 768, hard: 768 },
            fsize: { soft: 256 * MIB, hard: 256 * MIB },
            core: { soft: 0, hard: 0 },
          },
          seccompProfile: undefined,
          apparmorProfile: undefined,
          dns: [],
          extraHosts: [],
          binds: [],
        },
        tools: { allow: [], deny: [] },
        prune: { idleHours: 24, maxAgeDays: 7 },
        ahead: 2,
        risks: [],
      },
      elevated: { enabled: false, approve: 'always', allowFrom: {} },
      allowTo: undefined,
      readOnlyMode: false,
    })
  })
})

describe('the keys for tools', () => {
  it('are read, with the paths made absolute and the ids made canonical', async () => {
    const paths = await pathsOf()
    const profile = join(await tempFolder(), 'seccomp.json')
    writeFileSync(profile, '{ "defaultAction": "SCMP_ACT_ERRNO" }')
    write(paths, {
      agent: {
        workspace: 'agent-files',
        sandbox: {
          mode: 'all',
          scope: 'agent',
          workspaceAccess: 'ro',
          workspaceRoot: 'boxes',
          docker: {
            image: 'registry.example/own/image:1.2@sha256:abc',
            containerPrefix: 'own-',
            workdir: '/workspace',
            readOnlyRoot: false,
            tmpfs: ['/tmp', '/var/cache'],
            network: 'bridge',
            user: '1000',
            capDrop: ['ALL'],
            privileged: false,
            capAdd: [],
            devices: [],
            env: { TZ: 'UTC', LANG: 'de_DE.UTF-8' },
            setupCommand: 'git config --global init.defaultBranch main',
            pidsLimit: 512,
            memory: '1g',
            memorySwap: '2g',
            cpus: 1.5,
            ulimits: { nofile: 2048, nproc: '10:20', core: { soft: 0, hard: 0 } },
            seccompProfile: profile,
            apparmorProfile: 'docker-default',
            dns: ['9.9.9.9', '2620:fe::fe'],
            extraHosts: ['db:10.0.0.5'],
          },
          tools: { allow: ['bash', 'process', 'read'], deny: ['browser', 'edit'] },
          prune: { idleHours: 1, maxAgeDays: 0.5 },
          ahead: 0,
        },
        elevated: { enabled: true, approve: 'new', allowFrom: { telegram: ['telegram:42', 43] } },
      },
      outbound: { allowTo: { telegram: '42', signal: [] } },
      readOnlyMode: true,
    })
    const config = await loadConfig(paths, {})
    expect(config).toMatchObject({
      workspace: join(paths.root, 'agent-files'),
      sandbox: {
        mode: 'all',
        scope: 'agent',
        workspaceAccess: 'ro',
        workspaceRoot: join(paths.root, 'boxes'),
        docker: {
          image: 'registry.example/own/image:1.2@sha256:abc',
          tmpfs: ['/tmp', '/var/tmp', '/run', '/var/cache'],
          network: 'bridge',
          user: '1000:1000',
          env: { TZ: 'UTC', LANG: 'de_DE.UTF-8' },
          pidsLimit: 512,
          memory: 1024 * MIB,
          memorySwap: 2048 * MIB,
          cpus: 1.5,
          ulimits: {
            nofile: { soft: 2048, hard: 2048 },
            nproc: { soft: 10, hard: 20 },
            fsize: { soft: 256 * MIB, hard: 256 * MIB },
            core: { soft: 0, hard: 0 },
          },
          seccompProfile: profile,
          dns: ['9.9.9.9', '2620:fe::fe'],
        },
        tools: { allow: ['bash', 'process', 'read'], deny: ['browser', 'edit'] },
        prune: { idleHours: 1, maxAgeDays: 0.5 },
        ahead: 0,
      },
      elevated: { enabled: true, approve: 'new', allowFrom: { telegram: ['42', '43'] } },
      allowTo: { telegram: ['42'], signal: [] },
      readOnlyMode: true,
    })
  })

  it('may be those of the existing Clawdbot that ask for nothing', async () => {
    const config = await load(
      text({
        agent: {
          sandbox: {
            perSession: true,
            sessionToolsVisibility: 'spawned',
            browser: { enabled: false, image: 'x', cdpPort: 9222 },
          },
        },
      }),
    )
    expect(config.sandbox.scope).toBe('session')
    expect((await load('{ agent: { sandbox: { perSession: false } } }')).sandbox.scope).toBe('shared')
  })

  it('name each weakness as a risk, and a box that is only narrower has none', async () => {
    const source = realpathSync(await tempFolder())
    const { sandbox } = await load(
      text({
        agent: {
          sandbox: {
            scope: 'shared',
            workspaceAccess: 'rw',
            docker: {
              network: 'bridge',
              readOnlyRoot: false,
              apparmorProfile: 'own',
              binds: [`${source}:/data:ro`, `${source}:/more`],
              extraHosts: ['db:host-gateway'],
              pidsLimit: 257,
              memory: '513m',
              memorySwap: '600m',
              cpus: 2,
              ulimits: { nofile: 1025, core: 1 },
            },
          },
        },
      }),
    )
    const keys = sandbox.risks.map((risk) => /agent\.sandbox\.[\w.]+\w/.exec(risk)?.[0])
    expect(keys).toEqual([
      'agent.sandbox.scope',
      'agent.sandbox.workspaceAccess',
      'agent.sandbox.docker.network',
      'agent.sandbox.docker.readOnlyRoot',
      'agent.sandbox.docker.apparmorProfile',
      'agent.sandbox.docker.binds',
      'agent.sandbox.docker.binds',
      'agent.sandbox.docker.extraHosts',
      'agent.sandbox.docker.pidsLimit',
      'agent.sandbox.docker.memory',
      'agent.sandbox.docker.memorySwap',
      'agent.sandbox.docker.cpus',
      'agent.sandbox.docker.ulimits.nofile',
      'agent.sandbox.docker.ulimits.core',
    ])
    expect(sandbox.risks[5]).toBe(
      `Every box can read ${source} of this machine, as /data (agent.sandbox.docker.binds).`,
    )
    for (const risk of sandbox.risks) expect(risk).toMatch(/^[A-Z].*\.$/)
    const narrower = { pidsLimit: 64, memory: '64m', cpus: 0.5, ulimits: { nofile: 64 } }
    expect((await load(box(narrower))).sandbox.risks).toEqual([])
  })
})

describe('a sandbox is refused, with the key and its line, when it', () => {
  it.each<[string, object, RegExp]>([
    // GHSA-ww6v-v748-x7g9 and CVE-2026-27002.
    [
      'has the host’s network',
      { network: 'host' },
      /^1:\d+ agent\.sandbox\.docker\.network is the network of this machine/,
    ],
    [
      'has the host’s network in other letters',
      { network: ' HOST ' },
      /network is the network of this machine/,
    ],
    [
      'joins the network of a container',
      { network: 'container:abc' },
      /network is the network of another container/,
    ],
    [
      'joins the network of a container in other letters',
      { network: 'Container:abc' },
      /of another container/,
    ],
    ['names a network by its id', { network: 'deadbeef' }, /may be the id of a network/],
    ['has a network with a space', { network: 'a b' }, /is not the name of a network/],
    ['has a network namespace', { network: 'ns:/proc/1/ns/net' }, /is not the name of a network/],
    ['is privileged', { privileged: true }, /docker\.privileged gives a container the whole machine/],
    ['adds capabilities', { capAdd: ['SYS_ADMIN'] }, /docker\.capAdd adds capabilities/],
    ['keeps capabilities', { capDrop: ['NET_RAW'] }, /docker\.capDrop keeps capabilities/],
    ['keeps all capabilities', { capDrop: [] }, /docker\.capDrop keeps capabilities/],
    ['has devices', { devices: ['/dev/kvm'] }, /docker\.devices opens devices/],
    ['has no seccomp', { seccompProfile: 'unconfined' }, /seccompProfile takes Clawdbot’s own profile away/],
    ['has no seccomp in other letters', { seccompProfile: ' Unconfined' }, /seccompProfile takes/],
    ['has Docker’s own seccomp', { seccompProfile: 'builtin' }, /seccompProfile takes/],
    [
      'has a profile that is not there',
      { seccompProfile: '/nothing/here.json' },
      /names a file that does not exist/,
    ],
    ['has no AppArmor', { apparmorProfile: 'unconfined' }, /apparmorProfile takes AppArmor away/],
    [
      'has an AppArmor profile with an option in it',
      { apparmorProfile: 'a,label=disable' },
      /is not the name of a profile/,
    ],
    // peers 3.1: the existing image ran as root.
    ['runs as root', { user: 'root' }, /docker\.user is root/],
    ['runs as 0', { user: '0' }, /docker\.user is root/],
    ['runs as 0 with a group', { user: '0:1000' }, /docker\.user is root/],
    ['runs in the group of root', { user: '1000:0' }, /docker\.user is root or the group of root/],
    ['runs as 00', { user: '00:1000' }, /docker\.user is root/],
    ['runs as a name', { user: 'node' }, /docker\.user is not uid:gid in numbers/],
    ['runs as a number that wraps around to 0', { user: '4294967296' }, /docker\.user is not uid:gid/],
    ['has no limit of processes', { pidsLimit: -1 }, /pidsLimit is -1, which means no limit of processes/],
    [
      'has 0 processes, which Docker takes for no limit',
      { pidsLimit: 0 },
      /pidsLimit is 0, which means no limit/,
    ],
    ['has half a process', { pidsLimit: 1.5 }, /pidsLimit must be a whole number/],
    ['has no limit of memory', { memory: 0 }, /memory is 0, which means no limit of memory/],
    ['has no limit of memory in words', { memory: '0' }, /memory is 0, which means no limit of memory/],
    ['has no limit of swap', { memorySwap: -1 }, /memorySwap is -1, which means no limit of swap/],
    ['has no limit of swap in words', { memorySwap: '-1' }, /memorySwap is -1/],
    ['has less swap than memory', { memorySwap: '256m' }, /memorySwap is less than memory/],
    ['has memory in nonsense', { memory: '1e9' }, /memory is not an amount of memory/],
    ['has no limit of processors', { cpus: 0 }, /cpus is 0, which means no limit/],
    ['has fewer than no processors', { cpus: -1 }, /cpus is -1, which means no limit/],
    ['has a limit of -1', { ulimits: { nofile: -1 } }, /ulimits\.nofile is -1, which means no limit/],
    ['has a hard limit of -1', { ulimits: { fsize: '1:-1' } }, /ulimits\.fsize is -1/],
    [
      'has a soft limit above the hard one',
      { ulimits: { nofile: { soft: 2, hard: 1 } } },
      /ulimits\.nofile is not a limit/,
    ],
    [
      'may take real-time priority',
      { ulimits: { rtprio: 99 } },
      /ulimits\.rtprio is not a limit that can be set/,
    ],
    ['has a limit of a prototype', { ulimits: { constructor: 1 } }, /ulimits\.constructor is not a limit/],
    ['has memory with options', { tmpfs: ['/tmp:exec,suid'] }, /tmpfs\[0\] has options/],
    ['has memory with options after a comma', { tmpfs: ['/tmp,size=99g'] }, /tmpfs\[0\] has options/],
    ['has memory over the workspace', { tmpfs: ['/workspace/x'] }, /tmpfs\[0\] has a target in \/workspace/],
    ['has memory at a relative path', { tmpfs: ['tmp'] }, /tmpfs\[0\] has a target that is not absolute/],
    // 771f23d36 of the existing Clawdbot.
    ['sets PATH', { env: { PATH: '/tmp' } }, /env\.PATH can not be set/],
    [
      'sets a variable of ours',
      { env: { CLAWDBOT_RUN_ID: 'x' } },
      /env\.CLAWDBOT_RUN_ID is a name of Clawdbot’s own/,
    ],
    ['sets no variable', { env: { 'A=B': 'x' } }, /env\["A=B"\] is not the name of a variable/],
    ['has a variable that ends early', { env: { A: 'a\0b' } }, /env\.A is too long, or holds a character/],
    ['has a setup command that ends early', { setupCommand: 'true\0rm' }, /setupCommand holds a character/],
    ['has an image of nothing', { image: '-v/:/x' }, /docker\.image is not an image’s name/],
    ['has a prefix with a slash', { containerPrefix: '../x' }, /containerPrefix can not begin/],
    ['works elsewhere', { workdir: '/' }, /workdir can only be \/workspace/],
    ['has a name server that is none', { dns: ['localhost'] }, /dns\[0\] is not an IP address/],
    ['has a host without address', { extraHosts: ['db'] }, /extraHosts\[0\] is not name:address/],
    ['has an unknown key', { pidMode: 'host' }, /docker\.pidMode is not a known key/],
  ])('%s', async (_, docker, message) => {
    expect(await refusal(box(docker))).toMatch(message)
  })

  it.each<[string, object, RegExp]>([
    // noVNC without a password: CVE-2026-32064 (GHSA-25gx-x37c-7pph), CVE-2026-43575.
    ['has a browser', { browser: { enabled: true } }, /browser\.enabled is true, but there is no browser/],
    [
      'shows sessions to each other',
      { sessionToolsVisibility: 'all' },
      /sessionToolsVisibility would show sessions/,
    ],
    ['has two scopes', { scope: 'session', perSession: true }, /perSession is given together with scope/],
    [
      'misspells a mode',
      { mode: 'al' },
      /mode must be one of "off", "non-main", "all" \| Did you mean "all"/,
    ],
    [
      'misspells a tool that it denies',
      { tools: { deny: ['bsh'] } },
      /tools\.deny\[0\] is not the name of a tool \| Did you mean "bash"/,
    ],
    [
      'allows every tool by a star',
      { tools: { allow: ['*'] } },
      /tools\.allow\[0\] is not the name of a tool/,
    ],
    ['keeps a box for no time', { prune: { idleHours: 0 } }, /prune\.idleHours must be more than 0/],
    ['starts many ahead', { ahead: 100 }, /ahead must be at most 8/],
  ])('%s', async (_, sandbox, message) => {
    expect(await refusal(text({ agent: { sandbox } }))).toMatch(message)
  })

  it('gives a secret of the config to every command', async () => {
    const config = {
      telegram: { botToken: '1:secret-token' },
      agent: { sandbox: { docker: { env: { T: 'x1:secret-tokenx' } } } },
    }
    expect(await refusal(text(config))).toMatch(/env\.T holds a secret of this config/)
  })

  it.each([
    ['allows by default', '{ "defaultAction": "SCMP_ACT_ALLOW" }'],
    ['only logs', '{ "defaultAction": "SCMP_ACT_LOG" }'],
    ['is no profile', '[]'],
    ['is not JSON', 'unconfined'],
  ])('has a seccomp profile that %s', async (_, profile) => {
    const file = join(await tempFolder(), 'profile.json')
    writeFileSync(file, profile)
    expect(await refusal(box({ seccompProfile: file }))).toMatch(
      /names a file that is no profile, or one that allows/,
    )
  })

  it('has a seccomp profile that the agent could rewrite', async () => {
    const paths = await pathsOf()
    mkdirSync(paths.workspace)
    const file = join(paths.workspace, 'profile.json')
    writeFileSync(file, '{ "defaultAction": "SCMP_ACT_ERRNO" }')
    write(paths, { agent: { sandbox: { docker: { seccompProfile: file } } } })
    expect(await refusalIn(paths)).toMatch(/seccompProfile is where the agent could change it/)
  })
})

describe('a bind is refused (CVE-2026-27002) when its source', () => {
  it.each([
    ['the whole file system', '/', /binds\[0\] is the whole file system/],
    ['the whole file system by another name', '/usr/..', /binds\[0\] is the whole file system/],
    ['the home', homedir(), /is the home folder|would open/],
    ['the system’s settings', '/etc', /would open \/etc/],
    ['a part of them', '/etc/ssl', /would open \/etc/],
    ['processes', '/proc', /would open \/proc/],
    ['the kernel', '/sys/kernel', /would open \/sys/],
    ['devices', '/dev', /would open \/dev/],
    ['services’ sockets', '/run', /would open/],
    ['services’ sockets by the older name', '/var/run', /would open/],
  ])('is %s', async (_, source, message) => {
    expect(await bind(await pathsOf(), source)).toMatch(message)
  })

  it('is the home that the environment names, or is above it', async () => {
    const home = join(await tempFolder(), 'people', 'me')
    mkdirSync(home, { recursive: true })
    const env = { HOME: home }
    expect(await bind(await pathsOf(), home, env)).toMatch(/is the home folder/)
    expect(await bind(await pathsOf(), join(home, '..'), env)).toMatch(/is above the home folder/)
    mkdirSync(join(home, '.ssh'))
    expect(await bind(await pathsOf(), join(home, '.ssh'), env)).toMatch(/where keys or logins are kept/)
  })

  it('is the state directory, a part of it, or above it', async () => {
    const paths = await pathsOf()
    mkdirSync(paths.credentials)
    for (const source of [paths.root, paths.credentials, join(paths.root, '..'), paths.config]) {
      expect(await bind(paths, source)).toMatch(/would open .* to the sandbox/)
    }
  })

  it('is a config or credentials that lie elsewhere', async () => {
    const folder = await tempFolder()
    const elsewhere: StatePaths = {
      ...(await pathsOf()),
      config: join(folder, 'own', 'clawdbot.json'),
      credentials: join(folder, 'keys'),
    }
    mkdirSync(join(folder, 'own'))
    mkdirSync(elsewhere.credentials)
    expect(await bind(elsewhere, join(folder, 'own'))).toMatch(
      /would open .*clawdbot\.json to the sandbox: the config/,
    )
    expect(await bind(elsewhere, elsewhere.credentials)).toMatch(/where credentials are kept/)
  })

  it('holds the file with the bot token', async () => {
    const folder = await tempFolder()
    writeFileSync(join(folder, 'token'), '1:abc')
    const config = {
      telegram: { tokenFile: join(folder, 'token') },
      agent: { sandbox: { docker: { binds: [`${folder}:/data`] } } },
    }
    expect(await refusal(text(config))).toMatch(/a file with a secret/)
  })

  it('is a link to one of these, however deep', async () => {
    const folder = await tempFolder()
    symlinkSync('/etc', join(folder, 'a'))
    symlinkSync(join(folder, 'a'), join(folder, 'b'))
    expect(await bind(await pathsOf(), join(folder, 'b'))).toMatch(/would open \/etc/)
    expect(await bind(await pathsOf(), join(folder, 'b', 'ssl'))).toMatch(/would open \/etc/)
  })

  it('is the engine’s socket, by its name, by a link, by a hard link, or as the folder around it', async () => {
    const folder = realpathSync(await tempFolder())
    const socket = join(folder, 'engine.sock')
    const server = createServer().listen(socket)
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    symlinkSync(socket, join(folder, 'link'))
    linkSync(socket, join(folder, 'hard'))
    const env = { DOCKER_HOST: `unix://${socket}` }
    for (const name of ['engine.sock', 'link', 'hard']) {
      expect(await bind(await pathsOf(), join(folder, name), env)).toMatch(/is a socket, a pipe or a device/)
    }
    expect(await bind(await pathsOf(), folder, env)).toMatch(/where the container engine listens/)
  })

  it('is the agent’s workspace, or where the sandboxes have theirs', async () => {
    const paths = await pathsOf()
    const folder = await tempFolder()
    const [workspace, workspaceRoot] = [join(folder, 'agent'), join(folder, 'boxes')]
    mkdirSync(workspace)
    mkdirSync(join(workspaceRoot, 'friend'), { recursive: true })
    for (const source of [workspace, join(workspaceRoot, 'friend')]) {
      write(paths, {
        agent: { workspace, sandbox: { workspaceRoot, docker: { binds: [`${source}:/data`] } } },
      })
      expect(await refusalIn(paths)).toMatch(/would open .* to the sandbox/)
    }
  })

  it('does not exist, is relative, or is not written as a bind', async () => {
    const folder = await tempFolder()
    expect(await refusedBind(`${folder}/none:/data`)).toMatch(/source that does not exist/)
    expect(await refusedBind('data:/data')).toMatch(/source that is not absolute/)
    expect(await refusedBind(folder)).toMatch(/is not source:target/)
    expect(await refusedBind(`${folder}:/data:rw:z`)).toMatch(/is not source:target/)
    expect(await refusedBind(`${folder}:/data:shared`)).toMatch(/an option other than ro and rw/)
    expect(await refusedBind(`${folder}:/data:`)).toMatch(/an option other than ro and rw/)
  })

  it.each([
    ['/', /whole file system as its target/],
    ['data', /target that is not absolute/],
    ['/a/../workspace', /not written plainly/],
    ['/data/', /not written plainly/],
    ['//proc', /not written plainly/],
    ['/workspace', /target in \/workspace/],
    ['/workspace/.git', /target in \/workspace/],
    ['/agent', /target in \/agent/],
    ['/proc/sys', /target in \/proc/],
    ['/sys', /target in \/sys/],
    ['/dev/shm', /target in \/dev/],
    ['/tmp', /mounts \/tmp a second time/],
    ['/da ta', /with characters other than/],
  ])('goes to %s', async (target, message) => {
    expect(await refusal(box({ binds: [`${await tempFolder()}:${target}`] }))).toMatch(message)
  })

  it('goes where another one goes', async () => {
    const folder = await tempFolder()
    expect(await refusal(box({ binds: [`${folder}:/data`, `${folder}:/data:ro`] }))).toMatch(
      /binds\[1\] mounts \/data a second time/,
    )
  })
})

describe('a bind', () => {
  it('is taken without the links in its source, so that what was looked at is what is mounted', async () => {
    const folder = realpathSync(await tempFolder())
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    expect((await boxOf({ binds: [`${join(folder, 'link')}:/data`] })).binds).toEqual([
      { source: join(folder, 'real'), target: '/data', readOnly: false },
    ])
  })
})

describe('a workspace is refused when it', () => {
  it.each(['/', '/etc/agent', '/proc', '/dev', '/boot'])('is %s', async (workspace) => {
    expect(await refusedAs({ workspace })).toMatch(/agent\.workspace is (?:the whole file system|in )/)
    expect(await refusedAs({ sandbox: { workspaceRoot: workspace } })).toMatch(
      /agent\.sandbox\.workspaceRoot is (?:the whole file system|in )/,
    )
  })

  it('is the home, or above it', async () => {
    const home = await tempFolder()
    expect(await refusedAs({ workspace: '~' }, { HOME: home })).toMatch(/agent\.workspace is the home folder/)
    expect(await refusedAs({ workspace: join(home, '..') }, { HOME: home })).toMatch(
      /is above the home folder/,
    )
  })

  it.each(['.', '..', 'credentials', 'credentials/x', 'audit', 'sessions', 'gateway', 'incidents'])(
    'is %s of the state directory',
    async (workspace) => {
      expect(await refusedAs({ workspace })).toMatch(/agent\.workspace is (?:or holds|the state)/)
      expect(await refusedAs({ sandbox: { workspaceRoot: workspace } })).toMatch(
        /workspaceRoot is (?:or holds|the state)/,
      )
    },
  )

  it('is a link to the credentials', async () => {
    const paths = await pathsOf()
    mkdirSync(paths.credentials)
    symlinkSync(paths.credentials, join(paths.root, 'files'))
    write(paths, { agent: { workspace: 'files' } })
    expect(await refusalIn(paths)).toMatch(/agent\.workspace is or holds .*credentials/)
  })

  it('lies in that of the sandboxes, or holds it', async () => {
    expect(await refusedAs({ workspace: 'sandboxes/agent' })).toMatch(/agent\.workspace lies in, or holds/)
    expect(await refusedAs({ sandbox: { workspaceRoot: 'workspace/boxes' } })).toMatch(
      /workspaceRoot lies in, or holds/,
    )
  })
})

describe('host access is refused', () => {
  it.each<[string, object, RegExp]>([
    [
      'to everybody',
      { allowFrom: { telegram: ['*'] } },
      /agent\.elevated\.allowFrom\.telegram\[0\] is "\*", which would mean everybody/,
    ],
    ['to everybody in one word', { allowFrom: { telegram: '*' } }, /allowFrom\.telegram is "\*"/],
    // openclaw #11022: names, tags and the recipient's id matched there.
    [
      'to a name',
      { allowFrom: { telegram: ['@alice'] } },
      /allowFrom\.telegram\[0\] is not a Telegram id: "@alice"/,
    ],
    ['to a display name', { allowFrom: { telegram: ['Alice'] } }, /is not a Telegram id: "Alice"/],
    ['to a Discord tag', { allowFrom: { discord: ['alice#1234'] } }, /is not a Discord id/],
    ['on an unknown messenger', { allowFrom: { webchat: ['x'] } }, /allowFrom\.webchat is not a known key/],
    [
      'without asking in a misspelt way',
      { approve: 'neber' },
      /approve must be one of "always", "new", "never" \| Did you mean "never"/,
    ],
  ])('%s', async (_, elevated, message) => {
    expect(await refusal(text({ agent: { elevated } }))).toMatch(message)
  })

  it('and so is a star among those who may be written to', async () => {
    expect(await refusal('{ outbound: { allowTo: { telegram: ["*"] } } }')).toMatch(
      /outbound\.allowTo\.telegram\[0\] is "\*"/,
    )
  })
})

describe('an amount of memory', () => {
  it.each([
    ['512m', 512 * MIB],
    ['1G', 1024 * MIB],
    ['1.5gb', 1536 * MIB],
    ['2GiB', 2048 * MIB],
    ['100', 100],
    ['64k', 65_536],
    ['7b', 7],
  ])('is read from %j', (written, bytes) => {
    expect(parseBytes(written)).toBe(bytes)
  })

  it('is never negative, fractional, endless or read from half of a text', () => {
    const written = fc.stringMatching(/^[\d.]{1,5} ?[kmgib]{0,3}$/)
    const given = fc.oneof(fc.string(), fc.double(), fc.integer(), written)
    expect(fc.check(fc.property(given, isSoundlyRead))).toMatchObject({ failed: false })
  })
})

const isSoundlyRead = (given: string | number): boolean => {
  const bytes = parseBytes(given)
  if (bytes === undefined) return true
  const wasAmount = typeof given === 'number' || /^\d[\d.]* ?[a-z]*$/i.test(given)
  return wasAmount && Number.isSafeInteger(bytes) && bytes >= 0
}
