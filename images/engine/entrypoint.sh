#!/bin/sh
# Makes the container fit for a Docker engine, or refuses with one sentence; then PID 1 becomes a small init above supervise.sh.
set -u
. /usr/local/lib/dind-mcp/common.sh
. $lib/cgroups.sh
. $lib/folders.sh
. $lib/firewall.sh
. $lib/certificates.sh

# What "mount: permission denied" means here, for a person.
mount_hint() { echo "use the capabilities and securityOpts of images/engine/README.md (apparmor=unconfined on AppArmor hosts and label=disable on SELinux hosts are among them)"; }

# Bit numbers of linux/capability.h; the reasons are in privileges.json.
check_capabilities() {
	have=$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)))
	missing=
	for capability in CHOWN:0 DAC_OVERRIDE:1 FOWNER:3 FSETID:4 KILL:5 SETGID:6 SETUID:7 SETPCAP:8 NET_BIND_SERVICE:10 \
		NET_ADMIN:12 NET_RAW:13 SYS_CHROOT:18 SYS_PTRACE:19 SYS_ADMIN:21 MKNOD:27 AUDIT_WRITE:29 SETFCAP:31; do
		[ $((have >> ${capability#*:} & 1)) = 1 ] || missing="$missing CAP_${capability%:*}"
	done
	[ -z "$missing" ] || refuse 20 "run without the capabilities it needs: missing$missing"
}

# Starting a container means: new namespaces, a fresh /proc, pivot_root. Tried once here, because later the message is obscure.
check_namespaces() {
	unshare -m -p -f sh -c '
		mount -t tmpfs probe /tmp || exit 1
		mkdir /tmp/proc /tmp/old && mount -t proc proc /tmp/proc || exit 2
		cd /tmp && pivot_root . old || exit 3' 2>/dev/null
	case $? in
	0) ;;
	2) refuse 20 "a fresh /proc cannot be mounted: a host engine with user namespaces (userns-remap, rootless) needs systempaths=unconfined in the securityOpts" ;;
	3) refuse 20 "pivot_root is forbidden: use images/engine/seccomp.json as the seccomp profile" ;;
	*) refuse 20 "mounting is forbidden: $(mount_hint)" ;;
	esac
}

check_data_volume() {
	case $(stat -f -c %T /var/lib/docker) in
	overlay*) refuse 22 "/var/lib/docker is on an overlay file system, which Docker cannot stack: mount a volume there" ;;
	tmpfs) refuse 22 "/var/lib/docker is on tmpfs: images and volumes would be lost, mount a volume there" ;;
	esac
	# Two daemons on one data folder destroy it, and dockerd's own pid file does not see into the other container.
	exec 9>/var/lib/docker/dind-mcp.lock || refuse 22 "/var/lib/docker is not writable"
	flock -n 9 || refuse 22 "another engine is running on this data volume"
}

prepare_mounts() {
	# A tmpfs, as an earlier life's pid files and sockets would stop the daemons.
	for folder in /run /tmp; do mountpoint -q $folder || mount -t tmpfs -o nosuid,nodev tmpfs $folder; done
	mkdir -p -m 0700 $state
	# Here and not later: dockerd starts the orchestrator, which mounts it.
	mkdir -p $api && chown "0:${API_GROUP:-0}" $api && chmod 0750 $api || refuse 20 "$api cannot be given to the group '${API_GROUP:-0}'"
	# dockerd and the firewall set the engine's own network parameters. Only these: the rest of /proc/sys (core_pattern!) is the host's.
	mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,rw /proc/sys/net || refuse 20 "/proc/sys/net cannot be made writable: $(mount_hint)"
	# A volume mounted later becomes visible to containers already running (the orchestrator follows the servers' session volumes).
	mount --make-rshared / || refuse 20 "mount propagation cannot be set: $(mount_hint)"
}

