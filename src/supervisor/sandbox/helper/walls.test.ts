import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBox, type TestBox } from './testing/test-box.ts'

let box: TestBox
beforeAll(async () => {
  box = await startTestBox()
})
afterAll(() => box.remove())

const lives = async (): Promise<void> => {
  expect(await box.text('echo lives')).toBe('lives')
}

/** What the kernel answers to a call, by its number on each architecture: a name such as `EPERM`, `ok`, or the signal. */
const call = (x64: number, arm64: number, ...args: readonly (number | string)[]): Promise<string> =>
  python(
    `number = {'x86_64': ${x64}, 'aarch64': ${arm64}}[os.uname().machine]
result = libc.syscall(*[ctypes.c_long(one) for one in (number, ${args.join(', ') || '0'})])
print('ok' if result != -1 else errno.errorcode[ctypes.get_errno()])`,
  )

const python = async (script: string): Promise<string> => {
  const { end, text } = await box.bash('exec python3 -c "$SCRIPT"', {
    env: { SCRIPT: `import ctypes, errno, os, socket\nlibc = ctypes.CDLL(None, use_errno=True)\n${script}` },
  })
  return end.signal === null ? text.trim() : `signal ${end.signal}`
}

const socket = (family: number, type: number, protocol: number): Promise<string> =>
  call(41, 198, family, type, protocol)

