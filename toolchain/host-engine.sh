#!/usr/bin/env bash
# host-engine.sh CACHE_DIR [--check|stop]
# A Docker engine on this machine at /var/run/docker.sock. One that answers is used as it is. Else: Debian's docker.io,
# started by systemd where that runs, or by hand as a background process (log and pid file in CACHE_DIR/host-engine).
# --check: 1 when it would have to install or start one. stop: ends the dockerd that we started, no other.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
dir=${1:?usage: host-engine.sh CACHE_DIR [--check|stop]}/host-engine
# The program talks to the socket; a DOCKER_HOST or a context of the shell must not make us look elsewhere.
unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
export DOCKER_HOST=unix:///var/run/docker.sock

answers() { timeout 10 docker version --format '{{.Server.Version}}' 2>&1; }

if [ "${2:-}" = stop ]; then
  alive "$dir/dockerd.pid" dockerd || exit 0
  say "stopping the dockerd that dind-mcp started"
  stop_daemon "$dir/dockerd.pid" dockerd
  exit 0
fi

if command -v docker >/dev/null && version=$(answers); then
  say "Docker engine $version answers at /var/run/docker.sock"
  exit 0
fi
case ${version:-} in
*'permission denied'*) die "no permission to use /var/run/docker.sock. Run as root, or join its group: usermod -aG docker $(id -un), then log in again." ;;
esac
if [ "${2:-}" = --check ]; then
  say "no Docker engine answers: would install docker.io (when missing) and start it"
  exit 1
fi

need_root "Starting a Docker engine"
mkdir -p "$dir"
if ! command -v dockerd >/dev/null; then apt_install docker.io iptables; fi
# From trixie on the client is a package of its own.
if ! command -v docker >/dev/null; then apt_install docker-cli; fi
if ! command -v iptables >/dev/null; then apt_install iptables; fi
answers >/dev/null && exit 0 # the package started it

if [ -d /run/systemd/system ]; then
  systemctl start docker || die "systemctl start docker failed: $(journalctl -u docker -n 5 --no-pager -o cat 2>/dev/null)"
else
  # Pid files of a machine that went down hard stop dockerd when another process has the number now.
  alive /var/run/docker.pid dockerd || rm -f /var/run/docker.pid
  alive /var/run/docker/containerd/containerd.pid containerd || rm -f /var/run/docker/containerd/containerd.pid
  say "starting dockerd (log: $dir/dockerd.log)"
  daemon "$dir/dockerd.pid" "$dir/dockerd.log" dockerd --host unix:///var/run/docker.sock
fi
daemon_up 60 "$dir/dockerd.pid" answers ||
  die "the Docker engine does not come up. Its last words: $(tail -n 5 "$dir/dockerd.log" 2>/dev/null || echo "see journalctl -u docker")"
say "Docker engine $(answers) is up"
