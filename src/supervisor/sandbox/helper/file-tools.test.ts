import { link, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../../shared/contracts/helper.ts'
import { type Answer, outcome, startTestBox, type TestBox } from './testing/test-box.ts'

let box: TestBox
beforeAll(async () => {
  box = await startTestBox({ workspaceAccess: 'ro' })
  await box.bash('mkdir sub; echo inside > inside; echo below > sub/below; echo secret > /tmp/secret')
})
afterAll(() => box.remove())

const here = (name: string): string => join(box.workspace, name)
const content = (name: string): Promise<string> => readFile(here(name), 'utf8')

/** The faults that a tool answers where a path leads nowhere that it may go. */
const NOWHERE = ['outside', 'not_found', 'is_a_folder', 'bad_request']

describe('paths by their text (vectors L)', () => {
  it.each([
    ['L01', '../secret'],
    ['L02', '../../etc/passwd'],
    ['L03', 'sub/../../etc/passwd'],
    ['L04', '/etc/passwd'],
    ['L05', '//etc/passwd'],
    ['L06', '/workspace-other/x'],
    ['L07', '/workspace/../etc/passwd'],
    ['L08', '~/x'],
    ['L09', '$HOME/x'],
    ['L10', 'file:///etc/passwd'],
    ['L11', '@/etc/passwd'],
    ['L12', '@../secret'],
    ['L13', '/etc/passwd\0.txt'],
    ['L14', '\0'],
    ['L15', '..\\..\\etc\\passwd'],
    ['L16', '%2e%2e/etc/passwd'],
    ['L17', '..%2fetc%2fpasswd'],
    ['L18', '\uff0e\uff0e/etc/passwd'],
    ['L19', '\u2025/etc/passwd'],
    ['L20', '..\u2215etc\u2215passwd'],
    ['L21', '.. /etc/passwd'],
    ['L22', '.../etc/passwd'],
    ['L24', '.'],
    ['L25', 'inside/'],
    ['L26', 'sub/.'],
    ['L27', '../workspace/inside'],
    ['L28', 'a'.repeat(256)],
    ['L29', '/'],
    ['L30', `${'a/'.repeat(2000)}x`],
    ['L31', '/proc/self/environ'],
    ['L32', '/proc/1/environ'],
    ['L33', '/dev/stdin'],
    ['L34', '/run/secret'],
    ['L35', '/workspace'],
  ])('%s: %.30j is read nowhere else', async (_, path) => {
    expect(NOWHERE).toContain(outcome(await box.read(path)))
  })

  it.each([
    '../x',
    '/etc/x',
    '/tmp/x',
    '/agent/x',
    '/workspace/../x',
    '/dev/shm/x',
    'sub/../../x',
    '/root/x',
    '/',
  ])('nothing is written to %j', async (path) => {
    expect(NOWHERE).toContain(outcome(await box.write(path, 'x')))
    expect(NOWHERE).toContain(outcome(await box.edit(path, 'x', 'y')))
  })

  it.each([
    'a\nb',
    '-rf',
    '$(touch x)',
    ';x',
    'CON',
    'a:stream',
    'a\u202eb',
    '..foo',
    '...',
    ' ',
    '\\',
    '%2e%2e',
    '~',
  ])('a strange name is only a name: %j', async (name) => {
    expect(outcome(await box.write(`strange/${name}`, name))).toBe('written')
    expect((await box.read(`/workspace/strange/${name}`)).body.toString()).toBe(name)
    expect(await content(`strange/${name}`)).toBe(name)
  })
})

describe('symbolic links (vectors S)', () => {
  const links: readonly (readonly [string, string, string])[] = [
    ['S01', '/etc/passwd', ''],
    ['S02', '/etc', '/passwd'],
    ['S03', '../../../etc/passwd', ''],
    ['S04', '/tmp/secret', ''],
    ['S05', '/proc/self/root', '/etc/passwd'],
    ['S06', '/proc/self/cwd', '/inside'],
    ['S07', '/proc/self/environ', ''],
    ['S08', '/proc/1/mem', ''],
    ['S09', '/dev/fd', '/0'],
    ['S10', '/proc/self/fd/0', ''],
    ['S11', 'S11', ''],
    ['S12', 'sub', '/below'],
    ['S13', 'inside', ''],
    ['S14', '.', '/inside'],
    ['S15', 'nowhere', ''],
  ]
  beforeAll(async () => {
    for (const [name, target] of links) await symlink(target, here(name))
    await symlink('S02', here('S16'))
  })

  it.each([...links, ['S16', 'S02', '/passwd'] as const])(
    '%s → %s%s is followed by nobody',
    async (name, _, rest) => {
      expect(outcome(await box.read(`${name}${rest}`))).toBe('outside')
      expect(outcome(await box.write(`${name}${rest}`, 'x'))).toBe('outside')
      expect(outcome(await box.edit(`${name}${rest}`, 'x', 'y'))).toBe('outside')
    },
  )

  it('S17: a file is not made through a link that leads nowhere (CVE-2026-31990)', async () => {
    await symlink('made', here('dangling'))
    expect(outcome(await box.write('dangling', 'x'))).toBe('outside')
    await expect(stat(here('made'))).rejects.toThrow('ENOENT')
  })

  it('S18: folders are not made through a link', async () => {
    expect(outcome(await box.write('S02/new/deep', 'x'))).toBe('outside')
    expect(outcome(await box.write('S15/new/deep', 'x'))).toBe('outside')
  })

  it('S19, S20: .git is the box’s own, and lies in the box', async () => {
    expect(outcome(await box.write('repository/.git/hooks/post-checkout', '#!/bin/sh\n'))).toBe('written')
  })
})

describe('hard links (vectors H)', () => {
  beforeAll(async () => {
    await writeFile(here('first'), 'one')
    await link(here('first'), here('second'))
  })

  it('H01: a file with two names is not written', async () => {
    expect(outcome(await box.write('second', 'two'))).toBe('denied')
    expect(outcome(await box.edit('first', 'one', 'two'))).toBe('denied')
    expect(await content('first')).toBe('one')
  })

  it('H02: the box has no way to name a file that is not its own', async () => {
    expect(await box.text('ln /etc/passwd /workspace/linked 2>&1; ls linked 2>&1')).toContain('No such file')
  })
})

describe('what is no file (vectors T)', () => {
  beforeAll(async () => {
    await box.bash(
      'mkfifo fifo; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'socket\')"; mkdir -p folder',
    )
  })

  it.each([
    ['T01, T02', 'fifo', 'not_a_file'],
    ['T05', 'socket', 'not_a_file'],
    ['T06', 'folder', 'is_a_folder'],
  ])('%s: a %s is a fault at once, and hangs nobody', async (_, path, fault) => {
    expect(outcome(await box.read(path))).toBe(fault)
    expect(outcome(await box.write(path, 'x'))).toBe(fault)
    expect(outcome(await box.edit(path, 'x', 'y'))).toBe(fault)
  })

  it('T03, T04, T11, T12: there is no way to a device', async () => {
    expect(await box.text('mknod zero c 1 5 2>&1; ls zero 2>&1')).toMatch(/not permitted[^]*No such file/)
    for (const device of ['zero', 'kmsg', 'tty', 'sda', 'stdin'])
      expect(outcome(await box.read(`/dev/${device}`))).toBe('outside')
  })

  it('T08: of a sparse file of 10 GiB one page is read, and it is not edited', async () => {
    await writeFile(here('sparse'), 'start')
    await truncate(here('sparse'), 10 * 2 ** 30)
    const { answer, body } = await box.read('sparse', 10 * 2 ** 30 - 3, MAX_BODY_BYTES)
    expect([answer, body]).toEqual([
      { kind: 'read', id: expect.any(Number), size: 10 * 2 ** 30 },
      Buffer.alloc(3),
    ])
    expect(outcome(await box.edit('sparse', 'start', 'x'))).toBe('too_large')
  })

  it('T09: a file that somebody holds a lease on is busy, and hangs nobody', async () => {
    const lease = box.begin(
      "python3 -c \"import fcntl, os, time; f = os.open('inside', os.O_RDWR); fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK); open('leased', 'w'); time.sleep(1000)\"",
    )
    while (outcome(await box.read('leased')) !== 'read');
    expect(outcome(await box.read('inside'))).toBe('busy')
    box.send({ op: 'abort', id: lease.id })
    await lease.ran
    expect(outcome(await box.read('inside'))).toBe('read')
  })
})

describe('mounts (vectors M)', () => {
  it('M01, M02: the box can mount nothing, and what is mounted read-only stays so', async () => {
    expect(
      await box.text('mount -t proc proc folder 2>&1; mount --bind /etc folder 2>&1; ls folder'),
    ).toMatch(/permitted|permission denied|must be superuser/)
    expect(outcome(await box.read('/agent/nothing'))).toBe('not_found')
    expect(await box.text('touch /agent/x 2>&1')).toContain('Read-only')
    expect(outcome(await box.write('/agent/x', 'x'))).toBe('outside')
  })
})

/** For so long (ms) at least, and so often, the tools run against the swaps. */
const RACE_MS = 30_000
const RACE_TRIES = 1_000

describe('a race in the box (CVE-2026-44112, CVE-2026-44113)', () => {
  it('lets no tool through a name that is swapped for a link while it runs', async () => {
    await box.bash('mkdir -p race/real')
    const flipper = box.begin(
      "mkdir -p race/outside; echo outside > race/outside/f; echo real > race/real/f; ln -s outside race/link; python3 -c \"import ctypes, time\nl = ctypes.CDLL(None)\nopen('race/flips', 'w').close()\nwhile True: l.renameat2(-100, b'race/real', -100, b'race/link', 2)\"",
      { timeoutMs: 600_000 },
    )
    while (outcome(await box.read('race/flips')) !== 'read');
    const seen = new Set<string>()
    const begun = performance.now()
    for (let tries = 0; tries < RACE_TRIES || performance.now() - begun < RACE_MS; tries++) {
      const answer = await box.read('race/real/f')
      seen.add(`${outcome(answer)} ${answer.body.toString()}`)
      await box.write('race/real/f', 'real\n')
      await box.edit('race/real/f', 'real', 'real')
    }
    box.send({ op: 'abort', id: flipper.id })
    await flipper.ran
    expect([...seen].filter((one) => !one.startsWith('busy')).toSorted()).toEqual(['outside ', 'read real\n'])
    expect(await content('race/outside/f')).toBe('outside\n')
  }, 600_000)
})

describe('read', () => {
  beforeAll(() => writeFile(here('pages'), Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 256))))

  it('gives the page that was asked for, and the size of the whole', async () => {
    const { answer, body } = await box.read('pages', 250, 10)
    expect(answer).toMatchObject({ kind: 'read', size: 1000 })
    expect([...body]).toEqual([250, 251, 252, 253, 254, 255, 0, 1, 2, 3])
    expect((await box.read('pages', 995, 100)).body).toHaveLength(5)
    expect((await box.read('pages', 1000)).body).toHaveLength(0)
    expect((await box.read('pages', Number.MAX_SAFE_INTEGER)).body).toHaveLength(0)
  })

  it('reads in the workspace, in /tmp and in /agent, by absolute paths too', async () => {
    expect((await box.read('/workspace/sub/below')).body.toString()).toBe('below\n')
    expect((await box.read('/tmp/secret')).body.toString()).toBe('secret\n')
  })

  it('says that there is no permission where there is none', async () => {
    await box.bash('echo x > closed; chmod 0 closed; mkdir shut; echo x > shut/x; chmod 0 shut')
    expect(outcome(await box.read('closed'))).toBe('denied')
    expect(outcome(await box.read('shut/x'))).toBe('denied')
    await box.bash('chmod 700 shut')
  })
})