describe('system calls', () => {
  it.each([
    ['bpf', 321, 280],
    ['add_key', 248, 217],
    ['request_key', 249, 218],
    ['keyctl', 250, 219],
    ['io_uring_setup', 425, 425],
    ['io_uring_enter', 426, 426],
    ['io_uring_register', 427, 427],
    ['userfaultfd', 323, 282],
    ['perf_event_open', 298, 241],
    ['ptrace', 101, 117],
    ['process_vm_readv', 310, 270],
    ['process_vm_writev', 311, 271],
    ['process_madvise', 440, 440],
    ['pidfd_getfd', 438, 438],
    ['kcmp', 312, 272],
    ['setns', 308, 268],
    ['unshare', 272, 97],
    ['mount', 165, 40],
    ['umount2', 166, 39],
    ['pivot_root', 155, 41],
    ['open_tree', 428, 428],
    ['move_mount', 429, 429],
    ['fsopen', 430, 430],
    ['fsconfig', 431, 431],
    ['fsmount', 432, 432],
    ['fspick', 433, 433],
    ['mount_setattr', 442, 442],
    ['chroot', 161, 51],
    ['name_to_handle_at', 303, 264],
    ['open_by_handle_at', 304, 265],
    ['kexec_load', 246, 104],
    ['kexec_file_load', 320, 294],
    ['init_module', 175, 105],
    ['finit_module', 313, 273],
    ['delete_module', 176, 106],
    ['reboot', 169, 142],
    ['swapon', 167, 224],
    ['swapoff', 168, 225],
    ['memfd_secret', 447, 447],
    ['fanotify_init', 300, 262],
    ['fanotify_mark', 301, 263],
    ['quotactl', 179, 60],
    ['syslog', 103, 116],
    ['acct', 163, 89],
    ['adjtimex', 159, 171],
    ['clock_adjtime', 305, 266],
    ['clock_settime', 227, 112],
    ['settimeofday', 164, 170],
    ['sethostname', 170, 161],
    ['vhangup', 153, 58],
    ['io_setup', 206, 0],
    ['vmsplice', 278, 75],
    ['move_pages', 279, 239],
    ['mbind', 237, 235],
  ])('%s is refused', async (_, x64, arm64) => {
    expect(await call(x64, arm64)).toBe('EPERM')
  })

  it('those of one architecture are refused: ioperm, iopl, modify_ldt, lookup_dcookie', async () => {
    for (const number of [173, 172, 154, 212]) expect(await call(number, 104)).toBe('EPERM')
  })

  it('a process has no way into a new namespace: neither clone nor clone3 nor its flags one by one', async () => {
    const child = 17
    for (const bit of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000])
      expect(await call(56, 220, bit + child, 0, 0, 0, 0)).toBe('EPERM')
    expect(await call(435, 435)).toBe('ENOSYS')
    expect(await box.text('unshare -Ur id 2>&1')).toContain('Operation not permitted')
  })

  it('AF_ALG is refused (CVE-2026-31431)', async () => {
    expect(await socket(38, 5, 0)).toBe('EPERM')
    expect(await python('socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)')).toContain('PermissionError')
  })

  it.each([
    ['AF_VSOCK', 40, 1, 0],
    ['AF_PACKET', 17, 3, 0],
    ['AF_BLUETOOTH', 31, 3, 0],
    ['AF_KEY', 15, 3, 2],
    ['AF_RDS', 21, 5, 0],
    ['AF_TIPC', 30, 5, 0],
    ['AF_CAN', 29, 3, 1],
    ['AF_KCM', 41, 5, 0],
    ['AF_SMC', 43, 1, 0],
    ['AF_XDP', 44, 3, 0],
    ['AF_UNIX with bits that the kernel cuts off', 2 ** 32 + 38, 5, 0],
    ['NETLINK_NETFILTER', 16, 3, 12],
    ['NETLINK_XFRM', 16, 3, 6],
    ['NETLINK_KOBJECT_UEVENT', 16, 3, 15],
    ['a raw socket', 2, 3, 1],
    ['SCTP', 2, 1, 132],
    ['SCTP by type', 2, 5, 0],
    ['DCCP by type', 10, 6, 0],
    ['MPTCP', 10, 1, 262],
    ['L2TP', 2, 2, 115],
  ])('%s is refused', async (_, family, type, protocol) => {
    expect(await socket(family, type, protocol)).toBe('EPERM')
  })

  it('what programs need is there: TCP, UDP, local sockets, the list of interfaces', async () => {
    for (const [family, type, protocol] of [
      [1, 1, 0],
      [1, 2, 0],
      [1, 5, 0],
      [2, 1, 0],
      [2, 1 + 0o2004000, 6],
      [2, 2, 17],
      [16, 3, 0],
    ] as const)
      expect(await socket(family, type, protocol)).toBe('ok')
    expect(['ok', 'EAFNOSUPPORT']).toContain(await socket(10, 1, 0))
  })

  it('nothing can be typed into a terminal: TIOCSTI, TIOCLINUX, also with bits that the kernel cuts off (CVE-2019-10063)', async () => {
    for (const request of [0x5412, 0x541c])
      for (const high of [0, 1, 0xffffffff])
        expect(await call(16, 29, 0, `${high} << 32 | ${request}`, 0)).toBe('EPERM')
  })

  it('every other request to a device is let through, the neighbours of those two first', async () => {
    const allowed = [
      ...Array.from({ length: 64 }, (_, at) => 0x5400 + at),
      0,
      2,
      0xc,
      0x8912,
      0x80045430,
      0xffffffff,
    ]
    const found = await python(
      `print([one for one in ${JSON.stringify(allowed.filter((one) => one !== 0x5412 && one !== 0x541c))}
 if libc.ioctl(ctypes.c_int(os.open('/dev/null', os.O_RDONLY)), ctypes.c_ulong(one), 0) == -1 and ctypes.get_errno() == errno.EPERM])`,
    )
    expect(found).toBe('[]')
  })

  it('a process sets its own limits, and those of no other', async () => {
    expect(await call(302, 261, 1, 7, 0, 0)).toBe('EPERM')
    expect(await call(302, 261, 0, 7, 0, 0)).toBe('ok')
  })

  it('a process slows itself down, and no other', async () => {
    for (const [x64, arm64] of [
      [144, 119],
      [142, 118],
      [314, 274],
    ] as const)
      expect(await call(x64, arm64, 1, 0, 0)).toBe('EPERM')
    for (const which of [0, 1, 2]) expect(await call(141, 140, which, 1, 19)).toBe('EPERM')
    for (const which of [1, 2, 3]) expect(await call(251, 30, which, 1, 0x6000)).toBe('EPERM')
    // All of the same user.
    expect(await call(141, 140, 2, 0, 19)).toBe('EPERM')
    expect(await call(251, 30, 3, 0, 0x6000)).toBe('EPERM')
    expect(await box.text('nice -n 5 nice')).toBe('5')
  })

  it('a process binds itself to a processor, and not the helper, which would starve beside those that are busy there', async () => {
    const before = await python('print(os.sched_getaffinity(1))')
    expect(await box.text('taskset -p 1 1 2>&1; taskset 1 echo bound')).toMatch(/not permitted[^]*bound/)
    expect(await python('print(os.sched_getaffinity(1))')).toBe(before)
  })

  it('nothing is used up that the kernel counts by user, who outside may be the owner: watches, timers, queues', async () => {
    expect(await call(253, 0x40000000)).toBe('ENOSYS')
    expect(await call(294, 26, 0)).toBe('ENOSYS')
    const made = await python(`made = 0
timer = ctypes.c_void_p()
while made < 5000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0: made += 1
print(made)`)
    expect(Number(made)).toBeLessThanOrEqual(1024)
    expect(await box.text('touch /dev/mqueue/one 2>&1; ls /dev/mqueue')).toContain('Too many open files')
  })

  it('a disk is not taken in one moment, and what programs write instead takes its time', async () => {
    expect(await call(285, 47, 1, 0, 0, 4096)).toMatch(/^E(OP)?NOTSUPP?$/)
    expect(await box.text('fallocate -l 1G taken 2>&1; stat -c %s taken')).toMatch(/not supported\n0$/)
    expect(
      await python(
        "f = os.open('given', os.O_CREAT | os.O_RDWR); os.posix_fallocate(f, 0, 65536); print(os.fstat(f).st_size)",
      ),
    ).toBe('65536')
  })

  it('no program is left in the workspace that would run as its owner outside (set-user-id)', async () => {
    const makes = [
      "os.open('made', os.O_CREAT | os.O_WRONLY, 0o4755)",
      "os.open('.', os.O_TMPFILE | os.O_WRONLY, 0o4755)",
      "os.mknod('made', 0o104755)",
      "os.chmod('plain', 0o4755)",
      "os.chmod('plain', 0o4755, follow_symlinks=False)",
      "os.fchmod(os.open('plain', os.O_RDONLY), 0o4755)",
      "os.open('made', os.O_CREAT | os.O_WRONLY, 0o104755)",
    ]
    await box.bash('touch plain')
    for (const make of makes)
      expect(`${make}: ${await python(make)}`).toMatch(/PermissionError|NotImplementedError/)
    expect(await python("print(libc.creat(b'made', 0o4755), ctypes.get_errno())")).toBe('-1 1')
    expect(await call(437, 437)).toBe('ENOSYS')
    // Where none is made the permissions mean nothing, and some programs leave anything there.
    expect(
      await python(
        "print(libc.syscall({'x86_64': 257, 'aarch64': 56}[os.uname().machine], -100, b'plain', 0, 0o7777) > 0)",
      ),
    ).toBe('True')
    expect(await box.text('find . -perm /4000')).toBe('')
    expect(await box.text('chmod 2750 plain; stat -c %a plain')).toBe('2750')
  })

  it('32-bit calls end whoever makes them', async () => {
    // int 0x80 with getpid. Where the processor is another one there is nothing to call.
    const result = await python(
      `import mmap
if os.uname().machine != 'x86_64': os.kill(os.getpid(), 31)
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex('b814000000cd80c3'))
print('ok', ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())`,
    )
    expect(result).toBe('signal 31')
  })

  it('so do those of the x32 kind', async () => {
    expect(await call(0x40000000 + 39, 0x40000000 + 39)).toMatch(/^(signal 31|EPERM|ENOSYS)$/)
  })
})

