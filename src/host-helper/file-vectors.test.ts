// The 85 ways of getting a file tool out of its folder, by the ids of the collection that they come from, on the host.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FileFault } from '../shared/contracts/helper.ts'
import { type HelperProcess, type Said, startHelper } from './testing/helper-process.ts'
import { CANARY, createPlayground, type Playground } from './testing/playground.ts'

let playground: Playground
let helper: HelperProcess
let before: string
const undo: (() => void)[] = []
beforeAll(() => {
  playground = createPlayground()
})
beforeEach(() => {
  playground.reset()
  before = playground.outsideNow()
})
afterEach(() => {
  for (const each of undo.splice(0)) each()
})
afterAll(() => playground.remove())

const inWorkspace = (name: string): string => join(playground.workspace, name)
const outside = (name: string): string => join(playground.outside, name)
const link = (name: string, target: string): void => symlinkSync(target, inWorkspace(name))

interface Vector {
  readonly what: string
  readonly prepare?: () => void | Promise<void>
  readonly act: () => Promise<Said | undefined>
  /** A fault; what is read; `written`; or `ends`: it is no request, and the helper ends. */
  readonly expect: FileFault | 'written' | 'edited' | 'ends' | { readonly reads: string }
  /** Called after it. */
  readonly check?: () => void
  /** Only root can prepare it. */
  readonly root?: true
}

const read = (path: string) => () => helper.read(path)
const write = (path: string) => () => helper.write(path, 'by the agent')
const edit = (path: string) => () => helper.edit(path, 'canary', 'agent')
/** The names of outside are known only when the test runs. */
const later = (act: () => () => Promise<Said | undefined>) => () => act()()
/** A plain name, however it looks: a file of the workspace with exactly this name. */
const plainName = (what: string, name: string): Vector => ({
  what,
  act: write(name),
  expect: 'written',
  check: () => expect(readFileSync(inWorkspace(name), 'utf8')).toBe('by the agent'),
})
const device = (name: string, type: string, major: number, minor: number) => () => {
  execFileSync('mknod', [inWorkspace(name), type, String(major), String(minor)])
}
const mounted = (name: string, args: readonly string[]) => () => {
  mkdirSync(inWorkspace(name))
  execFileSync('mount', [...args, inWorkspace(name)])
  undo.push(() => execFileSync('umount', [inWorkspace(name)]))
}
const pipe = (name: string) => () => {
  execFileSync('mkfifo', [inWorkspace(name)])
}
const folder = (name: string) => () => {
  mkdirSync(inWorkspace(name), { recursive: true })
}
const listening = (name: string) => (): Promise<void> =>
  new Promise((ready) => {
    const server: Server = createServer().listen(inWorkspace(name), ready)
    undo.push(() => server.close())
  })
const large = (name: string, bytes: number) => () => {
  writeFileSync(inWorkspace(name), '')
  truncateSync(inWorkspace(name), bytes)
}

