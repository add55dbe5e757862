import { refusalOfErrno } from './refusal.ts'

/** The same number on x64 and arm64. */
const SYS_OPENAT2 = 437n
const MACHINES = new Set(['x64', 'arm64'])
const AT_MOST_TRIES = 8

/** Of <fcntl.h>; Node does not name it. It opens a place in the tree and not what is there. */
export const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000

/** Of <linux/openat2.h>. With O_NOFOLLOW besides, a link at the end would be opened itself instead of refused. */
const RESOLVE_NO_XDEV = 0x01n
const RESOLVE_NO_MAGICLINKS = 0x02n
const RESOLVE_NO_SYMLINKS = 0x04n
const RESOLVE_BENEATH = 0x08n

const EAGAIN = 11
const EINTR = 4
const PR_SET_CHILD_SUBREAPER = 36
const WNOHANG = 1

/** What Linux offers and Node has no name for. Present only where it works. */
export interface SystemCalls {
  /**
   * The place `path` in the open folder, as a descriptor that can be looked at and not read; never through a symbolic link,
   * never out of the folder or its file system. Throws a Refusal. See openat2(2).
   */
  readonly placeBeneath: (folder: number, path: string) => number
  /** What loses its parent among our descendants becomes our child, whatever session it has. See prctl(2). */
  readonly becomeSubreaper: () => void
  /**
   * A pipe. Node's own are sockets, which a command can not open again by name: `echo … > /dev/stderr` would fail.
   */
  readonly pipe: () => { readonly read: number; readonly write: number }
  /** Takes a dead child out of the process table. Only for one that Node did not start. */
  readonly reap: (pid: number) => void
}

/** Undefined where this machine, kernel or Node can not do it. */
export const loadSystemCalls = (): SystemCalls | undefined => {
  if (process.platform !== 'linux' || !MACHINES.has(process.arch)) return undefined
  try {
    const calls = bind()
    calls.probe()
    return calls
  } catch {
    // No foreign functions in this Node, or no openat2 in this kernel (before 5.6) or let through by its seccomp filter:
    // the caller has another way, which it has to have for other machines as well.
    return undefined
  }
}

/** The macro `errno` of <errno.h>, of both C libraries that Linux has in daily use. */
const ERRNO = '__errno_location'

const bind = (): SystemCalls & { readonly probe: () => void } => {
  // By name at run time, because a Node that was started without the flag has no such module to link.
  const ffi = process.getBuiltinModule('node:ffi')
  const { functions: libc } = ffi.dlopen(null, {
    syscall: { arguments: ['int64', 'int64', 'buffer', 'buffer', 'int64', 'int64'], return: 'int64' },
    [ERRNO]: { arguments: [], return: 'pointer' },
    prctl: { arguments: ['int32', 'uint64', 'uint64', 'uint64', 'uint64'], return: 'int32' },
    pipe2: { arguments: ['buffer', 'int32'], return: 'int32' },
    waitpid: { arguments: ['int32', 'pointer', 'int32'], return: 'int32' },
  })
  const errno = (): number => ffi.getInt32(libc[ERRNO]())
  const how = openHow(O_PATH | O_CLOEXEC)
  const open = (folder: number, path: string): number => {
    const name = Buffer.from(`${path}\0`)
    for (let tries = 1; ; tries += 1) {
      const result = Number(libc.syscall(SYS_OPENAT2, BigInt(folder), name, how, BigInt(how.byteLength), 0n))
      if (result >= 0) return result
      const why = errno()
      if ((why !== EAGAIN && why !== EINTR) || tries === AT_MOST_TRIES) throw refusalOfErrno(why, path)
    }
  }
  return {
    placeBeneath: open,
    becomeSubreaper: () => {
      libc.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n)
    },
    pipe: () => {
      const ends = Buffer.alloc(8)
      if (libc.pipe2(ends, O_CLOEXEC) !== 0) throw refusalOfErrno(errno(), 'a pipe')
      return { read: ends.readInt32LE(0), write: ends.readInt32LE(4) }
    },
    reap: (pid) => {
      libc.waitpid(pid, null, WNOHANG)
    },
    probe: () => {
      // Any answer but “no such call” will do; this one is wrong for every other reason.
      const nowhere = Number(
        libc.syscall(SYS_OPENAT2, -1n, Buffer.from('\0'), how, BigInt(how.byteLength), 0n),
      )
      if (nowhere >= 0 || errno() !== ENOENT) throw new Error('there is no openat2 here')
    },
  }
}
const ENOENT = 2

/** `struct open_how`: flags, mode, resolve; 8 bytes each in the machine's order, which is little on both. */
const openHow = (flags: number): Buffer => {
  const how = Buffer.alloc(24)
  how.writeBigUInt64LE(BigInt(flags), 0)
  how.writeBigUInt64LE(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV, 16)
  return how
}
