"""The hands inside a sandbox: the container's first process, serving bash, read, write and edit over its stdin and stdout.

The protocol is src/shared/contracts/helper.ts. Whoever runs commands here has the same user as this process and may try to
become it, so the gateway trusts nothing that it says. What this process promises all the same, to honest commands:

- It ends when its stdin ends, and everything in the container with it (the kernel sees to that, because it is process 1).
- A timeout or an abort ends a command and all that it started, whatever that did to get away; where this does not succeed
  within two seconds, the container ends instead. Neither needs a new process, so a full process table can not prevent it.
- Its memory is bounded, whatever commands write and however slowly the gateway reads.
- A file tool touches only what is in the workspace by the kernel's own word: no symbolic link is followed anywhere.

One thread, one loop, nothing but Python's own modules (3.9 or later).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import re
import select
import signal
import stat
import struct
import termios
import time
from collections import deque

VERSION = 1
WORKSPACE = "/workspace"
# Besides the workspace, where the file tools may read.
READABLE = ("/agent", "/tmp")

# Of the contract. Bytes, but for COMMAND and PATH, which are characters, and TIMEOUT, which is milliseconds.
MAX_FRAME = 1024 * 1024 + 64 * 1024
MAX_HEADER = 64 * 1024
MAX_BODY = 1024 * 1024
MAX_COMMAND = 32 * 1024
MAX_PATH = 4096
MAX_KEEP = 256 * 1024
MAX_TIMEOUT = 600_000
MAX_WHY = 240

# Bytes: an edit holds the whole file twice.
MAX_EDIT = 8 * 1024 * 1024
MAX_COMMANDS = 64
# Files that are being written in pieces.
MAX_WRITES = 16
# Bytes that wait for the gateway. Above the first nothing more is read, neither from it nor from commands, until the second.
OUTBOX_HIGH = 1024 * 1024
OUTBOX_LOW = 256 * 1024
PIECE = 64 * 1024
# How many pieces the end of an output is kept in at most: beyond that the two streams are no longer told apart.
MAX_PIECES = 512

# Seconds. What a shell leaves behind may hold its output open for ever: for so long it may still say something.
LINGER = 0.05
KILL_WITHIN = 2.0
KILL_AGAIN = 0.002
SETUP_WITHIN = 300.0
SETUP_SAYS = 2048

HOME_ENV = {"HOME": WORKSPACE, "TERM": "dumb"}
DEFAULT_ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

# What the contract lets a request have, and nothing else.
SHAPES = {
    "bash": {"op", "id", "command", "cwd", "env", "timeoutMs", "keepBytes"},
    "abort": {"op", "id"},
    "read": {"op", "id", "path", "offset", "limit"},
    "write": {"op", "id", "path", "offset", "more"},
    "edit": {"op", "id", "path", "oldBytes"},
}

OPEN_PLACE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
OPEN_FOLDER = OPEN_PLACE | os.O_DIRECTORY
OPEN_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
OPEN_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Violation(Exception):
    """The gateway said what it never says: its stream can not be followed any more."""


class Refusal(Exception):
    """A request that is not done: a fault of the contract, and why, in a sentence for the model."""

    def __init__(self, fault: str, why: str) -> None:
        super().__init__(why)
        self.fault = fault
        self.why = why


FAULTS = {
    errno.ENOENT: ("not_found", "there is no such file"),
    errno.ENOTDIR: ("not_found", "a part of the path is not a folder"),
    errno.ELOOP: ("outside", "a part of the path is a symbolic link, which file tools do not follow"),
    errno.EISDIR: ("is_a_folder", "it is a folder"),
    errno.ENAMETOOLONG: ("bad_request", "a name in the path is too long"),
    errno.ENOSPC: ("no_space", "the disk is full"),
    errno.EDQUOT: ("no_space", "the disk quota is used up"),
    errno.EFBIG: ("too_large", "the sandbox does not allow a file of that size"),
    errno.EACCES: ("denied", "the system does not permit it"),
    errno.EPERM: ("denied", "the system does not permit it"),
    errno.EROFS: ("denied", "it is read-only here"),
    # O_NONBLOCK and somebody's lease on the file, which else would hold everything up until it is given back.
    errno.EAGAIN: ("busy", "another program holds the file"),
    errno.EBUSY: ("busy", "another program holds the file"),
    errno.ETXTBSY: ("busy", "the file is a program that runs"),
}


def refusal_of(error: OSError) -> Refusal:
    fault, why = FAULTS.get(error.errno or 0, ("failed", os.strerror(error.errno or errno.EIO)))
    return Refusal(fault, why)


def frame_of(header: dict[str, object], body: bytes = b"") -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    return struct.pack(">II", len(text) + len(body), len(text)) + text + body


class Inbox:
    """Turns what arrives into requests. Holds one unfinished frame at most."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def take(self, piece: bytes) -> list[tuple[dict[str, object], bytes]]:
        self.bytes += piece
        frames: list[tuple[dict[str, object], bytes]] = []
        at = 0
        while len(self.bytes) - at >= 8:
            length, header_length = struct.unpack_from(">II", self.bytes, at)
            if length > MAX_FRAME or header_length > MAX_HEADER or not 0 < header_length <= length:
                raise Violation("a frame of an impossible length")
            if len(self.bytes) - at - 8 < length:
                break
            body_at = at + 8 + header_length
            end = at + 8 + length
            frames.append((request_of(bytes(self.bytes[at + 8 : body_at])), bytes(self.bytes[body_at:end])))
            at = end
        del self.bytes[:at]
        return frames


