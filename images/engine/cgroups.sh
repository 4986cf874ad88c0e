# Sourced by entrypoint.sh. Makes the container's own cgroups writable, so that limits of inner containers work.
# The cgroup namespace is private: only the engine's own branch is visible, and the limits of the engine itself stay above it.

prepare_cgroups() {
	root=/sys/fs/cgroup
	# Checked first: in the host's namespace all that follows would be done to the host.
	if grep -qv ':/$' /proc/self/cgroup; then refuse 21 "the cgroup namespace is the host's: run the engine with a private one (--cgroupns=private)"; fi
	if [ -e $root/cgroup.controllers ]; then prepare_v2; else prepare_v1; fi
	limit_processes "${INNER_PROCESSES:-4096}"
}

prepare_v1() {
	mount -o remount,rw $root 2>/dev/null || refuse 21 "the cgroup folder cannot be made writable: $(mount_hint)"
	pids=
	while read -r _ target type options _; do
		[ "$type" = cgroup ] || continue
		# Each hierarchy is a mount of its own; only a bind remount lifts its read-only flag.
		mount -o remount,bind,rw "$target" || refuse 21 "the cgroup $target cannot be made writable: $(mount_hint)"
		case ",$options," in *,pids,*) pids=$target ;; esac
		case ",$options," in *,memory,*) memory=$target ;; esac
	done </proc/mounts
	[ -n "${memory:-}" ] && [ -n "$pids" ] || refuse 21 "the host has no cgroup for memory or for pids, so servers could not be limited: enable both in the host's kernel"
	mkdir "$memory/probe" 2>/dev/null && rmdir "$memory/probe" || refuse 21 "the cgroup $memory is not writable"
}

prepare_v2() {
	mount -o remount,bind,rw $root || refuse 21 "the cgroup folder cannot be made writable: $(mount_hint)"
	for controller in cpu memory pids; do
		grep -qw $controller $root/cgroup.controllers ||
			refuse 21 "the cgroup controller '$controller' is not delegated to the engine (there are: $(cat $root/cgroup.controllers)): delegate it on the host"
	done
	# A cgroup with processes cannot hand controllers to its children, so they move to a leaf. An exec that arrives
	# meanwhile (a health check) lands in the root again: hence the loop.
	mkdir -p $root/engine || refuse 21 "the cgroup $root is not writable"
	all=$(sed -e 's/ / +/g' -e 's/^/+/' $root/cgroup.controllers)
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		while read -r process; do echo "$process" >$root/engine/cgroup.procs; done <$root/cgroup.procs
		echo "$all" >$root/cgroup.subtree_control && pids=$root && return
		sleep 0.1
	done 2>/dev/null
	refuse 21 "the cgroup controllers cannot be handed to inner containers ($root/cgroup.subtree_control stays busy)"
}

# All inner containers together: a fork bomb, also one in an image build, must leave the daemons room to act.
limit_processes() {
	mkdir -p "$pids/docker" && echo "$1" >"$pids/docker/pids.max" || refuse 21 "pids.max of the inner containers cannot be set to '$1'"
}
