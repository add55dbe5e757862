// Test support: programs that are hard to kill. All of them ignore SIGTERM, are bounded in number, and end by
// themselves after half a minute, should nobody else end them.

const HEAD = `use POSIX; $SIG{TERM} = 'IGNORE'; $SIG{CHLD} = 'IGNORE'; $| = 1; my $end = time + 30;`

/** Forks until there are so many; each is the leader of a session of its own, and they run hot. */
export const FORK_BOMB = `${HEAD}
pipe(R, W); fcntl(R, F_SETFL, O_NONBLOCK); syswrite W, 'x' x $ARGV[0]; print "up\\n";
while (time < $end) {
  my $slot;
  if (sysread(R, $slot, 1)) { my $pid = fork; setsid() if defined $pid && !$pid; }
  else { select(undef, undef, undef, 0.0005) }
}`

/** The same, in the process group that it was started in. */
export const FORK_BOMB_IN_GROUP = FORK_BOMB.replace('setsid()', '1')

/** So many, each of which forks and ends at once, without end: none has a pid for longer than a moment. */
export const HARES = `${HEAD} print "up\\n";
for (2 .. $ARGV[0]) { my $pid = fork; last unless $pid; }
while (time < $end) { my $pid = fork; next unless defined $pid; exit if $pid; setsid(); }`

/** So many that sleep, each in a session and a folder of its own, orphaned by a second fork. */
export const SESSIONS = `${HEAD}
for my $number (1 .. $ARGV[0]) {
  my $pid = fork; next if $pid;
  setsid(); exit if fork; chdir '/'; while (time < $end) { sleep 1 } exit;
}
print "up\\n"; while (time < $end) { sleep 1 }`

/** One that left group and session, and has nothing of our environment. */
export const WITHOUT_COOKIE = `${HEAD}
my $pid = fork;
if (!$pid) { setsid(); delete $ENV{CLAWDBOT_RUN_ID}; exec 'perl', '-e', '$| = 1; print "up\\n"; sleep 30'; }
while (time < $end) { sleep 1 }`

/** Prints as fast as it can. */
export const FLOOD = `${HEAD} while (time < $end) { print 'x' x 65536, "\\n" }`

/** Runs hot. */
export const SPIN = `${HEAD} print "up\\n"; while (time < $end) { }`