const lexical: Readonly<Record<string, Vector>> = {
  L01: { what: 'one folder up', act: read('../outside/canary'), expect: 'outside' },
  L02: { what: 'up by a folder that is there', act: read('canary/../../outside/canary'), expect: 'outside' },
  L03: { what: 'an absolute path', act: later(() => read(outside('canary'))), expect: 'outside' },
  L04: {
    what: 'an absolute path with two slashes',
    act: later(() => read(`/${outside('canary')}`)),
    expect: 'outside',
  },
  L05: { what: 'a sibling whose name begins alike', act: read('../ws-sibling/canary'), expect: 'outside' },
  L06: { what: 'a name of 256 bytes', act: write('n'.repeat(256)), expect: 'bad_request' },
  L07: { what: 'a path of 4096 bytes', act: read('a/'.repeat(2047) + 'ab'), expect: 'bad_request' },
  L08: { what: 'a tilde', act: read('~/.ssh/id_ed25519'), expect: 'not_found' },
  L09: { what: '$HOME', act: read('$HOME/.ssh/id_ed25519'), expect: 'not_found' },
  L10: {
    what: 'a file: address',
    act: later(() => read(`file://${outside('canary')}`)),
    expect: 'not_found',
  },
  L11: { what: '@ before a way up', act: read('@../outside/canary'), expect: 'not_found' },
  L12: {
    what: '@ before an absolute path',
    act: later(() => read(`@${outside('canary')}`)),
    expect: 'not_found',
  },
  L13: { what: 'NUL in a path to read', act: read('canary\0../../outside/canary'), expect: 'bad_request' },
  L14: { what: 'NUL in a path to write', act: write('a\0/../../outside/canary'), expect: 'bad_request' },
  L15: { what: 'backslashes, to read', act: read('..\\outside\\canary'), expect: 'not_found' },
  L16: { what: '%2e%2e', act: read('%2e%2e/outside/canary'), expect: 'not_found' },
  L17: { what: '%2e%2e%2f', act: read('%2e%2e%2foutside%2fcanary'), expect: 'not_found' },
  L18: { what: 'fullwidth dots', act: read('．．/outside/canary'), expect: 'not_found' },
  L19: { what: 'U+2025, which looks like two dots', act: read('‥/outside/canary'), expect: 'not_found' },
  L20: { what: 'U+2215, which looks like a slash', act: read('..∕outside∕canary'), expect: 'not_found' },
  L21: { what: 'two dots and a space', act: read('.. /outside/canary'), expect: 'not_found' },
  L22: { what: 'three dots', act: read('.../outside/canary'), expect: 'not_found' },
  L23: { what: 'an empty path', act: read(''), expect: 'ends' },
  L24: { what: 'the folder itself', act: read('.'), expect: 'is_a_folder' },
  L25: { what: 'a slash after a file', act: read('canary/'), expect: 'is_a_folder' },
  L26: { what: 'a dot after a file', act: read('canary/.'), expect: 'is_a_folder' },
  L27: { what: 'out and in again', act: read('../ws/canary'), expect: 'outside' },
  L28: { what: 'writing one folder up', act: write('../outside/new'), expect: 'outside' },
  L29: { what: 'writing to the folder itself', act: write('sub/..'), expect: 'outside' },
  L30: { what: 'writing to an absolute path', act: later(() => write(outside('new'))), expect: 'outside' },
  L31: {
    what: 'writing to a sibling whose name begins alike',
    act: write('../ws-sibling/new'),
    expect: 'outside',
  },
  L32: plainName('a newline in a name', 'a\nb'),
  L33: plainName('a name that looks like an option', '-rf'),
  L34: plainName('a name that a shell would run', '$(touch owned)'),
  L35: plainName('a name with a semicolon', 'a; touch owned'),
  L36: plainName('a device of another system', 'CON'),
  L37: plainName('a stream of another file system', 'a.txt:stream'),
  L38: plainName('a name that is shown backwards', 'a\u202Etxt.exe'),
  L39: plainName('backslashes, to write', '..\\outside\\new'),
}