def request_of(text: bytes) -> dict[str, object]:
    try:
        parsed: object = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Violation("a header that is not JSON in UTF-8") from None
    request: dict[str, object] = parsed if isinstance(parsed, dict) else {}
    op = request.get("op")
    shape = SHAPES.get(op) if isinstance(op, str) else None
    if shape is None or request.keys() != shape:
        raise Violation("a header that is no request")
    for key, value in request.items():
        if not is_fit(key, value):
            raise Violation(f"a request whose {key} is not what it has to be")
    return request


def is_whole(value: object, least: int, most: int) -> bool:
    # A bool is an int to Python, and not to the contract.
    return type(value) is int and least <= value <= most


def is_fit(key: str, value: object) -> bool:
    if key == "id":
        return is_whole(value, 1, 2**31)
    if key == "offset":
        return is_whole(value, 0, 2**53 - 1)
    if key in ("limit", "oldBytes"):
        return is_whole(value, 1, MAX_BODY)
    if key == "timeoutMs":
        return is_whole(value, 1, MAX_TIMEOUT)
    if key == "keepBytes":
        return is_whole(value, 2, MAX_KEEP)
    if key == "more":
        return type(value) is bool
    if key == "env":
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if key == "cwd":
        return isinstance(value, str) and len(value) <= MAX_PATH
    most = {"op": 8, "command": MAX_COMMAND, "path": MAX_PATH}[key]
    return isinstance(value, str) and 0 < len(value) <= most


def encoded(text: str, what: str) -> bytes:
    if "\0" in text:
        raise Refusal("bad_request", f"{what} has a NUL in it")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Refusal("bad_request", f"{what} is not Unicode") from None


class Outbox:
    """What the gateway has not taken yet, on a descriptor that never blocks."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.waiting: deque[memoryview] = deque()
        self.size = 0

    def say(self, header: dict[str, object], body: bytes = b"") -> None:
        frame = frame_of(header, body)
        self.waiting.append(memoryview(frame))
        self.size += len(frame)

    def send(self) -> None:
        while self.waiting:
            piece = self.waiting[0]
            try:
                sent = os.write(self.descriptor, piece[:PIECE])
            except BlockingIOError:
                return
            self.size -= sent
            if sent == len(piece):
                self.waiting.popleft()
            else:
                self.waiting[0] = piece[sent:]


class Output:
    """The beginning of an output goes out at once, its end is kept, and what is between is counted."""

    def __init__(self, keep: int) -> None:
        self.head_left = keep // 2
        self.tail_room = keep - self.head_left
        self.tail: deque[tuple[str, bytearray]] = deque()
        self.tail_size = 0
        self.dropped = 0

    def take(self, stream: str, piece: bytes) -> bytes:
        """Gives what is to be sent now."""
        head = piece[: self.head_left]
        self.head_left -= len(head)
        rest = piece[len(head) :]
        if rest:
            self.keep(stream, rest)
        return head

    def keep(self, stream: str, piece: bytes) -> None:
        if self.tail and (self.tail[-1][0] == stream or len(self.tail) >= MAX_PIECES):
            self.tail[-1][1].extend(piece)
        else:
            self.tail.append((stream, bytearray(piece)))
        self.tail_size += len(piece)
        excess = self.tail_size - self.tail_room
        while excess > 0:
            oldest = self.tail[0][1]
            cut = min(excess, len(oldest))
            if cut == len(oldest):
                self.tail.popleft()
            else:
                del oldest[:cut]
            self.tail_size -= cut
            self.dropped += cut
            excess -= cut


class Process:
    """One line of /proc. `started` in ticks since the machine's boot: nobody but the kernel sets it."""

    __slots__ = ("lives", "parent", "pid", "session", "started", "tag")

    def __init__(self, pid: int, parent: int, session: int, started: int, lives: bool, tag: int) -> None:
        self.pid = pid
        self.parent = parent
        self.session = session
        self.started = started
        self.lives = lives
        self.tag = tag