describe('a process in the box', () => {
  it('has no capability and gets none, is filtered, and is not root', async () => {
    const status = await box.text('cat /proc/self/status')
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\t0{16}$`, 'm'))
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^Seccomp:\t2$/m)
    expect(await box.text('id -u')).not.toBe('0')
  })

  it('sees no network but its own', async () => {
    expect(await box.text('ls /sys/class/net')).toBe('lo')
    expect(await box.text('curl -s -m 2 http://1.1.1.1; echo $?')).toBe('7')
  })

  it('finds no engine, no device, and nothing to write but its workspace and memory', async () => {
    expect(await box.text('find / -xdev -name "docker*.sock" 2>/dev/null; find /dev -type b')).toBe('')
    expect(
      await box.text(
        'for d in / /etc /usr/bin /dev /sys /proc/sys/kernel; do touch $d/x 2>/dev/null && echo $d; done',
      ),
    ).toBe('')
    expect(await box.text('(echo b > /proc/sysrq-trigger) 2>&1')).toMatch(/Read-only|denied|No such file/)
    expect(await box.text('head -c 9 /proc/kcore 2>/dev/null | wc -c')).toBe('0')
  })

  it('runs nothing from /tmp', async () => {
    expect(await box.text('cp /bin/true /tmp/t && /tmp/t 2>&1; rm -f /tmp/t')).toContain('Permission denied')
  })

  it('stops at the limit of processes', async () => {
    const made = Number(
      await box.text(
        'python3 -c "\nimport os, signal\nn = 0\ntry:\n while n < 400:\n  if os.fork() == 0: signal.pause()\n  n += 1\nexcept BlockingIOError: pass\nprint(n, flush=True)\nos.kill(0, 9)"',
      ),
    )
    expect(made).toBeGreaterThan(200)
    expect(made).toBeLessThan(256)
    await lives()
  })

  it('that takes too much memory is killed, and the helper is not', async () => {
    const { end } = await box.bash('exec python3 -c "x = bytearray(700 * 2**20); print(len(x))"')
    expect(end).toMatchObject({ exitCode: null, signal: 9, timedOut: false })
    await box.bash('for i in 1 2 3 4; do python3 -c "x = bytearray(400 * 2**20)" & done; wait')
    await lives()
  })

  it('makes no file of more than 256 MiB, and fills no more memory disk than there is', async () => {
    const big = await box.text('head -c 300M /dev/zero > big; stat -c %s big; rm big')
    expect(big).toContain('File size limit exceeded')
    expect(big.split('\n').at(-1)).toBe(String(256 * 2 ** 20))
    expect(
      await box.text(
        'for d in /tmp /var/tmp /dev/shm; do head -c 100M /dev/zero > $d/big 2>/dev/null; stat -c %s $d/big; rm $d/big; done',
      ),
    ).toBe(
      Array(3)
        .fill(String(64 * 2 ** 20))
        .join('\n'),
    )
    expect(await box.text('ulimit -n')).toBe('768')
    await lives()
  })
})

describe('the helper, to those who share its user', () => {
  it.each([
    'root',
    'cwd',
    'exe',
    'fd/0',
    'fd/1',
    'mem',
    'environ',
    'maps',
    'task/1/mem',
    'map_files',
    'io',
    'auxv',
  ])('/proc/1/%s is closed', async (name) => {
    expect(await box.text(`cat /proc/1/${name} 2>&1; ls /proc/1/${name}/ 2>&1`)).toMatch(
      /denied|not permitted/,
    )
    expect(await box.text(`(echo forged > /proc/1/${name}) 2>&1`)).toMatch(/denied|Is a directory/)
    await lives()
  })

  it('no signal from inside does anything to it, SIGKILL and SIGSTOP included', async () => {
    await box.bash('for s in $(seq 1 64); do kill -$s 1; done 2>/dev/null')
    expect(await box.text('echo lives')).toBe('lives')
  })

  it('its memory, its limits and its streams can not be changed: no forged frame, no huge line', async () => {
    const attack = [
      "python3 -c \"open('/proc/1/mem', 'r+b')\"",
      'gdb -p 1',
      'for f in /proc/1/fd/*; do head -c 10000000 /dev/zero > $f; done',
      'for p in /proc/[0-9]*; do echo forged > $p/fd/0; done',
      'prlimit --pid 1 --nofile=0',
      'prlimit --pid 1 --cpu=1:1',
      'renice 19 -p 1; chrt -i -p 0 1',
      'echo 1000 > /proc/1/oom_score_adj',
      'ls /proc/self/fd | grep -v "^[0-3]$"',
    ]
    for (const one of attack) await box.bash(`(${one}) >/dev/null 2>&1`, { timeoutMs: 10_000 })
    await lives()
    expect(
      await box.text(
        'until [ $(cat /proc/1/oom_score_adj) = 500 ]; do :; done; cut -d" " -f 19,41 /proc/1/stat',
      ),
    ).toBe('0 0')
    expect(await box.text('grep "open files" /proc/1/limits')).toContain('768')
  })

  it('a command has no descriptor of it', async () => {
    expect(
      await box.text(
        'for f in /proc/self/fd/*; do readlink $f; done | grep -v "^pipe\\|^/dev/null\\|^/proc"',
      ),
    ).toBe('')
    expect(await box.text('ls /proc/self/fd | wc -l')).toBe('4')
  })

  it('where memory runs out it goes last', async () => {
    expect(await box.text('cat /proc/self/oom_score_adj')).toBe('1000')
  })
})
