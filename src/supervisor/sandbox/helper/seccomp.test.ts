import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SECCOMP } from './testing/test-box.ts'

const rule = z.strictObject({
  comment: z.string().optional(),
  names: z.array(z.string()),
  action: z.enum(['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO']),
  errnoRet: z.number().optional(),
  args: z
    .array(
      z.strictObject({
        index: z.number(),
        value: z.number(),
        valueTwo: z.number(),
        op: z.enum(['SCMP_CMP_EQ', 'SCMP_CMP_MASKED_EQ']),
      }),
    )
    .optional(),
  includes: z.strictObject({ arches: z.array(z.string()) }).optional(),
})

const profile = z
  .strictObject({
    defaultAction: z.literal('SCMP_ACT_ERRNO'),
    defaultErrnoRet: z.literal(1),
    archMap: z.array(z.strictObject({ architecture: z.string(), subArchitectures: z.array(z.string()) })),
    syscalls: z.array(rule),
  })
  .parse(JSON.parse(SECCOMP))

const allowed = profile.syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW')
const always = allowed.filter(({ args }) => args === undefined).flatMap(({ names }) => names)
const underCondition = allowed.filter(({ args }) => args !== undefined).flatMap(({ names }) => names)

describe('the seccomp profile', () => {
  it('refuses what it does not name, and names nothing twice', () => {
    expect(new Set(always).size).toBe(always.length)
    expect(underCondition.filter((name) => always.includes(name))).toEqual([])
  })

  it('is for native calls of two architectures alone: no 32-bit ones, which socketcall and ipc belong to', () => {
    expect(profile.archMap).toEqual([
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
    ])
    expect(always.filter((name) => /^(socketcall|ipc|.*(_time64|32|stat64))$/.test(name))).toEqual([])
  })

  it('looks at the arguments of those that can do more than they should', () => {
    expect([...new Set(underCondition)].toSorted((a, b) => a.localeCompare(b))).toEqual([
      'chmod',
      'clone',
      'creat',
      'fchmod',
      'fchmodat',
      'fchmodat2',
      'ioctl',
      'ioprio_set',
      'mknod',
      'mknodat',
      'open',
      'openat',
      'personality',
      'prlimit64',
      'sched_setaffinity',
      'sched_setattr',
      'sched_setparam',
      'sched_setscheduler',
      'setpriority',
      'socket',
      'socketpair',
    ])
  })

  it('says of some that there is no such call, so that programs do it in another way', () => {
    const told = profile.syscalls.filter(({ action }) => action === 'SCMP_ACT_ERRNO')
    const byCall = told.flatMap(({ names, errnoRet }) => names.map((name) => [name, errnoRet] as const))
    expect(new Map(byCall)).toEqual(
      new Map([
        ['clone3', 38],
        ['fallocate', 95],
        ['inotify_init', 38],
        ['inotify_init1', 38],
        ['openat2', 38],
      ]),
    )
  })

  it('never compares twice what is in one place, which an engine would take for “or”', () => {
    for (const { args = [] } of profile.syscalls)
      expect(new Set(args.map(({ index }) => index)).size).toBe(args.length)
  })

  it('has nothing of what reaches other processes, the kernel or its clocks, keys, mounts and handles', () => {
    const reach =
      /ptrace|process_|bpf|key|io_uring|io_setup|userfaultfd|perf_|handle|mount|^fs(open|config|pick)|open_tree|unshare|setns|kexec|module|reboot|swap|memfd_secret|fanotify|quota|^syslog|acct|dcookie|adjtime|clock_set|settimeofday|vhangup|ioperm|iopl|ldt|kcmp|getfd|chroot|pivot|hostname|domainname|mempolicy|mbind|_pages/
    const pkeys = new Set(['pkey_alloc', 'pkey_free', 'pkey_mprotect'])
    expect(always.filter((name) => reach.test(name) && !pkeys.has(name))).toEqual([])
  })
})
