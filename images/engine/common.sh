# Sourced by the engine's scripts.
lib=/usr/local/lib/dind-mcp
state=/run/dind-mcp # on tmpfs: nothing of an earlier life survives a restart

say() { echo "dind-mcp engine: $*"; }

# refuse CODE SENTENCE: the exit codes are documented in README.md.
refuse() {
	code=$1
	shift
	echo "dind-mcp engine: $*" >&2
	exit "$code"
}

# The flags are what the settings must not say: they are refused together with them.
run_dockerd() {
	exec dockerd --config-file $state/daemon.json --containerd /run/containerd/containerd.sock \
		--host unix:///run/docker.sock --host tcp://0.0.0.0:2376 --tlsverify \
		--tlscacert $state/certs/ca.pem --tlscert $state/certs/server-cert.pem --tlskey $state/certs/server-key.pem "$@"
}