describe('write', () => {
  it('makes the folders on the way, with the usual permissions', async () => {
    const { answer } = await box.write('new/deep/er', 'text')
    expect(answer).toMatchObject({ kind: 'written', size: 4, created: true })
    expect(await content('new/deep/er')).toBe('text')
    expect((await stat(here('new/deep/er'))).mode & 0o777).toBe(0o644)
    expect((await stat(here('new/deep'))).mode & 0o777).toBe(0o755)
  })

  it('replaces a file and keeps its permissions', async () => {
    await box.bash('echo old > program; chmod 755 program')
    expect((await box.write('program', 'new')).answer).toMatchObject({ size: 3, created: false })
    expect([await content('program'), (await stat(here('program'))).mode & 0o777]).toEqual(['new', 0o755])
  })

  it('refuses a file that may not be written', async () => {
    await box.bash('echo old > fixed; chmod 444 fixed')
    expect(outcome(await box.write('fixed', 'new'))).toBe('denied')
    expect(await content('fixed')).toBe('old\n')
  })

  it('takes an empty file, and every byte as it is', async () => {
    expect((await box.write('empty', '')).answer).toMatchObject({ size: 0, created: true })
    const bytes = Buffer.from([0, 255, 10, 13, 27])
    await box.write('bytes', bytes)
    expect(await readFile(here('bytes'))).toEqual(bytes)
  })

  it('takes a large file in pieces, each with its answer, and shows it whole or not at all', async () => {
    const pieces = [0, 1, 2].map((at) => Buffer.alloc(MAX_BODY_BYTES, at))
    const { id, answer: first } = box.expect()
    box.send({ op: 'write', id, path: 'large/file', offset: 0, more: true }, pieces[0])
    expect((await first).answer).toMatchObject({ kind: 'written', size: MAX_BODY_BYTES })
    const second = box.expect(id).answer
    box.send({ op: 'write', id, path: 'large/file', offset: MAX_BODY_BYTES, more: true }, pieces[1])
    expect((await second).answer).toMatchObject({ kind: 'written', size: 2 * MAX_BODY_BYTES })
    expect(outcome(await box.read('large/file'))).toBe('not_found')
    const names = await readdir(here('large'))
    expect(names).toEqual([expect.stringMatching(/^\.clawdbot-/)])
    const last = box.expect(id).answer
    box.send({ op: 'write', id, path: 'large/file', offset: 2 * MAX_BODY_BYTES, more: false }, pieces[2])
    expect((await last).answer).toMatchObject({ kind: 'written', size: 3 * MAX_BODY_BYTES, created: true })
    expect((await readFile(here('large/file'))).equals(Buffer.concat(pieces))).toBe(true)
    expect(await readdir(here('large'))).toEqual(['file'])
  })

  it('that is refused at its beginning says so once, and leaves nothing', async () => {
    const before = await readdir(box.workspace)
    const refused = box.ask({ op: 'write', path: '../x', offset: 0, more: true }, Buffer.from('x'))
    expect(outcome(await refused)).toBe('outside')
    expect(await readdir(box.workspace)).toEqual(before)
  })

  it('that is too large for the box leaves the old file as it was', async () => {
    const small = await startTestBox({ docker: { ulimits: { fsize: { soft: 1000, hard: 1000 } } } })
    try {
      await small.write('file', 'old')
      expect(outcome(await small.write('file', 'x'.repeat(2000)))).toBe('too_large')
      expect(outcome(await small.edit('file', 'old', 'x'.repeat(2000)))).toBe('too_large')
      expect(await readdir(small.workspace)).toEqual(['file'])
      expect(await readFile(join(small.workspace, 'file'), 'utf8')).toBe('old')
    } finally {
      await small.remove()
    }
  })

  it('is denied where the workspace is read-only', async () => {
    const fixed = await startTestBox({ workspaceAccess: 'rw', readOnly: true })
    try {
      expect(outcome(await fixed.write('file', 'x'))).toBe('denied')
      expect(outcome(await fixed.write('new/file', 'x'))).toBe('denied')
      expect(await fixed.text('touch x 2>&1')).toContain('Read-only file system')
    } finally {
      await fixed.remove()
    }
  })
})

