# Sourced by the engine's scripts.
lib=/usr/local/lib/dind-mcp
state=/run/dind-mcp # on tmpfs: nothing of an earlier life survives a restart
# dockerd's second socket, for the orchestrator. It mounts the folder: dockerd makes a new socket whenever it starts.
api=/run/dind-mcp-api

say() { echo "dind-mcp engine: $*"; }

# refuse CODE SENTENCE: the exit codes are documented in README.md.
refuse() {
	code=$1
	shift
	echo "dind-mcp engine: $*" >&2
	exit "$code"
}

# A base image without dnsmasq leaves DNS to dockerd's own ways.
has_dns() { [ -n "${INNER_DNS:-}" ] && command -v dnsmasq >/dev/null; }

dns_flag() { if has_dns; then echo "--dns $INNER_DNS"; fi; }

# Where segments cannot be fitted (firewall.sh): for the default bridge, and for networks that are made from now on.
# --default-network-opt came with Docker 24.
mtu_flags() {
	read -r mtu 2>/dev/null <$state/mtu || return 0
	echo "--mtu $mtu"
	if dockerd --help | grep -q default-network-opt; then echo "--default-network-opt bridge=com.docker.network.driver.mtu=$mtu"; fi
}

clients_authority() { if [ -e $state/certs/client-ca.pem ]; then echo $state/certs/client-ca.pem; else echo $state/certs/ca.pem; fi; }

# The flags are what the settings must not say: they are refused together with them. --group is the owner of both sockets: the
# orchestrator's group, by number, as no base image has it by name. Nobody in the engine is in it, so /run/docker.sock is root's alone.
run_dockerd() {
	exec dockerd --config-file $state/daemon.json --containerd /run/containerd/containerd.sock \
		--host unix:///run/docker.sock --host unix://$api/docker.sock --group "${API_GROUP:-0}" --host tcp://0.0.0.0:2376 --tlsverify \
		$(dns_flag) $(mtu_flags) \
		--tlscacert $(clients_authority) --tlscert $state/certs/server-cert.pem --tlskey $state/certs/server-key.pem "$@"
}