const links: Readonly<Record<string, Vector>> = {
  S01: {
    what: 'a link to a file',
    prepare: () => link('l', outside('canary')),
    act: read('l'),
    expect: 'outside',
  },
  S02: {
    what: 'a link to a folder',
    prepare: () => link('l', playground.outside),
    act: read('l/canary'),
    expect: 'outside',
  },
  S03: {
    what: 'a chain of links',
    prepare: () => {
      link('c', outside('canary'))
      link('b', 'c')
      link('a', 'b')
    },
    act: read('a'),
    expect: 'outside',
  },
  S04: {
    what: 'a relative link',
    prepare: () => link('l', '../outside/canary'),
    act: read('l'),
    expect: 'outside',
  },
  S05: {
    what: 'a link and up from where it leads',
    prepare: () => link('l', outside('sub')),
    act: read('l/../canary'),
    expect: 'outside',
  },
  S06: {
    what: 'writing through a link',
    prepare: () => link('l', outside('canary')),
    act: write('l'),
    expect: 'outside',
  },
  S07: {
    what: 'writing in a linked folder',
    prepare: () => link('l', playground.outside),
    act: write('l/new'),
    expect: 'outside',
  },
  S08: {
    what: 'writing through a link to nothing',
    prepare: () => link('l', outside('new')),
    act: write('l'),
    expect: 'outside',
  },
  S09: {
    what: 'links in a circle',
    prepare: () => {
      link('a', 'b')
      link('b', 'a')
    },
    act: read('a'),
    expect: 'outside',
  },
  S10: {
    what: '/proc/self/root',
    prepare: () => link('l', '/proc/self/root'),
    act: later(() => read(`l${outside('canary')}`)),
    expect: 'outside',
  },
  S11: {
    what: '/proc/self/cwd',
    prepare: () => link('l', '/proc/self/cwd'),
    act: read('l/package.json'),
    expect: 'outside',
  },
  S12: {
    what: '/proc/self/environ',
    prepare: () => link('l', '/proc/self/environ'),
    act: read('l'),
    expect: 'outside',
  },
  S13: {
    what: '/proc/self/mem',
    prepare: () => link('l', '/proc/self/mem'),
    act: write('l'),
    expect: 'outside',
  },
  S14: { what: '/dev/fd', prepare: () => link('l', '/dev/fd'), act: read('l/0'), expect: 'outside' },
  S15: {
    what: 'a link deep inside',
    prepare: () => {
      mkdirSync(inWorkspace('a/b'), { recursive: true })
      link('a/b/l', playground.outside)
    },
    act: read('a/b/l/sub/canary'),
    expect: 'outside',
  },
  S16: {
    what: 'new folders through a link',
    prepare: () => link('l', playground.outside),
    act: write('l/new/deep/file'),
    expect: 'outside',
  },
  S17: {
    what: 'a hook of git',
    prepare: folder('.git/hooks'),
    act: write('.git/hooks/pre-commit'),
    expect: 'denied',
    check: () => expect(existsSync(inWorkspace('.git/hooks/pre-commit'))).toBe(false),
  },
  S18: {
    what: 'the config of git, in capitals',
    act: write('.GIT/config'),
    expect: 'denied',
    check: () => expect(existsSync(inWorkspace('.GIT'))).toBe(false),
  },
  S19: {
    what: 'editing through a link',
    prepare: () => link('l', outside('canary')),
    act: edit('l'),
    expect: 'outside',
  },
  S20: {
    what: 'editing in a linked folder',
    prepare: () => link('l', playground.outside),
    act: edit('l/canary'),
    expect: 'outside',
  },
}

const hard = (act: () => Promise<Said | undefined>, what: string): Vector => ({
  what,
  prepare: () => {
    linkSync(outside('canary'), inWorkspace('h'))
    before = playground.outsideNow()
  },
  act,
  expect: 'outside',
})