const prepare = (text: string): Promise<Answer> => box.write('edited', text)

describe('edit', () => {
  it('replaces exactly one place, and says in which line', async () => {
    await prepare('one\ntwo\nthree\n')
    expect((await box.edit('edited', 'two\n', 'zwei\n')).answer).toMatchObject({
      kind: 'edited',
      size: 15,
      line: 2,
    })
    expect(await content('edited')).toBe('one\nzwei\nthree\n')
  })

  it('replaces by nothing, and many lines by one', async () => {
    await prepare('a\nb\nc\n')
    await box.edit('edited', 'a\nb\n', '')
    expect(await content('edited')).toBe('c\n')
  })

  it('does nothing where there is no match, or more than one, overlapping ones included', async () => {
    await prepare('aaa')
    expect(outcome(await box.edit('edited', 'b', 'x'))).toBe('no_match')
    expect(outcome(await box.edit('edited', 'aa', 'x'))).toBe('many_matches')
    expect(await content('edited')).toBe('aaa')
  })

  it('works on bytes: NUL, CRLF, umlauts of either form', async () => {
    await prepare('\0ä\r\na\u0308')
    expect(outcome(await box.edit('edited', 'a\u0308', 'x'))).toBe('edited')
    expect(await content('edited')).toBe('\0ä\r\nx')
  })

  it('takes 8 MiB, and no more', async () => {
    await box.bash('head -c 8388607 /dev/zero > eight; echo -n x >> eight')
    expect((await box.edit('eight', 'x', 'y')).answer).toMatchObject({
      kind: 'edited',
      size: 8 * 2 ** 20,
      line: 1,
    })
    await box.bash('echo >> eight')
    expect(outcome(await box.edit('eight', 'y', 'x'))).toBe('too_large')
  })

  it('leaves nothing beside the file', async () => {
    expect((await readdir(box.workspace)).filter((name) => name.startsWith('.clawdbot'))).toEqual([])
  })
})

describe('benign paths (vectors B)', () => {
  it.each([
    ['B01', 'plain.txt'],
    ['B02', 'a/b/c/d/e'],
    ['B03', './here'],
    ['B04', 'a//b/./f'],
    ['B05', 'Case'],
    ['B06', 'case'],
    ['B07', 'caf\u00e9'],
    ['B08', 'cafe\u0301'],
    ['B09', '..foo'],
    ['B10', 'with space and “quotes”'],
  ])('%s: %s is written, read and edited', async (name, path) => {
    expect((await box.write(`benign/${path}`, name)).answer).toMatchObject({ kind: 'written', created: true })
    expect((await box.edit(`benign/${path}`, name, `${name}!`)).answer.kind).toBe('edited')
    expect((await box.read(`benign/${path}`)).body.toString()).toBe(`${name}!`)
  })
})