# Of the volumes that are there, and only the top folder: what is inside belongs to its users.
own() {
	mountpoint -q "$1" || return 0
	chown "$2" "$1" && chmod "$3" "$1" || refuse 22 "the owner of $1 cannot be set"
}

prepare_folders() {
	own /srv/mcp/workspace 0:20001 2770
	own /srv/mcp/postgres 10900:10900 0700
	# The management layer may keep files here (1: but not take away what is not its own, the servers' storage).
	own /srv/mcp/orchestrator 0:10901 1770
	own /var/log/mcp 0:0 0750
}

# The servers' storage is a folder of the management layer's volume, closed to it. It is seen at two places: without and with
# the right to run programs. Whoever makes a folder there owns it; nobody else can take it away or open it.
prepare_storage() {
	mountpoint -q /srv/mcp/orchestrator || return 0
	store=/srv/mcp/orchestrator/storage
	mkdir -p -m 0700 $store && chown 0:0 $store && chmod 0700 $store && mkdir -p $store/pulumi $store/api &&
		chown 0:0 $store/pulumi $store/api && chmod 1777 $store/pulumi $store/api || refuse 22 "$store cannot be made"
	for view in storage:nosuid,nodev,noexec storage-exec:nosuid,nodev; do
		folder=/srv/mcp/${view%%:*}
		mount --bind $store $folder && mount -o "remount,bind,${view#*:}" $folder || refuse 20 "$folder cannot be mounted: $(mount_hint)"
	done
	remake_storage
}

# dockerd makes a missing folder for a container that starts, and gives it to root. On a volume that was lost and made again
# that would be every server's. So they are made before, each for the user of its container, as dockerd's own files have it.
remake_storage() {
	for host in /var/lib/docker/containers/*/hostconfig.json; do
		[ -e "$host" ] || continue
		user=$(sed -n 's/.*"User":"\([0-9][0-9]*\):.*/\1/p' "${host%hostconfig.json}config.v2.json")
		for folder in $(grep -Eo '"/srv/mcp/storage(-exec)?/(pulumi|api)/[a-z0-9_.-]+:' "$host" | tr -d '":'); do
			mkdir -p -m 0700 "$folder"
			if [ -n "$user" ] && [ "$(stat -c %u "$folder")" = 0 ]; then chown "$user:$user" "$folder" && chmod 0700 "$folder"; fi
		done
	done
}

prepare_settings() {
	[ -n "${DAEMON_JSON:-}" ] || refuse 25 "DAEMON_JSON is empty: it must hold the content of daemon.json"
	printf '%s\n' "$DAEMON_JSON" >$state/daemon.json
	problem=$(run_dockerd --validate 2>&1) || refuse 25 "DAEMON_JSON is not accepted by dockerd: $problem"
}

# Authorities of private registries, each for its own host alone: HOST=BASE64 with blanks between.
prepare_registries() {
	[ -n "${REGISTRY_AUTHORITIES:-}" ] || return 0
	mkdir -p $state/registries && mount --bind $state/registries /etc/docker/certs.d ||
		refuse 20 "/etc/docker/certs.d cannot be mounted: $(mount_hint)"
	for one in $REGISTRY_AUTHORITIES; do
		mkdir -p "$state/registries/${one%%=*}"
		printf %s "${one#*=}" | base64 -d >"$state/registries/${one%%=*}/ca.crt" || refuse 25 "REGISTRY_AUTHORITIES is not accepted: ${one%%=*}"
	done
}

# Whoever writes the certificates may be at it right now.
prepare_certificates() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		problem=$(take_certificates) && return
		sleep 0.5
	done
	refuse 23 "no usable certificates after 10 s: $problem"
}

check_capabilities
check_namespaces
check_data_volume
prepare_mounts
prepare_cgroups
prepare_firewall
prepare_folders
prepare_storage
lend_folders
prepare_certificates
prepare_registries
prepare_settings

for init in tini docker-init; do
	if command -v $init >/dev/null; then exec $init -- $lib/supervise.sh; fi
done
refuse 20 "the image has neither tini nor docker-init"
