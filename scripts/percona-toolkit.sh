#!/usr/bin/env bash
# Debian's percona-toolkit, whose pt-table-sync the benchmark of tables is compared with.
#
#   percona-toolkit.sh install             unpacks it, with Perl's driver for MariaDB, into the cache
#   percona-toolkit.sh installed           says by its exit status whether `run` will find it
#   percona-toolkit.sh run TOOL ARGUMENT...  runs one of its tools, such as pt-table-sync
#
# Environment, optional: CHIROGRAPH_CACHE, see lib.sh. Needs Debian 12, its apt sources within reach, and perl; works as
# any user and leaves the system as it is.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

UNPACKED=$CACHE/percona-toolkit                        # appears by one rename, so it is never half there

install() {
  mkdir -p "$CACHE"
  ( flock 9                                            # of two at a time the second finds the first one's result
    ! installed || exit 0
    work=$(mktemp -d "$CACHE/percona-toolkit-install.XXXXXX"); trap 'rm -rf "$work"' EXIT
    say "fetching percona-toolkit: 3 MB"
    open_apt "$work/apt"
    unpack "$work/tools" percona-toolkit
    mv "$work/tools" "$UNPACKED"
  ) 9>"$CACHE/percona-toolkit.lock"
}

installed() { command -v perl >/dev/null && [ -d "$UNPACKED" ]; }

run() {
  installed || die "no percona-toolkit found, run: $0 install"
  local tool=$1 perl5; shift
  perl5=$UNPACKED/usr/lib/$MULTIARCH/perl5
  PERL5LIB=$(echo "$perl5"/*):$UNPACKED/usr/share/perl5 LD_LIBRARY_PATH=$UNPACKED/usr/lib/$MULTIARCH \
    exec perl "$UNPACKED/usr/bin/$tool" "$@"
}

case ${1:-} in
  install | installed) "$1" ;;
  run) "$@" ;;
  *) die "usage: $0 install|installed|run TOOL ARGUMENT..." ;;
esac
