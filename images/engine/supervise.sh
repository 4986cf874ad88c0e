#!/bin/sh
# Keeps containerd and dockerd running. Each has a keeper of its own that waits for it, so the death of one is noticed at once and
# costs nothing until then. The servers are children of neither: they go on, and live-restore finds them again.
set -u
. /usr/local/lib/dind-mcp/common.sh
. $lib/certificates.sh

# keep NAME COMMAND...: starts it again whenever it ends; at once, but a crash loop waits longer each time.
keep() {
	name=$1 deaths=0
	shift
	while :; do
		began=$(date +%s)
		"$@" &
		pid=$!
		echo $pid >$state/$name.pid
		wait $pid
		code=$?
		rm -f $state/$name.pid
		[ ! -e $state/stopping ] || return 0
		# An end that was asked for (new certificates), or one after a while, is no crash loop.
		if [ $code = 0 ] || [ $(($(date +%s) - began)) -ge 10 ]; then deaths=0; fi
		deaths=$((deaths + 1))
		# An engine that never came up says so by ending; one that did keeps trying, for its servers are running.
		if [ $deaths -ge 3 ] && [ ! -e $state/ready ]; then return 1; fi
		pause=$((deaths < 3 ? 0 : deaths < 12 ? deaths - 2 : 10))
		say "$name ended with $code, starts again in $pause s"
		sleep $pause
	done
}

start_dockerd() {
	rm -f /run/docker.pid # a killed dockerd leaves it, and its number may be somebody else's by now
	run_dockerd
}

# Image builds run on the default bridge, where Docker's own resolver does not reach; and the engine's resolver, on a loopback
# address, is out of their reach. So a forwarder listens on the bridge's address (bind-dynamic: as soon as dockerd has made it).
start_dns() {
	exec dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=nobody --bind-dynamic --listen-address="$INNER_DNS" \
		--no-hosts --cache-size=0 --resolv-file=/etc/resolv.conf --no-poll --log-facility=-
}

# wait_for SECONDS COMMAND...
wait_for() {
	deadline=$(($(date +%s) + $1))
	shift
	until "$@" 2>/dev/null; do
		[ "$(date +%s)" -lt $deadline ] || return 1
		sleep 0.05
	done
}

# signal SIGNAL NAME
signal() { read -r target 2>/dev/null <"$state/$2.pid" && kill "-$1" "$target" 2>/dev/null; }

gone() { ! signal 0 "$1"; }

# True while somebody is connected to the API's port (2376): its Go client keeps a connection for 30 s after its last request.
api_in_use() { grep -Eq '^ *[0-9]+: [0-9A-F]+:0948 [0-9A-F]+:[0-9A-F]+ 01 ' /proc/net/tcp /proc/net/tcp6 2>/dev/null; }

# may_restart: dockerd's restart ends what others do through its API. So it waits until nobody is connected; or two minutes, for
# somebody may watch events for days. The `up` that brings new certificates is not connected: it waits until they are served.
may_restart() {
	patience=$((patience - 1))
	[ $patience -lt 0 ] || ! api_in_use
}

# Two things nobody tells us: new certificates (dockerd reads them only when it starts), and a dockerd that hangs.
watch() {
	until $lib/healthcheck 2>/dev/null; do sleep 0.1; done
	touch $state/ready
	say "ready"
	taken=$(certificates_sum $state/certs) seen=$taken rounds=0 silent=0 patience=60
	while sleep 2; do
		last=$seen seen=$(certificates_sum /certs)
		# Only what has stopped changing: a set is several files.
		if [ "$seen" != "$taken" ] && [ "$seen" = "$last" ] && may_restart; then
			taken=$seen patience=60
			if problem=$(take_certificates); then
				say "new certificates, dockerd starts again"
				signal TERM dockerd
			else
				say "new certificates not taken over: $problem" >&2
			fi
		fi
		rounds=$(((rounds + 1) % 5))
		if [ $rounds = 0 ]; then watch_answers; fi
	done
}

# A dockerd that has answered before and is silent for six checks (60 to 90 s) will not come back by itself.
watch_answers() {
	read -r current 2>/dev/null <$state/dockerd.pid || return 0
	if $lib/healthcheck 2>/dev/null; then
		answering=$current silent=0
	elif [ "${answering:-}" = "$current" ]; then
		silent=$((silent + 1))
		if [ $silent -ge 6 ]; then say "dockerd hangs, killing it" >&2 && signal KILL dockerd; fi
	fi
}

# measure: what the servers' storage holds, for the management layer, which cannot look into it. A line for each folder: KiB on
# the disk, the owner's number, the folder. Large folders are measured less often.
measure() {
	cd /srv/mcp/storage || return 0
	while :; do
		began=$(date +%s)
		for folder in */*/; do
			[ ! -d "$folder" ] || echo "$(nice du -skx "$folder" | cut -f1) $(stat -c %u "$folder") ${folder%/}"
		done >$api/storage.new 2>/dev/null
		mv $api/storage.new $api/storage
		sleep $((10 + 10 * ($(date +%s) - began)))
	done
}

# Under live-restore a dockerd that ends leaves the servers running, and they would be killed with PID 1. So it is switched
# off first; then dockerd stops them by their own stop signal and remembers which are to come back.
live_restore_off() {
	sed 's/"live-restore"[[:space:]]*:[[:space:]]*true/"live-restore": false/' $state/daemon.json >$state/daemon.json.new
	mv $state/daemon.json.new $state/daemon.json
	signal HUP dockerd && wait_for 4 is_off
}

is_off() { [ "$(timeout 2 docker --host unix:///run/docker.sock info --format '{{.LiveRestoreEnabled}}')" = false ]; }

# end NAME SECONDS
end() {
	signal TERM "$1"
	wait_for "$2" gone "$1" || signal KILL "$1"
}

# stop CODE: within 45 s.
stop() {
	trap '' TERM INT
	touch $state/stopping
	say "stopping"
	kill $watcher $measurer 2>/dev/null
	if live_restore_off; then
		end dockerd 32
	else
		# No dockerd that listens: tell everybody directly, servers too. Their restart policy brings them back.
		kill -TERM -1
		sleep 3
	fi
	end containerd 4
	exit "$1"
}

watcher='' measurer=''
trap 'stop 0' TERM INT

keep containerd containerd --config $lib/containerd.toml &
wait_for 15 test -S /run/containerd/containerd.sock || { say "containerd does not start" >&2 && stop 26; }
keep dockerd start_dockerd &
keeper=$!
if has_dns; then keep dnsmasq start_dns & fi
watch &
watcher=$!
measure &
measurer=$!
wait $keeper
say "dockerd does not start, its reasons are above" >&2
stop 26
