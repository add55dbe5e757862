#!/bin/sh
# Runs when the pinned Node does not start: it needs libatomic, which a bare Debian does not have. This is a shell
# script because inside npm scripts `node` is that very Node.
set -eu

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Clawdbot's own Node does not start (see above); most likely it lacks libatomic." >&2
  echo "Debian, Ubuntu: sudo apt-get update && sudo apt-get install -y libatomic1   Fedora: sudo dnf install libatomic" >&2
  exit 1
fi

echo "Clawdbot's own Node lacks libatomic: installing libatomic1 with apt-get …"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update || true
apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends libatomic1 >/dev/null

