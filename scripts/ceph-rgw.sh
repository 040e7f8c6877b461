#!/usr/bin/env bash
# A real S3 server on 127.0.0.1 for integration tests: one Ceph monitor, one OSD that keeps its data in memory, and one
# RADOS gateway with the user test / testsecret.
#
#   ceph-rgw.sh install   unpacks Debian's Ceph packages into the cache, unless Ceph is installed on the system
#   ceph-rgw.sh installed says by its exit status whether `start` will find Ceph
#   ceph-rgw.sh start     starts a new, empty cluster and prints its endpoint (alone on stdout; progress on stderr)
#   ceph-rgw.sh status    prints the endpoint; exit status 3 when not running
#   ceph-rgw.sh stop      ends the three processes it started, and no others; the data is gone with them
#
# Environment, all optional:
#   CHIROGRAPH_CACHE      the packages stay here, default ${XDG_CACHE_HOME:-~/.cache}/chirograph
#   CHIROGRAPH_STATE      configuration, logs and pids, default $CHIROGRAPH_CACHE/state; one of its own per instance
#   RGW_PORT, MON_PORT    default: free ports
#
# Needs Debian 12 and its apt sources within reach; works as any user and leaves the system as it is.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

UNPACKED=$CACHE/ceph                                   # appears by one rename, so it is never half there

find_ceph() { # sets LIB, and the search paths unless the system has all of Ceph
  local tool prefix=
  for tool in ceph-mon ceph-osd radosgw radosgw-admin ceph-authtool monmaptool osdmaptool; do
    command -v "$tool" >/dev/null || prefix=$UNPACKED
  done
  LIB=$prefix/usr/lib/$MULTIARCH
  [ -n "$prefix" ] || return 0
  export PATH=$prefix/usr/bin:$PATH LD_LIBRARY_PATH=$LIB:$LIB/ceph:$prefix/lib/$MULTIARCH
  [ -d "$prefix" ]
}

install() {
  mkdir -p "$CACHE"
  ( flock 9                                            # of two at a time the second finds the first one's result
    ! find_ceph || exit 0
    work=$(mktemp -d "$CACHE/ceph-install.XXXXXX"); trap 'rm -rf "$work"' EXIT
    say "fetching Ceph's packages: 70 MB, unpacked 260 MB"
    open_apt "$work/apt"
    unpack "$work/ceph" ceph-mon ceph-osd radosgw ceph-common
    mv "$work/ceph" "$UNPACKED"
  ) 9>"$CACHE/ceph.lock"
}

installed() { find_ceph; }

start() {
  local rgw=${RGW_PORT:-$(free_port 20000)} mon=${MON_PORT:-$(free_port 24000)} fsid
  ! status 2>/dev/null || return 0
  find_ceph || die "no Ceph found, run: $0 install"
  stop; rm -rf "$STATE"; mkdir -p "$STATE"/{mon,osd,rgw}
  fsid=$(cat /proc/sys/kernel/random/uuid)
  configure "$mon" "$rgw" "$fsid" >"$STATE/ceph.conf"; export CEPH_CONF=$STATE/ceph.conf
  logged "$STATE/prepare.out" prepare "$mon" "$fsid"
  launch mon ceph-mon -i a -f
  await mon listens mon "$mon"
  launch osd ceph-osd -i 0 -f
  # A client that comes before the OSD waits five seconds for its next look at the map.
  await osd grep -q 'state: booting -> active' "$STATE/osd.0.log"
  logged "$STATE/user.out" timeout 60 radosgw-admin user create --uid=test --display-name=test \
    --access-key=test --secret-key=testsecret
  launch rgw radosgw -n client.rgw -f
  await rgw listens rgw "$rgw"
  echo "http://127.0.0.1:$rgw" >"$STATE/endpoint"
  status
}

# Keys and both maps are made before the monitor's first start, so that the running cluster needs no set-up command.
# The keys cannot be spared: with authentication off the gateway never gets to its pools.
prepare() ( # MON_PORT FSID
  cd "$STATE" && umask 077 &&
  ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' &&
  for entity in client.admin client.rgw osd.0; do
    ceph-authtool keyring --gen-key -n "$entity" --cap mon 'allow *' --cap osd 'allow *' || exit
  done &&
  monmaptool --create --fsid "$2" --addv a "[v2:127.0.0.1:$1]" monmap &&
  osdmaptool --createsimple 1 osdmap &&
  ceph-mon -i a --mkfs --monmap monmap --osdmap osdmap --keyring keyring &&
  ceph-osd -i 0 --mkfs --monmap monmap --no-mon-config
)

configure() { # MON_PORT RGW_PORT FSID
  cat <<EOF
[global]
fsid = $3
mon host = [v2:127.0.0.1:$1]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = $STATE/keyring
log file = $STATE/\$name.log
crash dir = $STATE
run dir = $STATE
pid file =
admin socket =
plugin dir = $LIB/ceph
erasure code dir = $LIB/ceph/erasure-code
osd class dir = $LIB/rados-classes
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
[mon]
mon data = $STATE/mon
mon allow pool size one = true
mon max pg per osd = 1000
# Nothing important lives here: a full disk should not stop the monitor.
mon data avail warn = 0
mon data avail crit = 0
# Every pool takes some proposals, and the gateway makes its pools one after another: one second each by default.
paxos propose interval = 0.05
paxos min wait = 0.01
[osd]
osd data = $STATE/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush update on start = false
osd class load list = *
osd class default list = *
[client.rgw]
rgw data = $STATE/rgw
rgw frontends = beast endpoint=127.0.0.1:$2 tcp_nodelay=1
rgw enable apis = s3
rgw thread pool size = 64
rgw override bucket index max shards = 1
rgw num control oids = 1
rgw gc max objs = 1
rgw lc max objs = 1
rgw rados pool pg num min = 1
debug rgw = 0
EOF
}

status() {
  if alive mon && alive osd && alive rgw && [ -s "$STATE/endpoint" ]; then cat "$STATE/endpoint"; return; fi
  say "not running"; return 3
}

stop() { end rgw osd mon; }

case ${1:-} in
  install | installed | start | status | stop) "$1" ;;
  *) die "usage: $0 install|installed|start|status|stop" ;;
esac