const inodes: Readonly<Record<string, Vector>> = {
  H01: hard(read('h'), 'reading a hard link'),
  H02: hard(write('h'), 'writing a hard link'),
  T01: {
    what: 'reading a pipe',
    prepare: pipe('p'),
    act: read('p'),
    expect: 'not_a_file',
  },
  T02: {
    what: 'writing a pipe',
    prepare: pipe('p'),
    act: write('p'),
    expect: 'not_a_file',
  },
  T03: {
    what: 'a device without an end',
    prepare: device('z', 'c', 1, 5),
    act: read('z'),
    expect: 'not_a_file',
    root: true,
  },
  T04: { what: 'a disk', prepare: device('d', 'b', 7, 0), act: write('d'), expect: 'not_a_file', root: true },
  T05: { what: 'a socket', prepare: listening('s'), act: read('s'), expect: 'not_a_file' },
  T06: {
    what: 'a folder',
    prepare: folder('d'),
    act: read('d'),
    expect: 'is_a_folder',
  },
  T07: { what: '/dev/stdin', act: read('/dev/stdin'), expect: 'outside' },
  T08: {
    what: '10 GiB of nothing',
    prepare: large('g', 10 * 1024 ** 3),
    act: read('g'),
    expect: 'too_large',
  },
  T09: { what: '80 MB', prepare: large('m', 80_000_000), act: read('m'), expect: 'too_large' },
  T10: {
    what: 'the kernel’s log',
    prepare: device('k', 'c', 1, 11),
    act: read('k'),
    expect: 'not_a_file',
    root: true,
  },
  T11: {
    what: 'a terminal',
    prepare: device('t', 'c', 5, 0),
    act: write('t'),
    expect: 'not_a_file',
    root: true,
  },
  T12: {
    what: 'writing over a folder',
    prepare: folder('d'),
    act: write('d'),
    expect: 'is_a_folder',
  },
  M01: {
    what: 'a folder of the same disk, mounted',
    prepare: () => mounted('m', ['--bind', playground.outside])(),
    act: read('m/canary'),
    expect: 'outside',
    root: true,
  },
  M02: {
    what: '/proc, mounted',
    prepare: mounted('m', ['-t', 'proc', 'proc']),
    act: read('m/self/environ'),
    expect: 'outside',
    root: true,
  },
}

const benign: Readonly<Record<string, Vector>> = {
  B01: { what: 'a file', act: read('canary'), expect: { reads: 'benign' } },
  B02: plainName('a file in new folders', 'a/b/c/d.txt'),
  B03: plainName('a name in NFC', 'café'.normalize('NFC')),
  B04: plainName('a name in NFD', 'café'.normalize('NFD')),
  B05: plainName('a name in capitals beside the same in small letters', 'CANARY'),
  B06: plainName('a name that begins with two dots', '..foo/bar'),
  B07: {
    what: 'an edit',
    prepare: () => writeFileSync(inWorkspace('f'), 'one\ncanary\n'),
    act: edit('f'),
    expect: 'edited',
    check: () => expect(readFileSync(inWorkspace('f'), 'utf8')).toBe('one\nagent\n'),
  },
  B08: {
    what: 'an empty file',
    prepare: () => writeFileSync(inWorkspace('e'), ''),
    act: read('e'),
    expect: { reads: '' },
  },
  B09: {
    what: 'dots and slashes that change nothing',
    act: read('././/canary'),
    expect: { reads: 'benign' },
  },
  B10: {
    what: 'a file written over keeps its permissions',
    prepare: () => {
      writeFileSync(inWorkspace('x'), 'before')
      chmodSync(inWorkspace('x'), 0o751)
    },
    act: write('x'),
    expect: 'written',
    check: () => expect(lstatSync(inWorkspace('x')).mode & 0o7777).toBe(0o751),
  },
}

const vectors = Object.entries({ ...lexical, ...links, ...inodes, ...benign })
const isRoot = process.getuid?.() === 0

it('there are 85', () => {
  expect(vectors).toHaveLength(85)
})

describe.runIf(process.platform === 'linux').each(['openat2', 'walk'] as const)(
  'a file tool by %s',
  (way) => {
    beforeAll(() => {
      helper = startHelper(playground.workspace, way)
    })
    afterAll(() => helper.close())

    for (const [id, vector] of vectors) {
      it.runIf(isRoot || vector.root !== true)(`${id}: ${vector.what}`, async () => {
        await vector.prepare?.()
        helper = startHelper(playground.workspace, way)
        const said = await vector.act()
        expect(said?.body ?? '').not.toContain(CANARY)
        expect(playground.outsideNow()).toBe(before)
        expect(outcomeOf(said)).toEqual(vector.expect)
        vector.check?.()
      })
    }
  },
)

const outcomeOf = (said: Said | undefined): Vector['expect'] => {
  if (said === undefined) return 'ends'
  if (said.kind === 'fault') return said.fault
  if (said.kind === 'read') return { reads: said.body }
  return said.kind === 'edited' ? 'edited' : 'written'
}