# Every command has a number, and what it starts inherits it as two hard limits that Linux has no other use for (of resident
# set and file locks): the number added to the one and taken from the other. A hard limit can be lowered and never be
# raised, so nobody can take another command's number: that would raise one of the two. Unlike its parent, its session or
# its environment it can not be shed, either: what lowered its limits is known to have done so. 0 stands for no number.
TAG_BASE = 2**40


def tagging(tag: int) -> str:
    return f"ulimit -m {TAG_BASE - tag} -x {TAG_BASE + tag} 2>/dev/null;"


def hard_limits(process: str) -> tuple[int, int]:
    """Of resident set and file locks; -1 for none. What can not be read is 0."""
    found = {}
    for line in slurp(f"/proc/{process}/limits").split(b"\n"):
        for name in (b"Max resident set", b"Max file locks"):
            if line.startswith(name):
                value = line[len(name) :].split()[1]
                found[name] = -1 if value == b"unlimited" else int(value)
    return found.get(b"Max resident set", 0), found.get(b"Max file locks", 0)


def tag_of(process: str) -> int:
    resident, locks = hard_limits(process)
    tag = locks - TAG_BASE
    return tag if tag > 0 and resident == (TAG_BASE - tag) * 1024 else 0


def slurp(path: str) -> bytes:
    """The first 4 KiB; nothing where the process has gone. Any other error ends the box: who can not be seen can not be killed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, ProcessLookupError):
        return b""
    try:
        return os.read(descriptor, 4096)
    except ProcessLookupError:
        return b""
    finally:
        os.close(descriptor)


def stat_of(pid: int) -> list[bytes]:
    """From the third field on. The second, a name in brackets, may hold anything, brackets included."""
    return slurp(f"/proc/{pid}/stat").rpartition(b")")[2].split()


def look_at(pid: int) -> Process | None:
    fields = stat_of(pid)
    if len(fields) < 20:
        return None
    # A process whose first thread has ended looks like a dead one, and its other threads run on.
    lives = fields[0] not in (b"Z", b"X", b"x") or int(fields[17]) > 1
    return Process(pid, int(fields[1]), int(fields[3]), int(fields[19]), lives, tag_of(str(pid)) if lives else 0)


def all_processes() -> dict[int, Process]:
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    seen = (look_at(pid) for pid in pids if pid != 1)
    return {process.pid: process for process in seen if process is not None}


def send_signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # It was faster.


class Command:
    def __init__(self, identifier: int, shell: int, tag: int, keep: int, timeout: float, pipes: dict[int, str]) -> None:
        self.id = identifier
        # The process, the group and the session that it leads: one number.
        self.shell = shell
        self.tag = tag
        self.output = Output(keep)
        self.pipes = pipes
        self.began = time.monotonic()
        self.deadline = self.began + timeout
        # Of nothing that can be read: 0, so that every orphan counts as its own.
        fields = stat_of(shell)
        self.started = int(fields[19]) if len(fields) > 19 else 0
        # As waitpid tells it; None while the shell lives.
        self.status: int | None = None
        self.kill_from: float | None = None
        self.stopped: set[tuple[int, int]] = set()
        self.timed_out = False
        self.aborted = False

    def end(self) -> dict[str, object]:
        status = self.status or 0
        signaled = os.WIFSIGNALED(status)
        return {
            "kind": "end",
            "id": self.id,
            "exitCode": None if signaled else os.WEXITSTATUS(status),
            "signal": os.WTERMSIG(status) if signaled else None,
            "timedOut": self.timed_out,
            "aborted": self.aborted,
            "durationMs": round((time.monotonic() - self.began) * 1000),
            "dropped": self.output.dropped,
        }


def victims_of(command: Command, running: list[Command]) -> list[Process]:
    """All that has to die with a command: what it started, and what only that can be."""
    processes = all_processes()
    others = {one.shell for one in running if one is not command}

    def is_victim(process: Process) -> bool:
        # Up from parent to parent: no process chooses whose child it is.
        link: Process | None = process
        for _ in processes:
            if link is None:
                break
            # A session can be left, but never joined.
            if link.session == command.shell or link.session in others:
                return link.session == command.shell
            if link.tag != 0:
                return link.tag == command.tag
            link = processes.get(link.parent)
        # An orphan that has shed its number. Only its age still speaks for it.
        return process.started >= command.started

    return [process for process in processes.values() if process.lives and is_victim(process)]


class Spawner:
    """Starts shells. By posix_spawn, which never copies this process: cheap, and nothing of it is ever in a child."""

    def __init__(self) -> None:
        self.null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        self.can_tag = all(limit == -1 or limit > 2 * TAG_BASE * 1024 for limit in hard_limits("self"))
        self.last_tag = 0
        base = {name: value for name, value in os.environ.items() if not name.startswith("CLAWDBOT_")}
        self.env = {**DEFAULT_ENV, **base, **HOME_ENV}
        # Opened before the process hides itself from the others: from then on its own entries are closed to itself as well.
        try:
            self.oom = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
            self.own_oom = os.read(self.oom, 16).strip()
        except OSError:
            self.oom = -1

    def start(self, identifier: int, command: str, cwd: str, env: dict[str, str], timeout: float, keep: int) -> Command:
        """Errors: Refusal, where nothing was started."""
        for name in env:
            if ENV_NAME.match(name) is None:
                raise Refusal("bad_request", "the name of an environment variable is not one")
        full_env = {
            encoded(name, "a name"): encoded(value, "an environment variable")
            for name, value in {**self.env, **env}.items()
        }
        self.last_tag += 1
        tag = self.last_tag if self.can_tag else 0
        # On the same line, so that bash counts the lines of the command as its author does.
        script = (tagging(tag).encode() if tag else b"") + encoded(command, "the command")
        folder = encoded(cwd, "the working directory")
        pipes: dict[int, str] = {}
        ends: list[int] = []
        try:
            for stream in ("stdout", "stderr"):
                mine, theirs = os.pipe2(os.O_CLOEXEC)
                ends.append(theirs)
                pipes[mine] = stream
                os.set_blocking(mine, False)
            shell = self.spawn(script, folder, full_env, ends)
        except OSError as error:
            for descriptor in pipes:
                os.close(descriptor)
            raise refusal_to_start(error) from None
        except Refusal:
            for descriptor in pipes:
                os.close(descriptor)
            raise
        finally:
            for descriptor in ends:
                os.close(descriptor)
        return Command(identifier, shell, tag, keep, timeout, pipes)

    def spawn(self, script: bytes, folder: bytes, env: dict[bytes, bytes], ends: list[int]) -> int:
        try:
            os.chdir(os.path.join(WORKSPACE.encode(), folder))
        except OSError as error:
            refusal = refusal_of(error)
            raise Refusal(refusal.fault, f"the working directory: {refusal.why}") from None
        try:
            # A child inherits it: where memory runs out commands go, and this process stays to say so.
            self.weigh(b"1000")
            return os.posix_spawn(
                "/bin/bash",
                [b"bash", b"-c", script],
                env,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, self.null, 0),
                    (os.POSIX_SPAWN_DUP2, ends[0], 1),
                    (os.POSIX_SPAWN_DUP2, ends[1], 2),
                ],
                setsid=True,
                setsigmask=(),
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
            )
        finally:
            self.weigh(self.own_oom if self.oom >= 0 else b"")
            os.chdir("/")

    def weigh(self, score: bytes) -> None:
        if self.oom < 0:
            return
        try:
            os.pwrite(self.oom, score, 0)
        except OSError:
            pass  # Some kernels let nobody lower it again: then this process is as likely to go as any, and the box with it.


def refusal_to_start(error: OSError) -> Refusal:
    if error.errno == errno.EAGAIN:
        return Refusal("failed", "no process could be started: the sandbox has as many as it may have")
    if error.errno == errno.ENOMEM:
        return Refusal("failed", "no process could be started: the sandbox is out of memory")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return Refusal("busy", "no process could be started: too many files are open")
    if error.errno == errno.E2BIG:
        return Refusal("bad_request", "the command and its environment are too long")
    return Refusal("failed", f"bash could not be started: {os.strerror(error.errno or errno.EIO)}")


class Place:
    """A name in an open folder. What is done to the name is done there, wherever the folder is moved."""

    def __init__(self, folder: int, name: str) -> None:
        self.folder = folder
        self.name = name

    def look(self) -> os.stat_result | None:
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def close(self) -> None:
        os.close(self.folder)


def check_file(seen: os.stat_result) -> None:
    if stat.S_ISLNK(seen.st_mode):
        raise refusal_of(OSError(errno.ELOOP, ""))
    if stat.S_ISDIR(seen.st_mode):
        raise refusal_of(OSError(errno.EISDIR, ""))
    if not stat.S_ISREG(seen.st_mode):
        raise Refusal("not_a_file", "it is a device, a pipe or a socket")


class Write:
    """A file that is being written under another name, next to the one that it will replace."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.size = 0
        before = place.look()
        self.created = before is None
        self.mode = 0o644 if before is None else self.replaceable(before)
        self.temporary = f".clawdbot-{os.urandom(9).hex()}"
        self.file = os.open(self.temporary, OPEN_NEW, 0o600, dir_fd=place.folder)

    def replaceable(self, seen: os.stat_result) -> int:
        """The permissions of a file that may be written: renaming over it asks only for those of the folder."""
        check_file(seen)
        if seen.st_nlink > 1:
            raise Refusal("denied", "it has another name besides (a hard link), which writing would change as well")
        if not os.access(self.place.name, os.W_OK, dir_fd=self.place.folder):
            raise refusal_of(OSError(errno.EACCES, ""))
        return stat.S_IMODE(seen.st_mode) & 0o777

    def add(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            written = os.write(self.file, rest)
            self.size += written
            rest = rest[written:]

    def finish(self) -> None:
        """Shows it, whole. Not synced: one slow disk must not hold up the other commands, and a sandbox is no archive."""
        now = self.place.look()
        if now is not None:
            self.replaceable(now)
        os.fchmod(self.file, self.mode)
        os.rename(self.temporary, self.place.name, src_dir_fd=self.place.folder, dst_dir_fd=self.place.folder)
        self.close()

    def give_up(self) -> None:
        try:
            os.unlink(self.temporary, dir_fd=self.place.folder)
        except OSError:
            pass  # A command was faster, or the folder is gone: there is nothing of ours left.
        self.close()

    def close(self) -> None:
        os.close(self.file)
        self.place.close()


class Files:
    def __init__(self) -> None:
        self.workspace = os.open(WORKSPACE, OPEN_FOLDER)
        self.writes: dict[int, Write] = {}

    def place_of(self, path: str, use: str) -> Place:
        """`use`: "read", "write", or "make", which makes the folders on the way. The caller closes it."""
        encoded(path, "the path")
        root, parts = self.root_of(path, use)
        try:
            if not parts or path.endswith(("/", "/.")):
                raise refusal_of(OSError(errno.EISDIR, ""))
            for part in parts[:-1]:
                below = step(root, part, use)
                os.close(root)
                root = below
        except (OSError, Refusal):
            os.close(root)
            raise
        return Place(root, parts[-1])

    def root_of(self, path: str, use: str) -> tuple[int, list[str]]:
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise Refusal("outside", "a path of a file tool has no “..”")
        if not path.startswith("/"):
            return os.dup(self.workspace), parts
        root = f"/{parts[0]}" if parts else "/"
        if root == WORKSPACE:
            return os.dup(self.workspace), parts[1:]
        if use == "read" and root in READABLE:
            return os.open(root, OPEN_FOLDER), parts[1:]
        where = WORKSPACE if use != "read" else ", ".join((WORKSPACE, *READABLE))
        raise Refusal("outside", f"file tools reach only {where} here")

    def read(self, path: str, offset: int, limit: int) -> tuple[bytes, int]:
        place = self.place_of(path, "read")
        try:
            # Looked at without opening it, because opening a pipe or a device is an act already.
            seen = place.look()
            if seen is None:
                raise refusal_of(OSError(errno.ENOENT, ""))
            check_file(seen)
            file = os.open(place.name, OPEN_READ, dir_fd=place.folder)
        finally:
            place.close()
        try:
            opened = os.fstat(file)
            check_file(opened)
            wanted = min(limit, max(0, opened.st_size - offset))
            return read_at(file, offset, wanted), opened.st_size
        finally:
            os.close(file)

    def write(self, identifier: int, path: str, offset: int, more: bool, piece: bytes) -> dict[str, object]:
        """An answer for each piece of a file: the next one comes after it, and none after a refusal."""
        write = self.writes.pop(identifier, None)
        if write is None:
            if offset != 0:
                raise Violation("a piece of a file that has no beginning")
            if len(self.writes) >= MAX_WRITES:
                raise Refusal("busy", "too many files are being written")
            write = self.begin(path)
        elif offset != write.size:
            raise Violation("the pieces of a file in a wrong order")
        try:
            write.add(piece)
            if more:
                self.writes[identifier] = write
            else:
                write.finish()
        except (OSError, Refusal):
            write.give_up()
            raise
        return {"kind": "written", "id": identifier, "size": write.size, "created": write.created}

    def begin(self, path: str) -> Write:
        place = self.place_of(path, "make")
        try:
            return Write(place)
        except (OSError, Refusal):
            place.close()
            raise

    def edit(self, identifier: int, path: str, old: bytes, new: bytes) -> dict[str, object]:
        place = self.place_of(path, "write")
        try:
            before = place.look()
            if before is None:
                raise refusal_of(OSError(errno.ENOENT, ""))
            check_file(before)
            if before.st_size > MAX_EDIT:
                raise Refusal("too_large", f"it has {before.st_size} bytes, and an edit takes at most {MAX_EDIT}")
            text = self.whole(place, before)
            write = Write(place)
        except (OSError, Refusal):
            place.close()
            raise
        try:
            at = text.find(old)
            if at < 0:
                raise Refusal("no_match", "the old text is not in it")
            if text.find(old, at + 1) >= 0:
                raise Refusal("many_matches", "the old text stands in it more than once")
            for piece in (text[:at], new, text[at + len(old) :]):
                write.add(piece)
            if not same(place.look(), before):
                raise Refusal("busy", "it was changed meanwhile")
            write.finish()
        except (OSError, Refusal):
            write.give_up()
            raise
        return {"kind": "edited", "id": identifier, "size": write.size, "line": text.count(b"\n", 0, at) + 1}

    def whole(self, place: Place, before: os.stat_result) -> bytes:
        file = os.open(place.name, OPEN_READ, dir_fd=place.folder)
        try:
            if not same(os.fstat(file), before):
                raise Refusal("busy", "it was changed meanwhile")
            return read_at(file, 0, before.st_size)
        finally:
            os.close(file)

    def give_up(self) -> None:
        for write in self.writes.values():
            write.give_up()
        self.writes.clear()


def step(folder: int, name: str, use: str) -> int:
    """One folder further down, and never through a symbolic link."""
    try:
        return os.open(name, OPEN_FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if use != "make":
            raise
    except NotADirectoryError:
        seen = Place(folder, name).look()
        if seen is None or stat.S_ISDIR(seen.st_mode):
            raise Refusal("busy", "the path was changed meanwhile") from None
        if stat.S_ISLNK(seen.st_mode):
            raise refusal_of(OSError(errno.ELOOP, "")) from None
        raise
    try:
        os.mkdir(name, 0o777, dir_fd=folder)
    except FileExistsError:
        pass  # Somebody has just made it, and it is looked at like any other.
    return step(folder, name, "write")


def same(now: os.stat_result | None, before: os.stat_result) -> bool:
    return now is not None and all(
        getattr(now, key) == getattr(before, key) for key in ("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_mode")
    )


def read_at(file: int, offset: int, length: int) -> bytes:
    pieces = []
    while length > 0:
        piece = os.pread(file, length, offset)
        if not piece:
            break
        pieces.append(piece)
        offset += len(piece)
        length -= len(piece)
    return b"".join(pieces)


class Helper:
    def __init__(self) -> None:
        self.spawner = Spawner()
        hide()
        self.files = Files()
        self.inbox = Inbox()
        self.outbox = Outbox(1)
        self.commands: dict[int, Command] = {}
        self.readers: dict[int, Command] = {}
        self.full = False
        self.ready = False
        self.epoll = select.epoll()
        self.masks: dict[int, int] = {}
        os.set_blocking(0, False)
        os.set_blocking(1, False)
        self.alarm, alarm_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(alarm_end, warn_on_full_buffer=False)
        # As process 1 it gets from inside only the signals that it has a handler for, and Python's own for this one would end it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        for descriptor in (0, 1, self.alarm):
            self.epoll.register(descriptor, 0)
            self.masks[descriptor] = 0
        os.umask(0o022)
        os.chdir("/")

    def listen(self, descriptor: int, mask: int) -> None:
        if self.masks[descriptor] != mask:
            self.epoll.modify(descriptor, mask)
            self.masks[descriptor] = mask

    def serve(self) -> None:
        setup = os.environ.get("CLAWDBOT_SETUP", "")
        if setup == "":
            self.greet()
        else:
            command = self.spawner.start(0, setup, "", {}, SETUP_WITHIN, SETUP_SAYS)
            self.add(command)
        self.listen(self.alarm, select.EPOLLIN)
        while True:
            self.turn()

    def greet(self) -> None:
        self.ready = True
        self.outbox.say({"kind": "hello", "id": 0, "version": VERSION, "workspace": WORKSPACE})

    def turn(self) -> None:
        self.outbox.send()
        self.full = self.outbox.size > (OUTBOX_LOW if self.full else OUTBOX_HIGH)
        # That somebody hung up is told whatever is listened for.
        self.listen(0, select.EPOLLIN if self.ready and not self.full else 0)
        self.listen(1, select.EPOLLOUT if self.outbox.size > 0 else 0)
        for descriptor in self.readers:
            self.listen(descriptor, 0 if self.full else select.EPOLLIN)
        for descriptor, event in self.epoll.poll(self.patience()):
            if descriptor == 0:
                self.hear(event)
            elif descriptor == 1:
                if event & (select.EPOLLERR | select.EPOLLHUP):
                    self.leave()
            elif descriptor == self.alarm:
                drain(self.alarm)
            elif descriptor in self.readers:
                self.take(descriptor)
        self.reap()
        self.look_at_clock()

    def patience(self) -> float:
        """Seconds until something is due; -1 where nothing is."""
        due = [self.due(command) for command in self.commands.values()]
        return -1 if not due else max(0.0, min(due) - time.monotonic())

    def due(self, command: Command) -> float:
        if command.kill_from is not None:
            return time.monotonic() + KILL_AGAIN
        return command.deadline

    # The gateway

    def hear(self, event: int) -> None:
        piece = b""
        if event & select.EPOLLIN:
            try:
                piece = os.read(0, PIECE)
            except BlockingIOError:
                return
        # With nothing to read, it is gone. Where it has hung up, what it asked last is not wanted any more.
        if piece == b"" or event & (select.EPOLLHUP | select.EPOLLERR):
            self.leave()
        for request, body in self.inbox.take(piece):
            self.do(request, body)

    def do(self, request: dict[str, object], body: bytes) -> None:
        identifier = int(str(request["id"]))
        if body and request["op"] not in ("write", "edit"):
            raise Violation("a request with bytes that mean nothing")
        try:
            self.act(identifier, request, body)
        except Refusal as refusal:
            self.fault(identifier, refusal)
        except OSError as error:
            self.fault(identifier, refusal_of(error))

    def act(self, identifier: int, request: dict[str, object], body: bytes) -> None:
        op = request["op"]
        if op == "bash":
            self.bash(identifier, request)
        elif op == "abort":
            command = self.commands.get(identifier)
            if command is not None and command.kill_from is None:
                command.aborted = True
                self.kill(command)
        elif op == "read":
            piece, size = self.files.read(str(request["path"]), number(request["offset"]), number(request["limit"]))
            self.outbox.say({"kind": "read", "id": identifier, "size": size}, piece)
        elif op == "write":
            more = request["more"] is True
            self.outbox.say(self.files.write(identifier, str(request["path"]), number(request["offset"]), more, body))
        else:
            old = number(request["oldBytes"])
            if old > len(body):
                raise Violation("an edit that is shorter than its old text")
            self.outbox.say(self.files.edit(identifier, str(request["path"]), body[:old], body[old:]))

    def fault(self, identifier: int, refusal: Refusal) -> None:
        self.outbox.say({"kind": "fault", "id": identifier, "fault": refusal.fault, "why": refusal.why[:MAX_WHY]})

    def leave(self, code: int = 0) -> None:
        """Ends this process, and with it everything in the container."""
        self.files.give_up()
        os._exit(code)

    # Commands

    def bash(self, identifier: int, request: dict[str, object]) -> None:
        if identifier in self.commands:
            raise Violation("two commands with one number")
        if len(self.commands) >= MAX_COMMANDS:
            raise Refusal("busy", f"{MAX_COMMANDS} commands run already")
        given = request["env"]
        env = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
        timeout = number(request["timeoutMs"]) / 1000
        keep = number(request["keepBytes"])
        command = str(request["command"])
        self.add(self.spawner.start(identifier, command, str(request["cwd"]), env, timeout, keep))

    def add(self, command: Command) -> None:
        self.commands[command.id] = command
        for descriptor in command.pipes:
            self.readers[descriptor] = command
            self.epoll.register(descriptor, 0)
            self.masks[descriptor] = 0

    def take(self, descriptor: int) -> None:
        command = self.readers[descriptor]
        try:
            piece = os.read(descriptor, PIECE)
        except BlockingIOError:
            return  # A command may open its own output and read from it.
        if piece == b"":
            self.drop(command, descriptor)
        else:
            self.pass_on(command, command.pipes[descriptor], piece)

    def pass_on(self, command: Command, stream: str, piece: bytes) -> None:
        head = command.output.take(stream, piece)
        if head:
            self.say_output(command, stream, head)

    def say_output(self, command: Command, stream: str, piece: bytes) -> None:
        if command.id != 0:
            self.outbox.say({"kind": "output", "id": command.id, "stream": stream}, piece)
        else:
            os.write(2, piece)

    def drop(self, command: Command, descriptor: int) -> None:
        self.epoll.unregister(descriptor)
        os.close(descriptor)
        del self.masks[descriptor], self.readers[descriptor], command.pipes[descriptor]

    def reap(self) -> None:
        """Ours and the orphans that every process of the container may leave us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for command in self.commands.values():
                if command.shell == pid:
                    command.status = status
                    command.deadline = min(command.deadline, time.monotonic() + LINGER)

    def look_at_clock(self) -> None:
        for command in list(self.commands.values()):
            over = time.monotonic() >= command.deadline
            if command.kill_from is not None:
                self.kill(command)
            elif command.status is not None and (over or not command.pipes):
                self.end(command)
            elif over:
                command.timed_out = True
                self.kill(command)

    def kill(self, command: Command) -> None:
        """One pass: first all stand still, so that none can start another behind our back, then all die."""
        now = time.monotonic()
        command.kill_from = command.kill_from or now
        running = list(self.commands.values())
        while True:
            victims = victims_of(command, running)
            moving = [one for one in victims if (one.pid, one.started) not in command.stopped]
            if not moving or time.monotonic() - command.kill_from > KILL_WITHIN:
                break
            for one in moving:
                send_signal(one.pid, signal.SIGSTOP)
                command.stopped.add((one.pid, one.started))
        for one in victims:
            send_signal(one.pid, signal.SIGKILL)
        if not victims and command.status is not None:
            self.end(command)
        elif time.monotonic() - command.kill_from > KILL_WITHIN:
            complain("a command could not be ended")
            os._exit(70)

    def end(self, command: Command) -> None:
        for descriptor in list(command.pipes):
            # As much as is in there now. Who still writes is not waited for.
            left = waiting(descriptor)
            while left > 0:
                try:
                    piece = os.read(descriptor, min(left, PIECE))
                except BlockingIOError:
                    break
                if piece == b"":
                    break
                left -= len(piece)
                self.pass_on(command, command.pipes[descriptor], piece)
            self.drop(command, descriptor)
        for stream, kept in command.output.tail:
            self.say_output(command, stream, bytes(kept))
        del self.commands[command.id]
        if command.id != 0:
            self.outbox.say(command.end())
        elif command.status == 0 and not command.timed_out:
            self.greet()
        else:
            complain("the setup command failed")
            os._exit(1)


def number(value: object) -> int:
    if type(value) is not int:
        raise Violation("a request with a number that is none")
    return value


def waiting(descriptor: int) -> int:
    """Bytes in a pipe."""
    return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0"))[0])


def drain(descriptor: int) -> None:
    try:
        while len(os.read(descriptor, PIECE)) == PIECE:
            pass
    except BlockingIOError:
        pass  # That is when it is empty.


def hide() -> None:
    """Closes this process's memory, descriptors and root in /proc to the others of its user."""
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_dumpable = 4
    if libc.prctl(pr_set_dumpable, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def complain(why: str) -> None:
    try:
        os.write(2, f"clawdbot: {why}\n".encode())
    except OSError:
        pass  # Nobody listens any more, which is why it is said.


def main() -> None:
    helper = Helper()
    try:
        helper.serve()
    except Violation as violation:
        complain(f"the gateway sent {violation}")
        helper.leave(65)
    except BrokenPipeError:
        helper.leave()


if __name__ == "__main__":
    main()
